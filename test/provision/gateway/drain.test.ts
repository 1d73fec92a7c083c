import { afterEach, describe, expect, it } from 'vitest';
import { ask, createWorld, soon, until } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

/** A backend that answers each question `answerMs` after it, and a gateway that would wake another one. */
async function draining(answerMs: number) {
  let asked = 0;
  const old = await world.serve((socket) =>
    socket.on('data', () => {
      asked++;
      setTimeout(() => socket.write('old'), answerMs);
    }),
  );
  const next = await world.named('new');
  const gate = await world.gate(async () => next.at);
  gate.gateway.backend(old.at);
  return { ...gate, old, asked: () => asked === 1 };
}

describe('a drain', () => {
  it('lets an answer that is under way finish', async () => {
    const { gateway, asked } = await draining(300);
    const client = await world.connect(gateway.port);
    client.socket.write('question');
    await until(asked, 'asked');
    expect(await gateway.drain({ timeoutMs: 5000 })).toBe('idle');
    expect(client.heard()).toBe('old');
  });

  it('does not wait for connections on which nothing is under way', async () => {
    const { gateway } = await draining(1);
    const client = await world.connect(gateway.port);
    client.socket.write('question');
    await until(() => client.heard() === 'old', 'answered');
    const begun = performance.now();
    expect(await gateway.drain({ timeoutMs: 5000 })).toBe('idle');
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(client.over()).toBe('open');
  });

  it('ends after its time, or when it is told to', async () => {
    const { gateway, asked } = await draining(60_000);
    const client = await world.connect(gateway.port);
    client.socket.write('question');
    await until(asked, 'asked');
    expect(await gateway.drain({ timeoutMs: 100 })).toBe('timed-out');
    expect(await gateway.drain({ timeoutMs: 60_000, signal: AbortSignal.timeout(50) })).toBe('cancelled');
  });

  it('leads nobody to the old backend meanwhile; who comes is held, and wakes it again afterwards', async () => {
    const { gateway, old, wakes, asked } = await draining(200);
    const client = await world.connect(gateway.port);
    client.socket.write('question');
    await until(asked, 'asked');
    const order: string[] = [];
    const drained = gateway.drain({ timeoutMs: 5000 }).then(() => order.push(`drained, ${wakes()} wakes`));
    gateway.backend(old.at);
    const late = ask(gateway.port, 'late').then((answer) => order.push(answer));
    await soon(60);
    expect([wakes(), old.sockets.size, client.heard()]).toEqual([0, 1, '']);
    await Promise.all([drained, late]);
    expect(order).toEqual(['drained, 0 wakes', 'new']);
    expect([wakes(), client.heard()]).toEqual([1, 'old']);
  });
});
