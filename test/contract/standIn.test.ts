import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../../src/host/node/openApp.ts';
import { spawned } from '../../src/provision/spawned.ts';

const noRedis = (await spawned('redis-server', ['--version'])).code === 0 ? undefined : 'redis-server is not installed';

it.skipIf(noRedis !== undefined)(
  'Docker is away: the declared port answers all the same, by the redis of this machine, and says so',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prewarm-stand-in-'));
    const workspace = join(folder, 'shop');
    const port = await freePort();
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'compose.yaml'), `name: shop\nservices:\n  cache:\n    image: redis:7\n    ports: ["${port}:6379"]\n`);
    const opened = await openApp({
      folder: workspace,
      stateFolder: join(folder, 'state'),
      settings: { mode: 'suggest' },
      providers: { engine: { host: 'tcp://127.0.0.1:9' }, embedded: 'off' },
      bundles: join(import.meta.dirname, '..', '..', 'dist'),
      log: () => {},
    });
    if (!opened.ok) throw new Error(opened.fault.message);
    const app = opened.value;
    try {
      // Nobody warmed it: the connection itself does.
      expect(await ask(port, 'PING\r\n')).toBe('+PONG\r\n');
      const why = app.why('compose:shop/cache').join('\n');
      expect(why).toContain('local stands in for compose: Docker cannot be reached.');
      expect(why).toContain('It is ready (redis-server of this machine stands in for the image redis:7).');
      expect(await app.cool(['compose:shop/cache'])).toEqual([]);
    } finally {
      await app.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

function ask(port: number, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(question));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('closed without an answer')));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
