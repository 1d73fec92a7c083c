import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { calibrated, NOT_CALIBRATED } from '../../src/predict/calibrate.ts';
import { match } from '../../src/predict/match.ts';
import { learnCalibrated, type Prediction, rehearse, replay } from '../../src/predict/replay.ts';
import { activities, anyModel, anyTokens, model, persona, use } from './models.ts';

const MINUTE = 60_000;
const HORIZON = { horizonMs: 10 * MINUTE };
const one = model([
  persona('p1', 0.95, ['go', 'db', 'go', 'db'], {
    uses: [use('db', { probability: 0.5, again: 0.5 }), use('go', { probability: 1, again: 1 })],
  }),
]);
const step = (minute: number, resource: string, actor = 'me', kind = 'command.started'): Activity => ({
  at: minute * MINUTE,
  actor,
  resource,
  kind,
});

function all(steps: ReturnType<typeof replay>) {
  const batches: (readonly Prediction[])[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { batches, calibration: value };
    batches.push(value);
  }
}

describe('replay', () => {
  const session = [step(0, 'go'), step(4, 'db'), step(4, 'db', 'me', 'command.ended'), step(14, 'new'), step(24, 'go'), step(34.1, 'db')];
  const { batches, calibration } = all(replay(one, [session], HORIZON));
  const told = batches.map((batch) => Object.fromEntries(batch.map((p) => [p.resource, p])));

  it('predicts after every activity but not after ends, each known resource and each used one', () => {
    expect(told.map((t) => Object.keys(t).sort())).toEqual([
      ['db', 'go'],
      ['db', 'go'],
      ['db', 'go', 'new'],
      ['db', 'go', 'new'],
      ['db', 'go', 'new'],
    ]);
    expect(batches.map((b) => (b[0]?.at ?? 0) / MINUTE)).toEqual([0, 4, 14, 24, 34.1]);
  });
  it('knows what came: within the horizon, later in the session, ends not', () => {
    expect(
      told.map((t) =>
        Object.entries(t)
          .filter(([, p]) => p.used)
          .map(([r]) => r),
      ),
    ).toEqual([['db'], [], ['go'], [], []]);
  });
  it('tells first uses from further ones', () => {
    expect(told.map((t) => [t.db?.occasion, t.go?.occasion])).toEqual([
      ['first', 'again'],
      ['again', 'again'],
      ['again', 'again'],
      ['again', 'again'],
      ['again', 'again'],
    ]);
  });
  it('learns each outcome once', () => {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(calibration.first.outcomes)).toBe(1);
    expect(sum(calibration.first.uses)).toBe(1);
    expect(sum(calibration.again.outcomes)).toBe(12);
    expect(sum(calibration.again.uses)).toBe(1);
  });
  it('learns nothing of what rests on nothing', () => {
    const thin = model([persona('p1', 0.95, ['go'], { support: 0.5, uses: [use('db')] })]);
    expect(all(replay(thin, [session], HORIZON)).calibration).toEqual(NOT_CALIBRATED);
  });

  it('puts right only by what was known by then', () => {
    const sessions = [0, 1, 2].map((i) => [step(100 * i, 'go'), step(100 * i + 20, 'go')]);
    const { batches: seen } = all(replay(one, sessions, HORIZON));
    const first = seen.map((b) => b.find((p) => p.resource === 'db') as Prediction);
    expect(first.map((p) => Math.round(p.outcomes))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(first[0]?.said).toBeCloseTo(first[0]?.raw as number, 2);
    expect(first[4]?.said).toBeLessThan((first[4]?.raw as number) - 0.05);
  });
  it('at the very end of a horizon it is not known yet', () => {
    const outcomesAt = (minute: number) =>
      all(replay(one, [[step(0, 'go')], [step(minute, 'go')]], HORIZON)).batches[1]?.find((p) => p.resource === 'db')?.outcomes as number;
    expect(outcomesAt(10)).toBeCloseTo(0, 9);
    expect(outcomesAt(10.1)).toBeCloseTo(1, 9);
  });
  it('begins with the calibration that it is given', () => {
    const { batches: again } = all(replay(one, [session], { ...HORIZON, calibration }));
    const [p] = again[0] as [Prediction];
    expect(p.said).toBe(calibrated(calibration, p.occasion, p.raw));
  });

  it('says nothing by the future (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, anyTokens, (any, past, future) => {
        const saidOf = (tokens: readonly string[]) =>
          all(replay(any, [activities(tokens, 3 * MINUTE)], HORIZON)).batches.map((b) => b.map(({ used: _, ...p }) => p));
        const short = saidOf(past);
        expect(saidOf([...past, ...future]).slice(0, past.length)).toEqual(short);
        expect(saidOf([...past, ...[...future].reverse()]).slice(0, past.length)).toEqual(short);
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe('rehearse', () => {
  const sessions = Array.from({ length: 16 }, (_, i) => [step(1000 * i, 'go'), step(1000 * i + 2, i % 2 === 0 ? 'db' : 'go')]);
  it('teaches three quarters, and learns from the last', () => {
    const taught: number[] = [];
    const calibration = rehearse(
      [...sessions].reverse(),
      (some) => {
        taught.push(...some.map((s) => (s[0]?.at ?? 0) / MINUTE / 1000));
        return one;
      },
      HORIZON,
    );
    expect(taught).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(calibration).toEqual(all(replay(one, sessions.slice(12), HORIZON)).calibration);
  });
  it.each([
    [15, true],
    [13, true],
    [12, false],
    [0, false],
  ])('%d sessions: %s', (n, enough) => {
    expect(rehearse(sessions.slice(0, n), () => one, HORIZON) !== undefined).toBe(enough);
  });
  it('takes at most the last 5000 activities, and no empty session', () => {
    const long = (i: number, n: number) => Array.from({ length: n }, (_, k) => step(10_000 * i + k, 'go'));
    const taught = (sizes: number[]) => {
      let n = -1;
      const learn = (some: readonly unknown[]) => {
        n = some.length;
        return one;
      };
      rehearse([[], ...sizes.map((size, i) => long(i, size))], learn, { horizonMs: 1 });
      return n;
    };
    expect(taught(Array(16).fill(1))).toBe(12);
    expect(taught([...Array(15).fill(1), 4997, 1, 1, 1])).toBe(15);
    expect(taught([...Array(15).fill(1), 4998, 1, 1, 1])).toBe(-1);
  });
});

describe('learnCalibrated', () => {
  const sessions = Array.from({ length: 24 }, (_, i) =>
    (i % 2 === 0 ? ['git pull', 'npm test', 'db', 'git push'] : ['ls', 'vim', 'ls', 'cat']).map((t, k) => step(1000 * i + k, t)),
  );
  it('brings personas and how true they were', () => {
    const learnt = learnCalibrated(sessions, { now: 1, seed: 1 });
    expect(match(learnt, sessions[0] ?? []).personas.length).toBeGreaterThan(1);
    const outcomes = learnt.calibration?.first.outcomes.reduce((a, b) => a + b, 0) ?? 0;
    expect(outcomes).toBeGreaterThan(50);
    expect(JSON.parse(JSON.stringify(learnt.calibration))).toEqual(learnt.calibration);
  });
  it('of a few sessions brings no calibration', () => {
    expect(learnCalibrated(sessions.slice(0, 6), { now: 1, seed: 1 })).not.toHaveProperty('calibration');
  });
});
