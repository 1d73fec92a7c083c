import { afterEach, describe, expect, it } from 'vitest';
import type { Injection } from '../../../src/provision/gateway/gatewayOptions.ts';
import { createWorld, until } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

/** A backend that answers `n` to the n-th question of a connection, behind a gateway of a rehearsal. */
async function disturbed(inject: Injection | undefined) {
  const { at } = await world.serve((socket) => {
    let n = 0;
    socket.on('data', () => socket.write(String(++n)));
  });
  const { gateway } = await world.gate(async () => at, inject ? { inject } : {});
  gateway.backend(at);
  const client = await world.connect(gateway.port);
  return { client };
}

describe('what a rehearsal injects by a gateway of its own', () => {
  it('a delay: every request waits that long, in order, and the answers are whole', async () => {
    const { client } = await disturbed({ delayMs: 120, errorShare: 0, random: () => 0.5 });
    for (const answers of ['1', '12', '123']) {
      const begun = performance.now();
      client.socket.write('question');
      await until(() => client.heard() === answers, 'answered');
      expect(performance.now() - begun).toBeGreaterThan(115);
    }
  });

  it('errors: the connection is cut in that share of requests', async () => {
    const draws = [0.9, 0.05];
    const { client } = await disturbed({ delayMs: 0, errorShare: 0.1, random: () => draws.shift() ?? 1 });
    client.socket.on('error', () => {});
    client.socket.write('question');
    await until(() => client.heard() === '1', 'answered');
    client.socket.write('question');
    await until(() => client.over() !== 'open', 'cut');
    expect(client.heard()).toBe('1');
  });

  it('nothing where nothing is asked for', async () => {
    const { client } = await disturbed(undefined);
    const begun = performance.now();
    client.socket.write('question');
    await until(() => client.heard() === '1', 'answered');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
