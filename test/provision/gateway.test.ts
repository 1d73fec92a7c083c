import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, type Fault, failed, ok } from '../../src/domain/index.ts';
import { type Gateway, type GatewayEvent, openGateway } from '../../src/provision/gateway.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

/** Answers every byte with the same byte. */
async function echo(): Promise<Backend> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  return { host: '127.0.0.1', port: await listening(server), containerPort: 1 };
}

function listening(server: Server, port = 0): Promise<number> {
  open.push({ close: () => server.close() });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
}

async function gate(
  wake: () => Promise<Backend | Fault>,
  port = 0,
): Promise<{ gateway: Gateway; events: GatewayEvent[]; faults: Fault[]; wakes: () => number }> {
  const events: GatewayEvent[] = [];
  const faults: Fault[] = [];
  let wakes = 0;
  const result = await openGateway({
    port,
    now: Date.now,
    onEvent: (e) => events.push(e),
    onFault: (f) => faults.push(f),
    wake: async () => {
      wakes++;
      const woken = await wake();
      return 'port' in woken ? ok(woken) : { ok: false, fault: woken };
    },
  });
  if (!result.ok) throw new Error(result.fault.message);
  open.push(result.value);
  return { gateway: result.value, events, faults, wakes: () => wakes };
}

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the gateway', () => {
  it('holds a client, wakes the resource once, and splices', async () => {
    const { gateway, wakes } = await gate(async () => {
      await soon(80);
      return echo();
    });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(gateway.port, `client ${i}`)));
    expect(answers).toEqual(answers.map((_, i) => `client ${i}`));
    expect(wakes()).toBe(1);
  });

  it('does not wake what is known to be warm', async () => {
    const { gateway, wakes } = await gate(echo);
    gateway.backend(await echo());
    expect(await ask(gateway.port, 'x')).toBe('x');
    expect(wakes()).toBe(0);
  });

  it('wakes again when what it knew has died', async () => {
    const { gateway, wakes } = await gate(echo);
    gateway.backend({ host: '127.0.0.1', port: 9, containerPort: 1 });
    expect(await ask(gateway.port, 'x')).toBe('x');
    expect(wakes()).toBe(1);
  });

  it('closes the client and says why when it cannot be woken', async () => {
    const { gateway, faults } = await gate(async () => failed('start-failed', 'later', 'db could not be started').fault);
    await expect(ask(gateway.port, 'x').then((a) => a || Promise.reject(new Error('closed')))).rejects.toThrow();
    expect(faults.map((f) => f.message)).toEqual(['db could not be started']);
  });

  it('counts connections and bytes', async () => {
    const { gateway, events } = await gate(echo);
    await ask(gateway.port, 'four');
    await soon(50);
    expect(events[0]).toEqual({ did: 'opened' });
    expect(events[1]).toMatchObject({ did: 'closed', bytes: 8 });
  });

  it('carries a large transfer whole, against a slow reader', async () => {
    const { gateway } = await gate(echo);
    const size = 8 * 2 ** 20;
    const received = await new Promise<number>((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1', () => socket.end(Buffer.alloc(size, 7)));
      let total = 0;
      socket.on('data', (data) => {
        total += data.length;
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      });
      socket.on('end', () => resolve(total));
    });
    expect(received).toBe(size);
  });

  it('survives a client that goes away while it is held', async () => {
    const { gateway } = await gate(async () => {
      await soon(100);
      return echo();
    });
    const gone = connect(gateway.port, '127.0.0.1', () => gone.resetAndDestroy());
    gone.on('error', () => {});
    await soon(150);
    expect(await ask(gateway.port, 'next')).toBe('next');
  });

  it('takes another port when its own is taken, and says so', async () => {
    const taken = await listening(createServer());
    const { gateway } = await gate(echo, taken);
    expect(gateway.port).not.toBe(taken);
    expect(gateway.note).toContain(`Port ${taken} is taken`);
    expect(await ask(gateway.port, 'x')).toBe('x');
  });
});
