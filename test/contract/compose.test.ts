import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { createComposeProvider } from '../../src/provision/providers/compose.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { contract } from './contract.ts';
import { countContainers, docker, engineProblem, removeContainers } from './engine.ts';

/** Every resource is a service of a compose file that is really there, found by the real scan. */
function declared(name: string, lines: readonly string[]): Resource {
  const folder = join(mkdtempSync(join(tmpdir(), 'prewarm-compose-')), name);
  mkdirSync(folder);
  const text = ['name: prewarm-contract', 'services:', `  ${name}:`, ...lines.map((l) => `    ${l}`)].join('\n');
  writeFileSync(join(folder, 'compose.yaml'), text);
  return scan({ name: 'test', folder }, [{ path: 'compose.yaml', text }]).resources[0] as Resource;
}
const REDIS = ['image: redis:7', 'ports: ["26379:6379"]', 'healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 30s }'];
const short = (r: Resource, timeoutMs: number): Resource => ({ ...r, probe: { ...r.probe, timeoutMs } });

contract({
  name: 'compose',
  unavailable: engineProblem,
  make: () => createComposeProvider(),
  resource: (name) => declared(name, REDIS),
  changed: (r) => {
    const { file, ...spec } = r.spec as Extract<Resource['spec'], { type: 'compose' }>;
    writeFileSync(
      file,
      ['name: prewarm-contract', 'services:', `  ${r.name}:`, ...[...REDIS, 'environment: { CHANGED: "1" }'].map((l) => `    ${l}`)].join(
        '\n',
      ),
    );
    return { ...r, spec: { ...spec, file, environment: { CHANGED: '1' } } };
  },
  broken: [
    {
      what: 'an image that does not exist',
      resource: () => declared('noimage', ['image: 127.0.0.1:9/no/such:1']),
      message: /noimage: the image 127\.0\.0\.1:9\/no\/such:1 could not be had/,
    },
    {
      what: 'a service that ends at once',
      resource: () => declared('ends', ['image: redis:7', 'command: ["sh", "-c", "echo bad config; exit 3"]', 'ports: ["6379"]']),
      message: /ends ended before it was ready.*exit code 3.*bad config/s,
    },
    {
      what: 'a health check that never passes',
      resource: () => short(declared('never', ['image: redis:7', 'healthcheck: { test: ["CMD", "false"] }']), 800),
      message: /never did not become ready.*health check/,
    },
  ],
  unreachable: () => createComposeProvider({ host: 'tcp://127.0.0.1:9' }),
  count: countContainers,
  cleanUp: removeContainers,
});

it.skipIf(engineProblem !== undefined)('what the developer started is seen and never changed', async () => {
  const r = declared('theirs', REDIS);
  const { file } = r.spec as Extract<Resource['spec'], { type: 'compose' }>;
  const compose = (...args: string[]): string => execFileSync('docker', ['compose', '-f', file, ...args], { stdio: 'pipe' }).toString();
  compose('up', '-d');
  const provider = createComposeProvider();
  const context = {
    workspace: `contract-${process.pid}`,
    storage: tmpdir(),
    leases: mkdtempSync(join(tmpdir(), 'prewarm-leases-')),
    now: Date.now,
    leaseMs: 1,
    signal: new AbortController().signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
    progress: () => {},
  };
  const before = (await docker.getContainer(compose('ps', '-q').trim()).inspect()).Id;
  expect(await provider.reach(r, 'ready', context)).toMatchObject({ ok: true, value: { rung: 'ready', owner: 'developer' } });
  await provider.reach(r, 'absent', context);
  expect((await docker.getContainer(before).inspect()).State.Running).toBe(true);
  compose('down');
});

afterAll(async () => {
  if (engineProblem === undefined)
    await docker
      .getNetwork('prewarm-contract_default')
      .remove()
      .catch(() => {});
});
