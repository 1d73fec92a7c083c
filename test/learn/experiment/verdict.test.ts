import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type Unit } from '../../../src/learn/experiment/assignment.ts';
import type { Outcome } from '../../../src/learn/experiment/metrics.ts';
import { standingOf, type Verdict } from '../../../src/learn/experiment/verdict.ts';
import { NO_EFFECT, simulatedSessions } from './simulatedSessions.ts';
import { PLAN } from './trial.ts';

/** A test of so many sessions, in which those of B are changed. */
function units(count: number, ofB: (outcome: Outcome) => Outcome, seed = 1): readonly Unit[] {
  const next = simulatedSessions(seed);
  const all: Unit[] = [];
  for (let at = 0; at < count; at++) {
    const [session, outcome] = [`s${at}`, next(NO_EFFECT)];
    const place = assign('t1', all, session);
    all.push({ session, at, ...place, outcome: place.arm === 'B' ? ofB(outcome) : outcome });
  }
  return all;
}
const verdict = (all: readonly Unit[], plan = PLAN): Verdict => standingOf(all, plan).verdict;
const calm = (change: Partial<Outcome>) => (): Outcome => ({ waitedMs: 0, wastedWarmMinutes: 0, falseWarms: 0, ...change });
const flat = (count: number, b: Partial<Outcome>, a: Partial<Outcome> = {}): readonly Unit[] =>
  units(count, calm({})).map((u) => ({ ...u, outcome: u.arm === 'B' ? calm(b)() : calm(a)() }));

describe('the verdict', () => {
  it.each([
    ['nothing was seen yet', flat(0, {}), { is: 'running' }],
    ['B waits for nothing any more', flat(100, {}, { waitedMs: 8000 }), { is: 'better' }],
    ['B waits', flat(60, { waitedMs: 16_000 }), { is: 'worse' }],
    ['nobody ever waits', flat(800, {}), { is: 'no-difference' }],
    ['what may be lost was lost', flat(40, { waitedMs: 30_000 }), { is: 'guardrail', metric: 'waitedMs', because: 'spent' }],
    ['B warms for nothing', flat(200, { falseWarms: 1.9 }), { is: 'guardrail', metric: 'falseWarms', because: 'margin' }],
    [
      'B holds memory for nothing, though it waits less',
      flat(60, { wastedWarmMinutes: 90 }, { waitedMs: 30_000 }),
      { is: 'guardrail', metric: 'wastedWarmMinutes', because: 'margin' },
    ],
  ] satisfies readonly (readonly [string, readonly Unit[], Verdict])[])('where %s', (_what, all, is) => {
    expect(verdict(all)).toEqual(is);
  });

  it('ends at the most sessions, as it was', () => {
    const few = { ...PLAN, mostSessions: 20 };
    expect(
      verdict(
        units(18, (o) => o),
        few,
      ),
    ).toEqual({ is: 'running' });
    expect(
      verdict(
        units(20, (o) => o),
        few,
      ),
    ).toEqual({ is: 'undecided' });
  });

  it('does not hang on the order in which sessions of a block, or blocks, are told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 2, max: 60 }), fc.infiniteStream(fc.nat()), (seed, count, keys) => {
        const all = units(count, (o) => ({ ...o, waitedMs: o.waitedMs / 2 }), seed);
        const shuffled = all.map((u) => [keys.next().value, u] as const).sort(([a], [b]) => a - b);
        const [x, y] = [
          standingOf(all, PLAN),
          standingOf(
            shuffled.map(([, u]) => u),
            PLAN,
          ),
        ];
        expect(y).toEqual(x);
      }),
    );
  });

  it('goes on from what was kept as if nothing had been interrupted', () => {
    fc.assert(
      fc.property(fc.nat(60), (at) => {
        const all = units(80, (o) => ({ ...o, waitedMs: o.waitedMs / 3 }));
        const kept = JSON.parse(JSON.stringify(all.slice(0, at))) as readonly Unit[];
        const next = all[at]?.session ?? '';
        expect(assign('t1', kept, next)).toEqual(assign('t1', all.slice(0, at), next));
        expect(standingOf([...kept, ...all.slice(at)], PLAN)).toEqual(standingOf(all, PLAN));
      }),
    );
  });

  it('counts no block before all its sessions have ended', () => {
    const [a, b] = units(2, (o) => o) as [Unit, Unit];
    const { outcome: _goesOn, ...open } = b;
    expect(standingOf([a, open], PLAN).pairs).toBe(0);
    expect(standingOf([a, b], PLAN).pairs).toBe(1);
    expect(standingOf([a, { ...b, isVoid: true }], PLAN).pairs).toBe(0);
  });

  it('cuts a session at its limit', () => {
    const metric = standingOf(flat(2, { waitedMs: 1e9 }), PLAN).metrics[0];
    expect(metric?.means).toEqual({ A: 0, B: 30_000 });
  });
});
