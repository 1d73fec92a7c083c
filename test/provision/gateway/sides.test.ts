import { afterEach, describe, expect, it } from 'vitest';
import { failed, ok } from '../../../src/domain/index.ts';
import { ask, createWorld, soon, until } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

async function twins() {
  const [primary, standby] = [await world.named('primary'), await world.named('standby')];
  const turns: string[] = [];
  let standbyWakes = 0;
  const gate = await world.gate(async () => primary.at, { onTurn: (to, because) => turns.push(`${to}: ${because}`) });
  gate.gateway.backend(primary.at);
  gate.gateway.standby(async () => {
    standbyWakes++;
    await soon(30);
    return ok(standby.at);
  });
  return { ...gate, primary, standby, turns, standbyWakes: () => standbyWakes };
}

describe('a standby', () => {
  it('stands by while the primary serves', async () => {
    const { gateway, standbyWakes } = await twins();
    expect(await ask(gateway.port, 'x')).toBe('primary');
    expect([gateway.serving, standbyWakes()]).toEqual(['primary', 0]);
  });

  it('takes over when the primary refuses: no new client sees an error, and it is woken once for all', async () => {
    const { gateway, primary, turns, standbyWakes, wakes, faults } = await twins();
    const { port } = primary.at;
    primary.close();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(gateway.port, 'x')));
    expect(new Set(answers)).toEqual(new Set(['standby']));
    expect(turns).toEqual([`standby: 127.0.0.1:${port} does not accept connections`]);
    expect([gateway.serving, standbyWakes(), wakes(), faults]).toEqual(['standby', 1, 0, []]);
  });

  it('takes over when told to; those at the primary go on', async () => {
    const { gateway, turns } = await twins();
    const old = await world.connect(gateway.port);
    await until(() => gateway.awaitingAnswer === 0 && gateway.connections === 1, 'spliced');
    gateway.prefer('standby', 'its latency target failed');
    gateway.prefer('standby', 'its latency target failed');
    expect(await ask(gateway.port, 'x')).toBe('standby');
    old.socket.end('x');
    await until(() => old.over() === 'end', 'answered');
    expect(old.heard()).toBe('primary');
    expect(turns).toEqual(['standby: its latency target failed']);
    gateway.prefer('primary', 'it is ready again');
    expect(await ask(gateway.port, 'x')).toBe('primary');
  });

  it('ends the connections to a primary that hangs, when told to', async () => {
    const { gateway } = await twins();
    const old = await world.connect(gateway.port);
    await until(() => gateway.awaitingAnswer === 0 && gateway.connections === 1, 'spliced');
    gateway.prefer('standby', 'its probe failed', 'close');
    await until(() => old.over() !== 'open', 'it was let go');
  });

  it('takes over from a primary that is being woken, or that cannot be', async () => {
    const standby = await world.named('standby');
    const never = await world.gate(() => new Promise(() => {}));
    never.gateway.standby(async () => ok(standby.at));
    const waits = ask(never.gateway.port, 'x');
    await until(() => never.wakes() === 1, 'the primary is being woken');
    never.gateway.prefer('standby', 'the primary takes too long');
    expect(await waits).toBe('standby');

    const broken = await world.gate(async () => failed('start-failed', 'later', 'no').fault);
    broken.gateway.standby(async () => ok(standby.at));
    expect(await ask(broken.gateway.port, 'x')).toBe('standby');
    expect(broken.faults.map((f) => f.message)).toEqual(['no']);
  });

  it('gives back to a primary that is ready when it refuses itself', async () => {
    const { gateway, standby, wakes, faults } = await twins();
    gateway.prefer('standby', 'a test');
    expect(await ask(gateway.port, 'x')).toBe('standby');
    standby.close();
    expect(await ask(gateway.port, 'x')).toBe('primary');
    expect([gateway.serving, wakes(), faults]).toEqual(['primary', 0, []]);
  });

  it('gives back to the primary when it cannot serve, or is no more; when neither can, the client is let go', async () => {
    const { gateway, primary } = await twins();
    gateway.prefer('standby', 'a test');
    gateway.standby(async () => failed('start-failed', 'later', 'the twin is gone'));
    expect(await ask(gateway.port, 'x')).toBe('primary');
    expect(gateway.serving).toBe('primary');
    gateway.standby(undefined);
    expect(await ask(gateway.port, 'x')).toBe('primary');
    primary.close();
    await expect(ask(gateway.port, 'x').then((a) => a || Promise.reject(new Error('closed')))).rejects.toThrow();
  });
});
