import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { type Calibration, learnt, NOT_CALIBRATED } from '../../src/predict/calibrate.ts';
import { compile } from '../../src/predict/compile.ts';
import { begin, observe, observed } from '../../src/predict/live.ts';
import { chanceOfUse, chances, evidenceFor, MIN_EVIDENCE, need, needOf } from '../../src/predict/need.ts';
import { activities, anyModel, anyTokens, model, persona, use } from './models.ts';

const MINUTE = 60_000;
const T0 = 1_000_000;
const at = (...minutes: number[]) => minutes.map((m) => ({ value: m * MINUTE, probability: 1 / minutes.length }));
const step = (minute: number, resource: string): Activity => ({ at: T0 + minute * MINUTE, actor: 'me', resource, kind: 'command.started' });

/** One persona that is all but certain: 10 sessions, 8 of them use db 20 times together, 4 of these more than once. */
const one = model([
  persona('p1', 0.95, ['go', 'db', 'db', 'go'], {
    support: 10,
    total: 40,
    unigram: { go: 20, db: 20 },
    uses: [use('db', { probability: 0.8, again: 0.5, firstUseMs: at(2, 4, 6, 8, 10, 12, 14, 16), gapMs: at(1), durationMs: at(8) })],
  }),
]);
const ready = compile(one);
/** P(none | session) is what the crowd speaks for; it is the persona's own voice here, since there is no other. */
const of = (session: Activity[], now: number, horizonMs: number) => needOf(ready, observed(ready, session), ['db'], { now, horizonMs })[0];

describe('how a persona uses a thing, worked out', () => {
  const { habits, crowd } = ready.uses;
  it('again: as learnt; one more after two: the gaps that follow a later use', () => {
    expect(habits.ever[0]).toBe(0.8);
    expect(habits.again[0]).toBe(0.5);
    // 20 uses in 8 sessions: 1.5 gaps each, of which 0.5 follow the first use: 1 of 1.5 follows a later one.
    expect(habits.more[0]).toBeCloseTo(2 / 3, 12);
  });
  it('the crowd is the mean by weight', () => {
    const two = compile(
      model([
        persona('p1', 0.6, ['x'], { uses: [use('r', { probability: 0.5, again: 0.2 })] }),
        persona('p2', 0.2, ['y'], { uses: [use('r', { probability: 0.1, again: 0.7 }), use('s')] }),
        persona('p3', -1, ['z'], { uses: [use('s', { probability: 1 })] }),
      ]),
    );
    const { uses } = two;
    expect(uses.resources).toEqual(['r', 's']);
    expect(uses.crowd.ever[0]).toBeCloseTo((0.6 * 0.5 + 0.2 * 0.1) / 0.8, 12);
    expect(uses.crowd.again[0]).toBeCloseTo((0.3 * 0.2 + 0.02 * 0.7) / 0.32, 12);
    expect(uses.crowd.ever[1]).toBeCloseTo((0.2 * 0.5) / 0.8, 12);
    expect(uses.crowd.ever[2]).toBe(0);
  });
  it('a thing that was never used twice takes the pace of the others', () => {
    const two = compile(model([persona('p1', 0.9, ['x'], { uses: [use('r', { gapMs: at(3) }), use('s', { gapMs: [] })] })])).uses;
    expect([...two.habits.gap.slice(8)]).toEqual(Array(8).fill(3 * MINUTE));
    expect([...two.crowd.gap.slice(8, 16)]).toEqual(Array(8).fill(3 * MINUTE));
  });
  it('where nobody has a pace, some minutes', () => {
    const none = compile(model([persona('p1', 0.9, ['x'], { uses: [use('r', { firstUseMs: [], gapMs: [] })] })])).uses;
    expect([...none.habits.gap]).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 960_000, 1_920_000]);
    expect([...none.habits.first]).toEqual([...none.habits.gap]);
  });
  it('what cannot be a probability is brought to the nearest', () => {
    const odd = compile(
      model([persona('p1', 0.9, ['x'], { uses: [use('r', { probability: 7, again: 3 }), use('s', { probability: -1, again: -2 })] })]),
    );
    expect([...odd.uses.habits.ever]).toEqual([1, 0]);
    expect([...odd.uses.habits.again]).toEqual([1, 0]);
    expect([...odd.uses.habits.more]).toEqual([1, 0]);
  });
  it('the crowd of one is that one', () => {
    expect(crowd.ever[0]).toBe(0.8);
    expect([...crowd.first.slice(0, 8)]).toEqual([...habits.first]);
  });
});

