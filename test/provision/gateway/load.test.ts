import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLoad } from '../../../src/provision/gateway/load.ts';

const backends = [1, 2, 3].map((port) => ({ host: '127.0.0.1', port, containerPort: 80 }) as const);

describe('clients over backends', () => {
  it('go where the fewest are, in turn among equals', () => {
    const load = createLoad();
    const ports = Array.from({ length: 4 }, () => {
      const chosen = load.least('primary', backends);
      if (chosen) load.add(chosen);
      return chosen?.port;
    });
    expect(ports).toEqual([1, 2, 3, 1]);
    load.remove(backends[1] as (typeof backends)[1]);
    expect(load.least('primary', backends)?.port).toBe(2);
    expect(load.least('primary', [])).toBeUndefined();
  });

  it('differ by one at most where nobody leaves, and count to nothing when all have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (clients) => {
        const load = createLoad();
        const joined = Array.from({ length: clients }, () => {
          const chosen = load.least('primary', backends) as (typeof backends)[number];
          load.add(chosen);
          return chosen;
        });
        const counts = backends.map(load.of);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        for (const each of joined) load.remove(each);
        expect(backends.map(load.of)).toEqual([0, 0, 0]);
      }),
    );
  });
});
