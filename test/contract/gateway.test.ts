import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, type Fault, ok } from '../../src/domain/index.ts';
import { type Gateway, openGateway } from '../../src/provision/gateway/gateway.ts';
import { createShortcuts } from '../../src/provision/gateway/shortcut.ts';
import { docker, engineProblem } from './engine.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close();
});

async function redis(name: string) {
  const container = await docker.createContainer({
    Image: 'redis:7',
    Labels: { 'dev.prewarm.test': 'gateway' },
    Env: [`NAME=${name}`],
    HostConfig: { PortBindings: { '6379/tcp': [{ HostIp: '127.0.0.1' }] } },
    ExposedPorts: { '6379/tcp': {} },
  });
  opened.push({ close: () => container.remove({ force: true, v: true }) });
  await container.start();
  return { container, backend: await publishedBy(container) };
}

async function publishedBy(container: Awaited<ReturnType<typeof docker.createContainer>>): Promise<Backend> {
  const { NetworkSettings } = await container.inspect();
  return { host: '127.0.0.1', port: Number(NetworkSettings.Ports['6379/tcp']?.[0]?.HostPort), containerPort: 6379 };
}

async function gate(wake: () => Promise<Backend>): Promise<{ gateway: Gateway; faults: Fault[]; wakes: () => number }> {
  let wakes = 0;
  const faults: Fault[] = [];
  const result = await openGateway({
    port: 0,
    now: Date.now,
    onEvent: () => {},
    onFault: (fault) => faults.push(fault),
    wake: async () => {
      wakes++;
      return ok(await wake());
    },
  });
  if (!result.ok) throw new Error(result.fault.message);
  opened.push(result.value);
  return { gateway: result.value, faults, wakes: () => wakes };
}

async function client(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  opened.push({ close: async () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

async function say(socket: Socket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  return String((await once(socket, 'data'))[0]).trim();
}

/** Redis answers a moment after its container has started. */
async function untilPongs(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const pong = await new Promise((resolve) => {
      socket.on('connect', () => socket.write('PING\r\n'));
      socket.on('data', (data) => resolve(String(data).includes('PONG')));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
    socket.destroy();
    if (pong) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no PONG');
}

describe.skipIf(engineProblem !== undefined)('the gateway before containers', () => {
  it('brings a paused one back when the client of a connection that stayed open speaks', async () => {
    const { container, backend } = await redis('paused');
    await untilPongs(backend.port);
    const { gateway, wakes } = await gate(async () => {
      await container.unpause();
      return backend;
    });
    gateway.backend(backend);
    const socket = await client(gateway.port);
    expect(await say(socket, 'PING')).toBe('+PONG');
    expect(await gateway.drain({ timeoutMs: 5000 })).toBe('idle');
    await container.pause();
    expect(wakes()).toBe(0);
    expect(await say(socket, 'SET kept 1')).toBe('+OK');
    expect(wakes()).toBe(1);
  });

  it('fails over to a paused standby when the primary dies: new clients see no error', async () => {
    const [primary, standby] = [await redis('primary'), await redis('standby')];
    await Promise.all([untilPongs(primary.backend.port), untilPongs(standby.backend.port)]);
    await standby.container.pause();
    const { gateway, faults } = await gate(async () => primary.backend);
    gateway.backend(primary.backend);
    gateway.standby(async () => {
      await standby.container.unpause();
      return ok(standby.backend);
    });
    const old = await client(gateway.port);
    expect(await say(old, 'PING')).toBe('+PONG');
    const closed = once(old, 'close').catch(() => {});
    await primary.container.kill();
    const clients = await Promise.all(Array.from({ length: 50 }, () => client(gateway.port)));
    expect(new Set(await Promise.all(clients.map((each) => say(each, 'PING'))))).toEqual(new Set(['+PONG']));
    expect([gateway.serving, faults]).toEqual(['standby', []]);
    await closed;
  });

  it('goes around docker-proxy only for as long as it serves that very container', async () => {
    const shortcutTo = createShortcuts();
    const { container, backend } = await redis('shortcut');
    const { NetworkSettings } = await container.inspect();
    const shortcut = await shortcutTo(backend.port);
    // An engine without docker-proxy, or one in a virtual machine, has none; then there is nothing to go around.
    if (shortcut) expect(shortcut).toEqual({ host: NetworkSettings.Networks.bridge?.IPAddress, port: 6379 });
    await container.stop({ t: 0 });
    // Another container gets its address at once.
    await redis('stranger');
    expect(await shortcutTo(backend.port)).toBeUndefined();
  });
});