describe('need', () => {
  it.each([
    ['at the start', 0, 10, 0.8 * (9 / 16)],
    ['later, of what is left', 8, 4, (0.8 * (4 / 16)) / (0.8 * (9 / 16) + 0.2)],
    ['late', 16, 16.016667, (0.8 * (1 / 32)) / (0.8 * (1 / 16) + 0.2)],
  ])('before the first use: %s', (_, now, horizon, probability) => {
    expect(of([step(0, 'go')], T0 + now * MINUTE, horizon * MINUTE)?.probability).toBeCloseTo(probability, 5);
  });
  it('after one use: whether it is used again', () => {
    const found = of([step(0, 'go'), step(1, 'db')], T0 + 1 * MINUTE, MINUTE);
    expect(found?.probability).toBeCloseTo(0.5 * (15 / 16), 6);
  });
  it('after two: whether it goes on', () => {
    const found = of([step(0, 'go'), step(1, 'db'), step(2, 'db')], T0 + 2 * MINUTE, MINUTE);
    expect(found?.probability).toBeCloseTo((2 / 3) * (15 / 16), 6);
  });
  it('with every minute without it, less', () => {
    const found = of([step(0, 'go'), step(1, 'db')], T0 + 2 * MINUTE, 61_000);
    expect(found?.probability).toBeCloseTo((0.5 * (1 / 32)) / (0.5 / 16 + 0.5), 6);
  });
  it('a clock that went back waits for nothing', () => {
    expect(of([step(5, 'go')], T0, 10 * MINUTE)?.probability).toBeCloseTo(0.8 * (9 / 16), 6);
    expect(of([step(5, 'db')], T0, MINUTE)?.probability).toBeCloseTo(0.5 * (15 / 16), 6);
  });

  it('says when: a tenth, half and nine tenths of the cases', () => {
    const { etaMs, etaQuantilesMs } = of([step(0, 'go')], T0, 10 * MINUTE) as NonNullable<ReturnType<typeof of>>;
    // Value i stands at (i + ½)/8: a tenth is between the first two, half between the fourth and the fifth.
    expect(etaQuantilesMs.p10 / MINUTE).toBeCloseTo(2 + (0.1 * 16 - 1), 1);
    expect(etaQuantilesMs.p50 / MINUTE).toBeCloseTo(9, 1);
    expect(etaQuantilesMs.p90 / MINUTE).toBeCloseTo(14 + (0.9 * 16 - 13), 1);
    expect(etaMs).toBe(etaQuantilesMs.p50);
  });
  it('says for how long: all of it, or what is left', () => {
    const before = of([step(0, 'go')], T0, 10 * MINUTE)?.lastsMs;
    expect(before?.p50).toBeCloseTo(8 * MINUTE, -3);
    expect(before?.p90).toBeCloseTo(8 * MINUTE, -3);
    expect((before?.p10 ?? 0) / MINUTE).toBeCloseTo(8, 0);
    const during = of([step(0, 'go'), step(1, 'db'), step(4, 'db')], T0 + 4 * MINUTE, 10 * MINUTE)?.lastsMs;
    expect((during?.p50 ?? 0) / MINUTE).toBeCloseTo(5, 1);
  });
  it('does not say for how long where nobody’s was seen', () => {
    const unknown = model([persona('p1', 0.95, ['go'], { uses: [use('db', { durationMs: [] })] })]);
    expect(need(unknown, [step(0, 'go')], ['db'], { now: T0, horizonMs: MINUTE })[0]?.lastsMs).toBeUndefined();
  });

  it('has no horizon below the time to ready', () => {
    const session = [step(0, 'go')];
    const with95 = (ms: number) => need(one, session, ['db'], { now: T0, horizonMs: MINUTE, readyP95Ms: new Map([['db', ms]]) })[0];
    expect(with95(5 * MINUTE)?.horizonMs).toBe(5 * MINUTE);
    expect(with95(5 * MINUTE)?.probability).toBeCloseTo(of(session, T0, 5 * MINUTE)?.probability as number, 12);
    expect(with95(1000)?.horizonMs).toBe(MINUTE);
    expect(need(one, session, ['db'], { now: T0, horizonMs: MINUTE, readyP95Ms: new Map() })[0]?.horizonMs).toBe(MINUTE);
  });

  it('says nothing before the first activity, without personas, of what nobody uses', () => {
    const options = { now: T0, horizonMs: MINUTE };
    expect(need(one, [], ['db'], options)).toEqual([]);
    expect(need(one, [{ ...step(0, 'go'), kind: 'command.ended' }], ['db'], options)).toEqual([]);
    expect(need(model([]), [step(0, 'go')], ['db'], options)).toEqual([]);
    expect(need(one, [step(0, 'go')], ['other'], options)).toEqual([]);
  });
  it('goes by the pace of others for what is used now and known to nobody', () => {
    const [found] = need(one, [step(0, 'go'), step(1, 'other')], ['other'], { now: T0 + MINUTE, horizonMs: MINUTE });
    expect(found?.probability).toBeCloseTo(0.5 * (15 / 16), 6);
  });
  it('abstains where few sessions are behind it', () => {
    const thin = (support: number) => model([persona('p1', 0.95, ['go'], { support, uses: [use('db')] })]);
    const said = (support: number) => need(thin(support), [step(0, 'go')], ['db'], { now: T0, horizonMs: MINUTE });
    expect(said(1)).toEqual([]);
    expect(said(3)).toHaveLength(1);
    const live = observed(compile(thin(3)), [step(0, 'go')]);
    expect(said(3)[0]?.evidence).toBe(evidenceFor(compile(thin(3)), live));
    expect(evidenceFor(compile(thin(3)), live)).toBeCloseTo(3 * (live.posterior.weights[0] as number), 12);
    expect(MIN_EVIDENCE).toBe(1);
  });
  it('has the likeliest first; equals by name', () => {
    const many = model([persona('p1', 0.95, ['go'], { uses: [use('b'), use('a'), use('c', { probability: 0.9 })] })]);
    const found = need(many, [step(0, 'go')], ['b', 'a', 'c'], { now: T0, horizonMs: 2 * MINUTE });
    expect(found.map((n) => n.resource)).toEqual(['c', 'a', 'b']);
  });

  it('is put right by what became of what was said: the model’s own calibration, or the one at hand', () => {
    const session = [step(0, 'go')];
    const raw = of(session, T0, 10 * MINUTE)?.probability as number;
    const never = learnt(NOT_CALIBRATED, Array(150).fill({ occasion: 'first', said: raw, used: false }));
    const said = (own: Calibration | undefined, given?: Calibration) =>
      need({ ...one, ...(own ? { calibration: own } : {}) }, session, ['db'], {
        now: T0,
        horizonMs: 10 * MINUTE,
        ...(given ? { calibration: given } : {}),
      })[0]?.probability;
    expect(said(undefined)).toBeCloseTo(raw, 12);
    expect(said(never)).toBeLessThan(0.02);
    expect(said(undefined, never)).toBe(said(never));
    expect(said(never, NOT_CALIBRATED)).toBeCloseTo(raw, 2);
  });
  it('keeps first uses and further ones apart', () => {
    const session = [step(0, 'go'), step(1, 'db')];
    const raw = of(session, T0 + MINUTE, MINUTE)?.probability as number;
    const said = (occasion: 'first' | 'again') =>
      need(one, session, ['db'], {
        now: T0 + MINUTE,
        horizonMs: MINUTE,
        calibration: learnt(NOT_CALIBRATED, Array(150).fill({ occasion, said: raw, used: true })),
      })[0]?.probability;
    expect(said('again')).toBeGreaterThan(0.97);
    expect(said('first')).toBeCloseTo(raw, 2);
  });
});

