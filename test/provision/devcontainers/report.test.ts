import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { faultOf, outcomeOf, progressOf } from '../../../src/provision/devcontainers/report.ts';

const resource: Resource = {
  id: 'devcontainer:shop/app',
  name: 'app',
  kind: 'devcontainer',
  provider: 'devcontainer',
  declaredIn: '.devcontainer/devcontainer.json',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 1 },
  memoryBytes: 0,
  spec: { type: 'devcontainer', folder: '/shop', configFile: '/shop/.devcontainer/devcontainer.json' },
};
const log = (...lines: (object | string)[]): string => `${lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n')}\n`;
const raw = (text: string) => ({ type: 'raw', level: 3, text });

describe('progress in the log of the tool (0.89)', () => {
  it.each<[object | string, string | undefined]>([
    [
      { type: 'progress', name: 'Running onCreateCommand...', status: 'running', stepDetail: 'npm ci' },
      'Running onCreateCommand... npm ci',
    ],
    [{ type: 'start', level: 2, text: 'Starting container' }, 'Starting container'],
    [{ type: 'start', level: 2, text: 'Run: docker ps -q -a' }, undefined],
    [raw('Step 2/9 : RUN make\r\n'), 'Step 2/9 : RUN make'],
    [
      raw('\u001b[1mRunning the onCreateCommand from devcontainer.json...\u001b[0m\r\n\r\n'),
      'Running the onCreateCommand from devcontainer.json...',
    ],
    [{ type: 'text', level: 2, text: 'x86_64\n' }, undefined],
    [{ outcome: 'success', containerId: '1' }, undefined],
    ['Error: Command failed', undefined],
    ['{"type":"raw","te', undefined],
    ['', undefined],
  ])('%j', (line, text) => expect(progressOf(typeof line === 'string' ? line : JSON.stringify(line))).toBe(text));
});

describe('what went wrong, in one message', () => {
  const fault = (outcome: object | undefined, ...lines: (object | string)[]) => {
    const all = log(...lines, ...(outcome ? [{ outcome: 'error', ...outcome }] : []));
    return faultOf(resource, all, outcomeOf(all));
  };

  it('a hook: which, from where, with its last lines', () =>
    expect(
      fault(
        { message: 'Command failed: /bin/sh -c npm ci', description: 'updateContentCommand from devcontainer.json failed.' },
        raw('npm error 404\r\n'),
      ),
    ).toMatchObject({
      code: 'start-failed',
      message:
        'devcontainer:shop/app: its updateContentCommand (devcontainer.json) failed: npm error 404. Correct it in .devcontainer/devcontainer.json.',
    }));
  it('a hook of a feature, or one of several', () => {
    expect(fault({ description: "deps of postCreateCommand from Feature './tool' failed." }).message).toContain(
      "its deps of postCreateCommand (Feature './tool') failed",
    );
    expect(fault({ description: 'The initializeCommand in the devcontainer.json failed.' }).message).toContain(
      'its initializeCommand failed',
    );
  });
  it('an image that is not there', () =>
    expect(
      fault(
        { message: 'Command failed: docker pull ghcr.io/no/such:1', description: 'An error occurred setting up the container.' },
        raw('manifest unknown'),
      ),
    ).toMatchObject({
      code: 'image-missing',
      retry: 'never',
      message: expect.stringContaining('the image ghcr.io/no/such:1 could not be had'),
    }));
  it('a build', () => {
    const { message } = fault(
      { description: 'An error occurred building the image.' },
      raw('Step 2/2 : RUN make\n'),
      raw('make: *** no rule. Stop.\n'),
    );
    expect(message).toBe(
      'devcontainer:shop/app: its image could not be built: Step 2/2 : RUN make / make: *** no rule. Stop.. Correct what .devcontainer/devcontainer.json builds.',
    );
  });
  it('an engine that went away', () =>
    expect(fault({ message: 'x' }, raw('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.'))).toMatchObject({
      code: 'engine-unreachable',
      retry: 'later',
    }));
  it('a tool that was killed', () => expect(fault(undefined, raw('half a li')).message).toMatch(/ended without an answer: half a li/));
  it('leaves the stack of the tool’s own exception out', () =>
    expect(fault({ description: 'Odd.' }, 'Error: Command failed', '    at x (/y.js:1:1)').message).toBe(
      'devcontainer:shop/app could not be made: Odd. See .devcontainer/devcontainer.json.',
    ));
});
