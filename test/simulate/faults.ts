import { type Change, changed } from '../../src/simulate/advice/change.ts';
import { offered, ownMs } from '../../src/simulate/model/offered.ts';
import { Random } from '../../src/simulate/model/random.ts';
import type { Law } from '../../src/simulate/practice/practice.ts';
import { type Call, callName, callsOf, type ModelledResource, type Scenario } from '../../src/simulate/scenario/scenario.ts';
import type { Case } from '../../src/simulate/scenario/usual.ts';

export interface Planted {
  readonly fault: string;
  readonly scenario: Scenario;
  readonly of: string;
  readonly law: Law;
}

const KINDS = [
  'slow disk',
  'slow network',
  'small pool',
  'low concurrency limit',
  'cold cache',
  'retry storm',
  'failing dependency',
  'long time-out',
  'cold start',
] as const;

/** One fault somewhere in a healthy scenario, of a kind and strength that the seed says. */
export function plant({ scenario, rehearsed: { figures } }: Case, seed: number): Planted {
  const random = new Random(seed, 77);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)] as T;
  const between = (a: number, b: number): number => a + (b - a) * random.uniform();
  const calls = callsOf(scenario);
  const callees = scenario.resources.filter((r) => calls.some((c) => c.to === r.id));
  /** Servers, and connections, in use in the healthy system: what leaves fewer is a fault. */
  const busy = new Map(figures.resources.map((r) => [r.id, (r.visitsPerSecond.value * r.holdMs.value) / 1000]));
  const inUse = (c: Call): number => {
    const pool = figures.calls.find((x) => callName(x) === callName(c))?.pool;
    return (pool?.utilization.value ?? 0) * (c.pool ?? 0);
  };
  const planted = (fault: string, of: string, law: Law, ...changes: readonly Change[]): Planted => ({
    fault,
    of,
    law,
    scenario: changes.reduce(changed, scenario),
  });
  /** What slows a resource saturates it where its load then is more than it has servers for. */
  const slowed = (fault: string, r: ModelledResource, change: Change): Planted => {
    const load = offered(changed(scenario, change)).load.get(r.id) as number;
    return planted(fault, r.id, load >= 0.85 ? 'saturation' : 'slow service', change);
  };
  const kind = one(KINDS);
  switch (kind) {
    case 'slow disk': {
      const r = one(callees.filter((x) => x.kind === 'database'));
      return slowed(kind, r, { do: 'time', of: r.id, factor: between(6, 15) });
    }
    case 'slow network': {
      const r = one(callees);
      return slowed(kind, r, { do: 'delay', of: r.id, ms: between(80, 200) });
    }
    case 'small pool': {
      const c = one(calls.filter((x) => x.pool !== undefined && inUse(x) > 1));
      return planted(kind, callName(c), 'queueing', {
        do: 'pool',
        of: callName(c),
        to: Math.max(1, Math.floor(inUse(c) * between(0.5, 0.9))),
      });
    }
    case 'low concurrency limit': {
      const r = one(callees.filter((x) => (busy.get(x.id) as number) > 1.1));
      const needed = busy.get(r.id) as number;
      return planted(kind, r.id, 'saturation', { do: 'concurrency', of: r.id, to: Math.max(1, Math.floor(needed * between(0.6, 0.95))) });
    }
    case 'cold cache': {
      const c = one(calls.filter((x) => x.cache));
      return planted(kind, callName(c), 'cold cache', { do: 'cache', of: callName(c), hitRate: between(0, 0.1), ms: 0.4 });
    }
    case 'retry storm': {
      const c = one(calls.filter((x) => callees.some((r) => r.id === x.to)));
      const callee = scenario.resources.find((r) => r.id === c.to) as ModelledResource;
      const timeout: Change = { do: 'timeout', of: callName(c), ms: ownMs({ ...callee, stall: { share: 0, ms: 0 } }) * between(0.5, 0.9) };
      return planted(kind, callName(c), 'retry storm', timeout, {
        do: 'retries',
        of: callName(c),
        times: 3 + Math.floor(between(0, 4)),
        backoffMs: 1,
      });
    }
    case 'failing dependency': {
      const r = one(callees);
      return planted(kind, r.id, 'error amplification', { do: 'errors', of: r.id, rate: between(0.05, 0.5) });
    }
    case 'long time-out': {
      const c = one(calls.filter((x) => scenario.resources.some((r) => r.id === x.to && r.stall)));
      return planted(kind, callName(c), 'time-out', { do: 'timeout', of: callName(c), ms: between(20_000, 120_000) });
    }
    case 'cold start': {
      const r = one(scenario.resources);
      return planted(kind, r.id, 'cold start', { do: 'rung', of: r.id, rung: 'created', startMs: between(4000, 12_000) });
    }
  }
}