/** What the definition says, one resource at a time. */
function naiveChance(
  of: ReturnType<typeof compile>,
  session: readonly Activity[],
  resource: string,
  now: number,
  horizonMs: number,
): number {
  return chanceOfUse(of, observed(of, session), resource, now, horizonMs);
}

describe('the live update', () => {
  it('says of all resources what is said of each (property)', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyTokens,
        fc.integer({ min: 0, max: 60 * MINUTE }),
        fc.integer({ min: 1, max: 30 * MINUTE }),
        (any, tokens, later, horizonMs) => {
          const session = activities(tokens);
          const compiled = compile(any);
          const now = (session.at(-1)?.at ?? T0) + later;
          const { probability, leftOut } = chances(compiled, observed(compiled, session), now, horizonMs);
          expect(leftOut).toBe(0);
          compiled.uses.resources.forEach((resource, r) => {
            expect(probability[r]).toBeCloseTo(naiveChance(compiled, session, resource, now, horizonMs), 10);
            expect(probability[r]).toBeGreaterThanOrEqual(0);
            expect(probability[r]).toBeLessThanOrEqual(1);
          });
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  it('leaves out no more than it says (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const session = activities(tokens);
        const compiled = compile(any);
        const live = observed(compiled, session);
        const now = session.at(-1)?.at ?? T0;
        const all = chances(compiled, live, now, 10 * MINUTE).probability;
        const some = chances(compiled, live, now, 10 * MINUTE, { most: 1 });
        all.forEach((p, r) => {
          expect(Math.abs((some.probability[r] as number) - p)).toBeLessThanOrEqual(some.leftOut + 1e-12);
        });
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('writes where it is told, whatever was there', () => {
    const live = observed(ready, [step(0, 'go')]);
    const into = Float64Array.of(7);
    const found = chances(ready, live, T0, 10 * MINUTE, { into });
    expect(found.probability).toBe(into);
    expect(into[0]).toBeCloseTo(0.8 * (9 / 16), 6);
    expect(chances(ready, live, T0, 10 * MINUTE).probability).toEqual(into);
  });

  it('says nothing of later activities (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, anyTokens, (any, past, future) => {
        const compiled = compile(any);
        const follow = (tokens: readonly string[]) => {
          let live = begin(compiled);
          return activities(tokens).map((a) => {
            live = observe(compiled, live, a);
            return [...chances(compiled, live, a.at, 10 * MINUTE).probability];
          });
        };
        expect(follow([...past, ...future]).slice(0, past.length)).toEqual(follow(past));
        expect(follow([...past, ...[...future].reverse()]).slice(0, past.length)).toEqual(follow(past));
      }),
      { seed: 13, numRuns: 100 },
    );
  });

  it('quantiles rise (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const session = activities(tokens);
        for (const n of need(any, session, ['a', 'b', 'constructor', '__proto__'], {
          now: session.at(-1)?.at ?? 0,
          horizonMs: 10 * MINUTE,
        })) {
          for (const q of [n.etaQuantilesMs, ...(n.lastsMs ? [n.lastsMs] : [])]) {
            expect(q.p10).toBeGreaterThanOrEqual(0);
            expect(q.p10).toBeLessThanOrEqual(q.p50);
            expect(q.p50).toBeLessThanOrEqual(q.p90);
          }
          expect(n.because).not.toBe('');
        }
      }),
      { seed: 14, numRuns: 60 },
    );
  });
});

