import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import type { Probe, Resource } from '../../src/domain/index.ts';
import { listDetached } from '../../src/provision/detached.ts';
import { createProcessProvider } from '../../src/provision/providers/process.ts';
import { contract } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-process-'));
writeFileSync(
  join(folder, 'serve.mjs'),
  "import http from 'node:http'; http.createServer((_, r) => r.end('ok')).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));",
);
const ports: number[] = [];
beforeAll(async () => {
  for (let i = 0; i < 20; i++) ports.push(await freePort());
});

const resource = (name: string, command?: readonly string[], probe?: Probe): Resource => {
  const port = ports[Number(name.replace(/\D/g, '') || 19)] ?? 0;
  return {
    id: `process:test/${name}`,
    name,
    kind: 'process',
    provider: 'process',
    declaredIn: 'Procfile',
    dependsOn: [],
    memoryBytes: 0,
    ports: [{ container: port, protocol: 'tcp' }],
    probe: probe ?? { type: 'http', port, path: '/', timeoutMs: 10_000 },
    spec: { type: 'process', command: command ?? [process.execPath, 'serve.mjs', String(port)], cwd: folder, environment: {} },
  };
};

contract({
  name: 'process',
  make: createProcessProvider,
  resource: (name) => resource(name),
  changed: (r) => ({ ...r, spec: { ...(r.spec as Extract<Resource['spec'], { type: 'process' }>), environment: { CHANGED: '1' } } }),
  broken: [
    {
      what: 'a program that is not there',
      resource: () => resource('gone', ['no-such-program-anywhere']),
      message: /process:test\/gone .*no program “no-such-program-anywhere”.*Procfile/,
    },
    {
      what: 'a program that ends at once',
      resource: () => resource('ends', [process.execPath, '-e', 'console.error("bad config"); process.exit(3)']),
      message: /process:test\/ends ended before it was ready.*bad config/s,
    },
    {
      what: 'a probe that never passes',
      resource: () =>
        resource('never', [process.execPath, '-e', 'setInterval(() => {}, 1000)'], { type: 'log', pattern: 'listening', timeoutMs: 400 }),
      message: /process:test\/never did not become ready.*listening/,
    },
  ],
  count: async (r, context) => (await listDetached(context)).filter(({ it }) => it.labels['dev.prewarm.resource'] === r.id).length,
  cleanUp: async () => {},
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
