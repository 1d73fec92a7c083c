import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { listDetached, readDetached } from '../../src/provision/detached.ts';
import { createLocalProvider } from '../../src/provision/providers/local.ts';
import { spawned } from '../../src/provision/spawned.ts';
import { contract } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-local-'));
const file = join(folder, 'compose.yaml');
writeFileSync(
  file,
  `services:
  plain: { image: redis:7 }
  secret: { image: redis:7, command: redis-server --requirepass "s3cret word" --appendonly yes }
  config: { image: redis:7, command: [redis-server, /etc/redis.conf] }
  variable: { image: redis:7, command: 'redis-server --requirepass \${PASSWORD}' }
  cache: { image: memcached:1.6, command: memcached -m 32 -vv }
`,
);

const resource = (name: string, service = 'plain', image = 'redis:7', port = 6379): Resource => ({
  id: `compose:test/${name}`,
  name,
  kind: 'cache',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  dependsOn: [],
  memoryBytes: 0,
  ports: [{ container: port, host: port, protocol: 'tcp' }],
  probe: { type: 'command', command: ['redis-cli', 'ping'], timeoutMs: 10_000 },
  spec: { type: 'compose', file, project: 'test', service, image, environment: {}, seedFiles: [], profiles: [] },
});
const context = {
  workspace: 'w',
  storage: join(folder, 's'),
  leases: join(folder, 'l'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 60_000,
  signal: new AbortController().signal,
  progress: () => {},
};
const has = async (program: string, flag: string): Promise<boolean> => (await spawned(program, [flag])).code === 0;
const noRedis = (await has('redis-server', '--version')) ? undefined : 'redis-server is not installed';
const noMemcached = (await has('memcached', '-V')) ? undefined : 'memcached is not installed';

contract({
  name: 'local',
  unavailable: noRedis,
  make: createLocalProvider,
  resource: (name) => resource(name),
  changed: (r) => ({ ...r, spec: { ...(r.spec as Extract<Resource['spec'], { type: 'compose' }>), environment: { CHANGED: '1' } } }),
  broken: [
    {
      what: 'a command with a configuration of its own',
      resource: () => resource('config', 'config'),
      message: /redis-server of this machine cannot stand in for compose:test\/config: its command has “\/etc\/redis\.conf”.*Start Docker/,
    },
    {
      what: 'a command that only Compose can fill in',
      resource: () => resource('variable', 'variable'),
      message: /compose:test\/variable: its command in compose\.yaml holds a variable/,
    },
  ],
  count: async (r, c) => (await listDetached(c)).filter(({ it }) => it.labels['dev.prewarm.resource'] === r.id).length,
  cleanUp: async () => {},
});

describe.skipIf(noRedis !== undefined)('a redis of this machine', () => {
  it('is declared’s likeness: its password holds, and stands in no argument; its data survives a stop', async () => {
    const provider = createLocalProvider();
    const r = resource('secret', 'secret');
    const ask = async (...lines: string[]): Promise<string> => {
      const seen = await provider.reach(r, 'ready', context);
      if (!seen.ok) throw new Error(seen.fault.message);
      return talk(seen.value.backends[0]?.port ?? 0, lines);
    };
    try {
      expect(await ask('GET a')).toMatch(/NOAUTH/);
      expect(await ask('AUTH "s3cret word"', 'SET a 42')).toBe('+OK\r\n+OK\r\n');
      expect(await ask('AUTH "s3cret word"', 'CONFIG GET bind')).toContain('127.0.0.1');
      const pid = (await readDetached(r, context))?.pid;
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('s3cret');
      await provider.reach(r, 'created', context);
      expect(await ask('AUTH "s3cret word"', 'GET a')).toContain('42');
      expect((await provider.measure?.([r], context))?.get(r.id)?.memoryBytes).toBeGreaterThan(2 ** 20);
    } finally {
      await provider.reach(r, 'absent', context);
    }
  });
});

it.skipIf(noMemcached !== undefined)('a memcached of this machine serves in the place of its container', async () => {
  const provider = createLocalProvider();
  const r = resource('cache', 'cache', 'memcached:1.6', 11211);
  try {
    const seen = await provider.reach(r, 'ready', context);
    expect(seen).toMatchObject({ ok: true, value: { rung: 'ready', backends: [{ containerPort: 11211 }] } });
    if (seen.ok) expect(await talk(seen.value.backends[0]?.port ?? 0, ['set a 0 60 2', '42', 'get a'])).toContain('VALUE a 0 2\r\n42');
  } finally {
    await provider.reach(r, 'absent', context);
  }
});

it('knows what it can stand in for', () => {
  const { supports } = createLocalProvider();
  const able = (image: string) => supports(resource('x', 'plain', image));
  for (const image of ['redis', 'redis:7-alpine', 'docker.io/library/redis:6', 'bitnami/redis:7', 'redis@sha256:ab', 'memcached:1'])
    expect(able(image), image).toBe(true);
  for (const image of ['redis/redis-stack', 'my/redis', 'ghcr.io/x/redis', 'registry:5000/redis', 'postgres:15', 'redis-exporter'])
    expect(able(image), image).toBe(false);
});

/** Writes lines, and reads until the answers have stopped coming. */
function talk(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(lines.map((l) => `${l}\r\n`).join('')));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
