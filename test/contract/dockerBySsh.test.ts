import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshEndpoint } from '../../src/provision/engine/endpoint.ts';
import { createEngineLink, type EngineLink } from '../../src/provision/engine/link.ts';
import { createSsh } from '../../src/provision/engine/ssh.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { createSshServer, type SshServer, sshProblem } from '../harness/sshServer.ts';
import { contract } from './contract.ts';
import { dockerSubject, redis } from './dockerSubject.ts';
import { docker, engineProblem, removeContainers } from './engine.ts';

const unavailable = engineProblem ?? sshProblem();
let server: SshServer;
/** Adapters of one window share it, and so the forwarded ports. */
let shared: EngineLink;

beforeAll(async () => {
  if (unavailable !== undefined) return;
  server = await createSshServer();
  shared = link();
});
afterAll(() => server?.remove());

const link = () => createEngineLink({ host: server.url, environment: server.environment });
const make = () => createDockerProvider({ engine: shared });

contract(dockerSubject({ name: 'docker-by-ssh', unavailable, make, client: () => docker }));

describe.skipIf(unavailable !== undefined)(unavailable ? `docker by ssh (skipped: ${unavailable})` : 'docker by ssh', () => {
  const signal = new AbortController().signal;
  const folder = mkdtempSync(join(tmpdir(), 'pw-ssh-'));
  const calling = {
    workspace: `contract-${process.pid}`,
    storage: folder,
    leases: folder,
    now: Date.now,
    leaseMs: 60_000,
    signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
    progress: () => {},
  };
  afterAll(async () => {
    await removeContainers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('logs in once for hundreds of questions', async () => {
    const before = server.logins();
    const provider = createDockerProvider({ engine: link() });
    for (let i = 0; i < 20; i++)
      await Promise.all(Array.from({ length: 10 }, async () => expect(await provider.check(signal)).toMatchObject({ ok: true })));
    expect(server.logins() - before).toBe(1);
    await provider.close();
  });

  it('serves a container’s port on loopback here', async () => {
    const resource = redis('ssh-port', {}, { type: 'port', port: 6379, timeoutMs: 20_000 });
    const provider = make();
    const ready = await provider.reach(resource, 'ready', calling);
    expect(ready).toMatchObject({ ok: true, value: { rung: 'ready' } });
    const at = ready.ok ? ready.value.backends[0] : undefined;
    expect(await said(at?.port ?? 0, 'PING\r\n')).toBe('+PONG\r\n');
    await provider.reach(resource, 'absent', calling);
  });

  it('a login that breaks is made anew, and the port stays the same', async () => {
    const resource = redis('ssh-cut');
    const provider = createDockerProvider({ engine: link() });
    const first = await provider.reach(resource, 'ready', calling);
    server.cut();
    await expect.poll(async () => (await provider.observe([resource], calling))[0]?.rung, { timeout: 20_000 }).toBe('ready');
    const [again] = await provider.observe([resource], calling);
    expect(again?.backends).toEqual(first.ok ? first.value.backends : 'ready');
    await provider.reach(resource, 'absent', calling);
    await provider.close();
  });

  it('works without a shared login, as on Windows', async () => {
    const { endpoint } = await link().chosen();
    const ssh = createSsh(endpoint as SshEndpoint, { environment: server.environment, shared: false });
    const connection = ssh.connect();
    connection.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n');
    expect(String((await connection.toArray()).join(''))).toMatch(/^HTTP\/1.1 200 OK/);
    const echo = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const port = await ssh.forward('127.0.0.1', (echo.address() as AddressInfo).port);
    expect(await said(port, '')).toBe('hello');
    ssh.close();
    echo.close();
  });

  it.each([
    ['an account that takes no key', () => server.allow('unknown'), /it took none of your keys\. Prewarm never asks for a password/],
    ['a machine that is not known', () => server.trust('unknown'), /its key is not known yet\. Run `ssh test-engine`/],
    ['a machine with another key', () => server.trust('changed'), /its key is not the one that is known/],
  ])('%s: one message, no question, and what it has is unknown', async (_, make, message) => {
    make();
    const provider = createDockerProvider({ engine: link() });
    const resource = redis('ssh-refused');
    expect(await provider.check(signal)).toMatchObject({
      ok: false,
      fault: { code: 'engine-unreachable', message: expect.stringMatching(message) },
    });
    expect((await provider.observe([resource], calling))[0]?.rung).toBe('unknown');
    await provider.close();
    server.allow('known');
    server.trust('known');
    expect(await provider.check(signal)).toMatchObject({ ok: true });
    await provider.close();
  });
});

function said(port: number, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(words));
    socket.once('data', (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
