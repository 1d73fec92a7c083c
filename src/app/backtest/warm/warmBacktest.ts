import type { Activity, UnixMs } from '../../../domain/index.ts';
import { type Piece, UseRhythm } from '../../../learn/rhythm/useRhythm.ts';
import { POLICIES, type Policy } from './policies.ts';
import { type Group, groupsOf, type Key } from './stream.ts';
import { figuresOf, type KeyTally, type WarmFigures } from './tally.ts';

/** The policy that the product uses. */
export const SHIPPED = 'rhythm';
const MINUTE = 60_000;
/** Operating points of the shipped policy: warm while a use is expected within so many minutes, ½ to 15,000. */
const PATIENCE_MINUTES = Array.from({ length: 120 }, (_, i) => 2 ** (i / 8 - 1));

export interface OperatingPoint extends WarmFigures {
  /** Warm while the rate of use was at least one in so many minutes. */
  readonly patienceMinutes: number;
}

export interface WarmBacktest {
  readonly shipped: string;
  readonly keys: number;
  readonly policies: Readonly<Record<string, WarmFigures>>;
  /** The shipped policy, by ascending patience. */
  readonly curve: readonly OperatingPoint[];
  readonly elapsedMs: number;
}

export interface WarmOptions {
  readonly key: Key;
  readonly coldStartMs: number;
  /** Where between sparing and generous the product stands by default: its break-even patience, minutes. */
  readonly patienceMinutes: number;
  readonly now: () => number;
  readonly progress: (text: string) => void;
}

/**
 * The warm-or-not decision over each key's uses: cold unless warm at the use, the first always; loading takes no time. What a
 * policy does at a moment is decided from what happened before it.
 */
export async function warmBacktest(
  uses: AsyncIterable<readonly Activity[]>,
  context: AsyncIterable<readonly Activity[]> | undefined,
  options: WarmOptions,
): Promise<WarmBacktest> {
  const begun = options.now();
  const groups = await groupsOf(uses, context, options.key);
  const rules = Object.keys(POLICIES).map((name) => ({ name, keys: [] as KeyTally[], idle: 0 }));
  const shipped = curveOf([...PATIENCE_MINUTES, options.patienceMinutes].sort((a, b) => a - b));
  for (const [i, group] of groups.entries()) {
    for (const rule of rules) {
      const outcome = follow(group, (POLICIES[rule.name] as () => Policy)());
      rule.keys.push(...outcome.keys);
      rule.idle += outcome.idleMs / MINUTE;
    }
    followRhythm(group, shipped);
    options.progress(`replayed ${i + 1} of ${groups.length} groups`);
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  }
  const points = shipped.points(options.coldStartMs);
  return {
    shipped: SHIPPED,
    keys: rules[0]?.keys.length ?? 0,
    policies: {
      ...Object.fromEntries(rules.map((r) => [r.name, figuresOf(r.keys, r.idle, options.coldStartMs)])),
      [SHIPPED]: points.find((p) => p.patienceMinutes === options.patienceMinutes) as WarmFigures,
    },
    curve: points,
    elapsedMs: options.now() - begun,
  };
}

function follow({ happenings, resources }: Group, policy: Policy): { readonly keys: readonly KeyTally[]; readonly idleMs: number } {
  const lastAt: UnixMs[] = [];
  const keys = resources.map(() => ({ uses: 0, cold: 0 }));
  let idleMs = 0;
  for (const happening of happenings) {
    const { at, use } = happening;
    if (use !== undefined) {
      const key = keys[use] as { uses: number; cold: number };
      const before = lastAt[use];
      const intervals = before === undefined ? [] : policy.warm(use, before, at);
      for (const { from, to } of intervals) idleMs += to - from;
      key.uses++;
      if (!intervals.some(({ to }) => to === at)) key.cold++;
      lastAt[use] = at;
    }
    policy.learn(happening);
  }
  return { keys, idleMs };
}

/** Sums of a policy that has one threshold, at many values of it (ascending) in one replay. */
function curveOf(patience: readonly number[]) {
  const keys: { uses: number; coldBelow: number[] }[] = [];
  const idle = new Float64Array(patience.length + 1);
  /** The first that has the patience. */
  const place = (needed: number): number => {
    let i = 0;
    while (i < patience.length && (patience[i] as number) < needed) i++;
    return i;
  };
  return {
    /** Begins a key: time between uses counts only when there is a next use. */
    key() {
      const own = { uses: 0, coldBelow: Array<number>(patience.length + 1).fill(0) };
      const pending = new Float64Array(patience.length + 1);
      keys.push(own);
      return {
        /** Time that is warm for whoever has at least this patience. */
        idle(minutes: number, needed: number): void {
          const i = place(needed);
          pending[i] = (pending[i] as number) + minutes;
        },
        use(needed: number): void {
          const i = place(needed);
          own.uses++;
          own.coldBelow[i] = (own.coldBelow[i] as number) + 1;
          for (let j = 0; j < pending.length; j++) idle[j] = (idle[j] as number) + (pending[j] as number);
          pending.fill(0);
        },
      };
    },
    points(coldStartMs: number): readonly OperatingPoint[] {
      return patience.map((patienceMinutes, i) => ({
        patienceMinutes,
        ...figuresOf(
          keys.map(({ uses, coldBelow }) => ({ uses, cold: sum(coldBelow.slice(i + 1)) })),
          sum(idle.slice(0, i + 1)),
          coldStartMs,
        ),
      }));
    },
  };
}
type Curve = ReturnType<typeof curveOf>;

function followRhythm({ happenings, resources }: Group, curve: Curve): void {
  const rhythm = new UseRhythm();
  const keys = resources.map(() => curve.key());
  const met = new Set<number>();
  const visit = ({ resource, minutes, rate, used }: Piece): void => {
    const key = keys[resource] as ReturnType<Curve['key']>;
    key.idle(minutes, 1 / rate);
    if (used) key.use(1 / rate);
  };
  for (const happening of happenings) {
    rhythm.observe(happening, visit);
    if (happening.use === undefined || met.has(happening.use)) continue;
    met.add(happening.use);
    keys[happening.use]?.use(Number.POSITIVE_INFINITY);
  }
}

const sum = (values: ArrayLike<number> & Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