describe('several personas on one resource', () => {
  const span = (minutes: number) => ({ durationMs: at(minutes), firstUseMs: at(1) });
  const far = model([
    persona('p1', 0.475, ['go'], { uses: [use('other', span(1)), use('db', { ...span(10), probability: 1 })] }),
    persona('p2', 0.475, ['go'], { uses: [use('db', { ...span(40), probability: 0.02 })] }),
  ]);
  it('say how long by how likely each of them uses it', () => {
    const lasts = need(far, [step(0, 'go')], ['db'], { now: T0, horizonMs: 5 * MINUTE })[0]?.lastsMs;
    expect((lasts?.p50 ?? 0) / MINUTE).toBeCloseTo(10, 0);
    expect((lasts?.p90 ?? 0) / MINUTE).toBeLessThan(12);
  });
  it('and what is left of it', () => {
    const lasts = need(far, [step(0, 'go'), step(1, 'db'), step(3, 'go')], ['db'], { now: T0 + 3 * MINUTE, horizonMs: 5 * MINUTE })[0];
    // Nobody uses it twice here, so nothing is left to say.
    expect(lasts).toBeUndefined();
  });
  it('equals come by name whichever way they are asked for', () => {
    const many = model([persona('p1', 0.95, ['go'], { uses: [use('b'), use('a'), use('c')] })]);
    for (const order of [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
    ])
      expect(
        needOf(compile(many), observed(compile(many), [step(0, 'go')]), order, { now: T0, horizonMs: 2 * MINUTE }).map((n) => n.resource),
      ).toEqual(['a', 'b', 'c']);
  });
});
