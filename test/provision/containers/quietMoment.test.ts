import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { msToHealthCheck, quietMoment } from '../../../src/provision/containers/quietMoment.ts';

const now = Date.parse('2026-11-27T10:00:00Z');
const ended = (agoMs: number) => ({ Log: [{ End: '2020-01-01T00:00:00Z' }, { End: new Date(now - agoMs).toISOString() }] });

describe('the time to the engine’s next health check', () => {
  it.each([
    ['none is declared', undefined, undefined, Number.POSITIVE_INFINITY],
    ['the first is still to come', { Log: [] }, { Interval: 5e9 }, 2000],
    ['the first may be under way', { Log: [] }, { Interval: 3e9 }, 0],
    ['it is checked more often at first', { Log: [] }, { Interval: 30e9, StartInterval: 4e9 }, 1000],
    ['the last has just ended', ended(0), { Interval: 5e9 }, 5000],
    ['it is near', ended(4800), { Interval: 5e9 }, 200],
    ['it is due', ended(7000), { Interval: 5e9 }, 0],
    ['no interval is declared: 30 s', ended(10_000), {}, 20_000],
  ])('%s', (_what, Health, declared, ms) => {
    const StartedAt = new Date(now - 3000).toISOString();
    expect(msToHealthCheck({ StartedAt, Health }, declared, now)).toBe(ms);
  });
});

describe('a quiet moment', () => {
  const container = (looks: readonly (readonly string[] | null)[], running = true) => {
    let look = 0;
    const inspect = async () => ({
      State: { Running: running },
      Config: {},
      ExecIDs: looks[Math.min(look++, looks.length - 1)],
    });
    return { it: { inspect } as unknown as Docker.Container, looks: () => look };
  };
  const never = new AbortController().signal;

  it('is when no program was started between two looks, whatever runs already', async () => {
    const starting = container([null, ['a'], ['a', 'b'], ['b'], ['b']]);
    await quietMoment(starting.it, never);
    expect(starting.looks()).toBe(5);
  });

  it('is at once in a container that does not run, and not waited for when it is called off', async () => {
    const stopped = container([['a']], false);
    await quietMoment(stopped.it, never);
    expect(stopped.looks()).toBe(1);
    const busy = container([['a'], ['b']]);
    await quietMoment(busy.it, AbortSignal.abort());
    expect(busy.looks()).toBe(0);
  });
});
