import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execInside } from '../../src/provision/execInside.ts';
import { docker, engineProblem } from './engine.ts';

describe.skipIf(engineProblem !== undefined)(`execInside${engineProblem ? ` (skipped: ${engineProblem})` : ''}`, () => {
  let container: Docker.Container;
  const never = new AbortController().signal;
  const inside = (command: readonly string[], input: string | Readable = '') => execInside(container, command, input, never);

  beforeAll(async () => {
    container = await docker.createContainer({ Image: 'redis:7', Cmd: ['sleep', '600'], HostConfig: { Init: true } });
    await container.start();
  });
  afterAll(() => container.remove({ force: true, v: true }));

  it('gives its two outputs apart and its exit code, and hands words over as they are', async () => {
    expect(await inside(['sh', '-c', 'printf %s "$1"; echo wrong >&2; exit 3', 'sh', "it's $HOME; *"])).toEqual({
      code: 3,
      stdout: "it's $HOME; *",
      stderr: 'wrong\n',
    });
  });

  it('streams what is read to its input, byte for byte, to the end', async () => {
    const pieces = Array.from({ length: 80 }, () => randomBytes(100_000));
    const digest = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
    expect((await inside(['sha256sum'], Readable.from(pieces))).stdout).toBe(`${digest}  -\n`);
    expect((await inside(['cat'], 'ä\n')).stdout).toBe('ä\n');
  });

  it('one that does not read on has ended all the same; output beyond 8 MB is cut', async () => {
    const endless = Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(100_000)));
    expect(await inside(['sh', '-c', 'head -c 10 >/dev/null; exit 4'], endless)).toMatchObject({ code: 4 });
    expect((await inside(['head', '-c', '20000000', '/dev/zero'])).stdout.length).toBeLessThan(9e6);
  });

  it('a program that is not there has an exit code, too', async () => {
    expect((await inside(['no-such-program'])).code).toBeGreaterThanOrEqual(126);
  });

  it('aborted, or with an input that fails, it throws at once', async () => {
    const controller = new AbortController();
    const stopped = execInside(container, ['cat'], new Readable({ read() {} }), controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(execInside(container, ['cat'], '', controller.signal)).rejects.toThrow(/abort/i);
    const broken = new Readable({ read: () => void broken.destroy(new Error('the disk is gone')) });
    await expect(inside(['cat'], broken)).rejects.toThrow('the disk is gone');
    const brokenBefore = new Readable({ read() {} }).on('error', () => {});
    brokenBefore.destroy(new Error('it was gone before'));
    await expect(inside(['cat'], brokenBefore)).rejects.toThrow('it was gone before');
  });
});
