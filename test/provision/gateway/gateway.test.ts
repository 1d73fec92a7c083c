import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { failed } from '../../../src/domain/index.ts';
import { ask, type Client, createWorld, soon, until } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

const hasIPv6Loopback = Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === '::1'));

describe('the gateway', () => {
  it('holds 2000 clients that come at once, wakes the resource once, and answers each', async () => {
    const backend = await world.echo();
    const { gateway, wakes, faults } = await world.gate(async () => {
      await soon(300);
      return backend.at;
    });
    const answers = await Promise.all(Array.from({ length: 2000 }, (_, i) => ask(gateway.port, `client ${i}`)));
    expect(answers).toEqual(answers.map((_, i) => `client ${i}`));
    expect(wakes()).toBe(1);
    expect(faults).toEqual([]);
    await until(() => gateway.connections === 0, 'all clients have gone');
  });

  it('does not wake what is known to be warm', async () => {
    const backend = await world.echo();
    const { gateway, wakes } = await world.gate(async () => backend.at);
    gateway.backend(backend.at);
    expect(await ask(gateway.port, 'x')).toBe('x');
    expect(wakes()).toBe(0);
  });

  it('wakes again when what it knew has died', async () => {
    const backend = await world.echo();
    const { gateway, wakes } = await world.gate(async () => backend.at);
    gateway.backend({ host: '127.0.0.1', port: 9, containerPort: 1 });
    expect(await ask(gateway.port, 'x')).toBe('x');
    expect(wakes()).toBe(1);
  });

  it('says so when what is ready does not accept, after a few attempts', async () => {
    const { gateway, wakes, faults } = await world.gate(async () => ({ host: '127.0.0.1', port: 9, containerPort: 1 }));
    await expect(ask(gateway.port, 'x').then((a) => a || Promise.reject(new Error('closed')))).rejects.toThrow();
    expect(wakes()).toBe(3);
    expect(faults.map((f) => f.code)).toEqual(['not-ready']);
  });

  it('closes the client and says why when it cannot be woken', async () => {
    const { gateway, faults } = await world.gate(async () => failed('start-failed', 'later', 'db could not be started').fault);
    await expect(ask(gateway.port, 'x').then((a) => a || Promise.reject(new Error('closed')))).rejects.toThrow();
    expect(faults.map((f) => f.message)).toEqual(['db could not be started']);
  });

  it('holds no more clients than it may, and says so once', async () => {
    const backend = await world.echo();
    let wake: () => void = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { gateway, faults } = await world.gate(() => woken.then(() => backend.at), { mostHeld: 10 });
    const clients: Client[] = [];
    for (let i = 0; i < 15; i++)
      await world.connect(gateway.port).then(
        (client) => clients.push(client),
        () => {},
      );
    await until(() => clients.filter((c) => c.over() === 'open').length === 10, 'the others were turned away');
    expect(faults.map((f) => f.message)).toEqual([
      `Port ${gateway.port}: 10 clients wait for the resource already; further ones are turned away until it is ready.`,
    ]);
    for (const { socket } of clients) socket.end('x');
    wake();
    await until(() => clients.filter((c) => c.heard() === 'x').length === 10, 'ten were answered');
  });

  it.runIf(hasIPv6Loopback)('serves 127.0.0.1 and ::1 at one port', async () => {
    const backend = await world.echo();
    const { gateway } = await world.gate(async () => backend.at);
    expect(await ask(gateway.port, 'four', '127.0.0.1')).toBe('four');
    expect(await ask(gateway.port, 'six', '::1')).toBe('six');
    expect(await ask(gateway.port, 'named', 'localhost')).toBe('named');
  });

  it('is not reachable by any address but loopback', async () => {
    const backend = await world.echo();
    const { gateway, wakes } = await world.gate(async () => backend.at);
    const others = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter((each) => (!each.internal && each.scopeid !== undefined ? each.scopeid === 0 : !each.internal));
    for (const { address } of others) await expect(ask(gateway.port, 'x', address), address).rejects.toThrow();
    expect(wakes()).toBe(0);
  });

  it('tells what it saw of a client that was held, and of one that was not', async () => {
    const backend = await world.echo();
    const { gateway, events } = await world.gate(async () => {
      await soon(60);
      return backend.at;
    });
    await ask(gateway.port, 'four');
    await until(() => events.length === 2, 'it was closed');
    await ask(gateway.port, 'fifty');
    await until(() => events.length === 4, 'it was closed');
    expect(events[0]).toEqual({ did: 'opened' });
    expect(events[1]).toMatchObject({ did: 'closed', bytes: 8, heldMs: expect.any(Number), firstByteMs: expect.any(Number) });
    expect(events[1]?.did === 'closed' && events[1].heldMs).toBeGreaterThanOrEqual(50);
    expect(events[3]).toMatchObject({ did: 'closed', bytes: 10 });
    expect(events[3]).not.toHaveProperty('heldMs');
  });

  it('measures the first byte from the question, not from the connection', async () => {
    const backend = await world.echo();
    const { gateway, events } = await world.gate(async () => backend.at);
    gateway.backend(backend.at);
    const client = await world.connect(gateway.port);
    await soon(300);
    client.socket.end('late');
    await until(() => events.length === 2, 'it was closed');
    expect(events[1]?.did === 'closed' && events[1].firstByteMs).toBeLessThan(250);
  });

  it('tells use by bytes: an open connection without any is none', async () => {
    const backend = await world.echo();
    let now = 1000;
    const { gateway } = await world.gate(async () => backend.at, { now: () => now });
    gateway.backend(backend.at);
    expect(gateway.lastTrafficAt).toBeUndefined();
    const client = await world.connect(gateway.port);
    client.socket.write('x');
    await until(() => client.heard() === 'x', 'answered');
    now = 90_000;
    expect([gateway.connections, gateway.awaitingAnswer, gateway.lastTrafficAt]).toEqual([1, 0, 1000]);
    client.socket.write('y');
    await until(() => client.heard() === 'xy', 'answered');
    expect(gateway.lastTrafficAt).toBe(90_000);
    client.socket.end();
    await until(() => gateway.connections === 0, 'gone');
    expect(gateway.lastTrafficAt).toBe(90_000);
  });

  it('knows that a client awaits an answer, however silent the wire is', async () => {
    const backend = await world.serve((socket) => socket.resume());
    const { gateway } = await world.gate(async () => backend.at);
    gateway.backend(backend.at);
    const client = await world.connect(gateway.port);
    client.socket.write('create index');
    await until(() => backend.sockets.size === 1 && gateway.awaitingAnswer === 1, 'it awaits an answer');
    await soon(50);
    for (const socket of backend.sockets) socket.write('done');
    await until(() => gateway.awaitingAnswer === 0, 'it was answered');
  });

  it('wakes what was paused under an open connection when its client speaks', async () => {
    const backend = await world.echo();
    const { gateway, wakes } = await world.gate(async () => backend.at);
    gateway.backend(backend.at);
    const client = await world.connect(gateway.port);
    client.socket.write('x');
    await until(() => client.heard() === 'x', 'answered');
    gateway.backend(undefined);
    await soon(50);
    expect(wakes()).toBe(0);
    client.socket.write('y');
    await until(() => wakes() === 1, 'woken');
    await until(() => client.heard() === 'xy', 'answered');
  });

  it('leaves nothing behind when it is closed', async () => {
    const backend = await world.serve((socket) => socket.resume().on('end', () => socket.end()));
    const { gateway } = await world.gate(async () => backend.at);
    gateway.backend(backend.at);
    const client = await world.connect(gateway.port);
    await until(() => backend.sockets.size === 1, 'spliced');
    await gateway.close();
    await until(() => backend.sockets.size === 0, 'the backend was let go');
    await until(() => client.over() !== 'open', 'the client was let go');
    await expect(ask(gateway.port, 'x')).rejects.toThrow();
  });
});
