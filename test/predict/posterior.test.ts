import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/predict/compile.ts';
import { leading } from '../../src/predict/leading.ts';
import { begin, observe, observed } from '../../src/predict/live.ts';
import { match, matchOf } from '../../src/predict/match.ts';
import { advance, DRIFT, drifted, priorOf } from '../../src/predict/posterior.ts';
import { activities, anyModel, anyTokens, model, persona } from './models.ts';
import { naivePosterior } from './naive.ts';

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** Two personas, one token each, worked out by hand below. */
const two = model([persona('p1', 0.57, ['a', 'a', 'b']), persona('p2', 0.38, ['b', 'b', 'b', 'c'])]);

describe('the prior', () => {
  it('is the weights beside that of none', () => expect([...priorOf(compile(two)).weights]).toEqual([0.57, 0.38, 0.05]));
  it('is scaled to one, whatever the weights sum to', () => {
    const off = model([persona('p1', 3, ['a']), persona('p2', 1, ['b'])]);
    const weights = [...priorOf(compile(off)).weights];
    expect(weights).toEqual([3 / 4.05, 1 / 4.05, 0.05 / 4.05]);
  });
  it('takes what is no weight for nothing', () => {
    const odd = model([persona('p1', -1, ['a']), persona('p2', Number.NaN, ['a']), persona('p3', 0.95, ['b'])]);
    expect([...priorOf(compile(odd)).weights]).toEqual([0, 0, 0.95, 0.05]);
  });
});

describe('one activity', () => {
  /** Background of a, b, c, by 7 tokens: (n + ½) / 11. */
  const background = { a: 2.5 / 11, b: 4.5 / 11, c: 1.5 / 11, new: 0.5 / 11 };
  /** Counts of p1: a 2, b 1 of 3; begins with a; a→a 1, a→b 1. Of p2: b 3, c 1 of 4; begins with b; b→b 2, b→c 1. */
  const unigram = {
    p1: (n: number, x: keyof typeof background) => (n + background[x]) / 4,
    p2: (n: number, x: keyof typeof background) => (n + background[x]) / 5,
  };

  it('weighs each persona by its chance to begin so', () => {
    const { weights } = advance(compile(two), priorOf(compile(two)), 'a');
    const joint = [0.57 * ((1 + 2 * unigram.p1(2, 'a')) / 3), 0.38 * ((2 * unigram.p2(0, 'a')) / 3), 0.05 * background.a];
    joint.forEach((j, k) => {
      expect(weights[k]).toBeCloseTo(j / sum(joint), 12);
    });
  });

  it('and, later, to go on so: with the row of the token before, and without one', () => {
    const ready = compile(two);
    const first = advance(ready, priorOf(ready), 'a');
    const { weights } = advance(ready, first, 'b');
    const moved = drifted(ready, first);
    const chances = [(1 + 2 * unigram.p1(1, 'b')) / 4, unigram.p2(3, 'b'), background.b];
    const joint = chances.map((chance, k) => (moved[k] as number) * chance);
    joint.forEach((j, k) => {
      expect(weights[k]).toBeCloseTo(j / sum(joint), 12);
    });
  });

  it('that nobody ever did speaks for none', () => {
    const ready = compile(two);
    const { weights } = advance(ready, priorOf(ready), 'new');
    const joint = [0.57 * ((2 * unigram.p1(0, 'new')) / 3), 0.38 * ((2 * unigram.p2(0, 'new')) / 3), 0.05 * background.new];
    joint.forEach((j, k) => {
      expect(weights[k]).toBeCloseTo(j / sum(joint), 12);
    });
  });

  it('after one that nobody ever did goes by how often it is done at all', () => {
    const ready = compile(two);
    const first = advance(ready, priorOf(ready), 'new');
    const joint = [unigram.p1(1, 'b'), unigram.p2(3, 'b'), background.b].map((c, k) => c * (drifted(ready, first)[k] as number));
    advance(ready, first, 'b').weights.forEach((w, k) => {
      expect(w).toBeCloseTo((joint[k] as number) / sum(joint), 12);
    });
  });

  it('writes where it is told, the same numbers, and leaves the state before alone', () => {
    const ready = compile(two);
    const first = advance(ready, priorOf(ready), 'a');
    const kept = [...first.weights];
    const into = new Float64Array(3);
    const second = advance(ready, first, 'b', { into });
    expect(second.weights).toBe(into);
    expect([...into]).toEqual([...advance(ready, first, 'b').weights]);
    expect([...first.weights]).toEqual(kept);
    expect([...ready.prior]).toEqual([0.57, 0.38, 0.05]);
  });
});

describe('drift', () => {
  const ready = compile(two);
  it('moves one in a hundred towards the prior', () => {
    const weights = Float64Array.of(1, 0, 0);
    expect(DRIFT).toBe(0.01);
    expect([...drifted(ready, { weights, last: 'a' })]).toEqual([0.99 + 0.01 * 0.57, 0.01 * 0.38, 0.01 * 0.05]);
    expect([...drifted(ready, { weights, last: 'a' }, 0.5)]).toEqual([0.5 + 0.5 * 0.57, 0.5 * 0.38, 0.5 * 0.05]);
  });
  it('is nothing before the first activity', () =>
    expect([...drifted(ready, { weights: Float64Array.of(1, 0, 0), last: undefined })]).toEqual([1, 0, 0]));

  const apart = compile(
    model([persona('p1', 0.475, ['a', 'b', 'a', 'b', 'a', 'b']), persona('p2', 0.475, ['x', 'y', 'x', 'y', 'x', 'y'])]),
  );
  const follow = (tokens: string[], drift?: number) =>
    tokens.reduce((p, t) => advance(apart, p, t, drift === undefined ? {} : { drift }), priorOf(apart)).weights;
  const turned = [...Array.from({ length: 60 }, (_, i) => 'ab'[i % 2] as string), 'x', 'y', 'x', 'y'];

  it('follows a session that turns into another, where a mixture without it does not', () => {
    expect(follow(turned)[1]).toBeGreaterThan(0.95);
    expect(follow(turned, 0)[1]).toBeLessThan(0.001);
  });
  it('costs next to nothing while nothing turns', () => expect(follow(turned.slice(0, 60))[0]).toBeGreaterThan(0.98));
});

describe('properties', () => {
  it('the fast posterior is the naive one to 1e-9, with drift and without', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, fc.constantFrom(0, 0.001, DRIFT, 0.3, 1), (any, tokens, drift) => {
        const ready = compile(any);
        const fast = tokens.reduce((p, t) => advance(ready, p, t, { drift }), priorOf(ready)).weights;
        naivePosterior(any, tokens, drift).forEach((share, k) => {
          expect(Math.abs((fast[k] as number) - share)).toBeLessThan(1e-9);
        });
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('probabilities are such, and sum to 1 after every activity', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const ready = compile(any);
        let posterior = priorOf(ready);
        for (const token of tokens) {
          posterior = advance(ready, posterior, token);
          expect(Math.abs(sum(posterior.weights) - 1)).toBeLessThan(1e-12);
          for (const w of posterior.weights) expect(w >= 0 && w <= 1).toBe(true);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('the future changes nothing up to now', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, anyTokens, anyTokens, (any, past, future, other) => {
        const weightsWith = (later: readonly string[]) => {
          const session = activities([...past, ...later]);
          const ready = compile(any);
          let live = begin(ready);
          return session.map((a) => [...(live = observe(ready, live, a)).posterior.weights]).slice(0, past.length);
        };
        expect(weightsWith(future)).toEqual(weightsWith([]));
        expect(weightsWith([...future].reverse())).toEqual(weightsWith(other));
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('step by step is all at once', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const session = activities(tokens);
        const ready = compile(any);
        const live = session.reduce((state, a) => observe(ready, state, a), begin(ready));
        expect(matchOf(ready, live)).toEqual(match(any, session));
      }),
      { seed: 9, numRuns: 100 },
    );
  });
});

describe('match', () => {
  it('abstains without personas and before the first activity', () => {
    expect(match(model([]), activities(['a']))).toEqual({ personas: [], none: 1 });
    expect(match(two, [])).toEqual({ personas: [], none: 1 });
    expect(match(two, [{ at: 1, actor: 'me', resource: 'a', kind: 'command.ended' }])).toEqual({ personas: [], none: 1 });
  });
  it('names each persona with its probability', () => {
    const { personas, none } = match(two, activities(['a', 'a']));
    expect(personas.map((p) => [p.id, p.name])).toEqual([
      ['p1', 'name of p1'],
      ['p2', 'name of p2'],
    ]);
    expect(personas[0]?.probability).toBeGreaterThan(0.8);
    expect(none + sum(personas.map((p) => p.probability))).toBeCloseTo(1, 12);
  });
});

describe('a session under way', () => {
  const ready = compile(two);
  it('knows when it began and how each thing was used', () => {
    const live = observed(ready, [
      { at: 10, actor: 'me', resource: 'a', kind: 'command.started' },
      { at: 15, actor: 'me', resource: 'a', kind: 'command.ended' },
      { at: 30, actor: 'me', resource: 'b' },
      { at: 50, actor: 'me', resource: 'a' },
    ]);
    expect(live.begunAt).toBe(10);
    expect(live.activities).toBe(3);
    expect([...live.seen]).toEqual([
      ['a', { count: 2, firstAt: 10, lastAt: 50 }],
      ['b', { count: 1, firstAt: 30, lastAt: 30 }],
    ]);
    expect(live.posterior.last).toBe('a');
  });
  it('may begin with an end', () => {
    const live = observe(ready, begin(ready), { at: 7, actor: 'me', resource: 'a', kind: 'connection.closed' });
    expect([live.begunAt, live.activities, live.seen.size]).toEqual([7, 0, 0]);
    expect(observe(ready, live, { at: 9, actor: 'me', resource: 'a' }).begunAt).toBe(7);
  });
  it('never changes a state that it gave', () => {
    const one = observe(ready, begin(ready), { at: 1, actor: 'me', resource: 'a' });
    observe(ready, one, { at: 2, actor: 'me', resource: 'b' });
    expect([one.activities, one.seen.size, one.posterior.last]).toEqual([1, 1, 'a']);
  });
});

describe('the leading personas', () => {
  it('are all where they are few', () => expect(leading(Float64Array.of(0, 1, 0, 0.5), 3, 3)).toEqual({ personas: [0, 1, 2], leftOut: 0 }));
  it.each([
    ['the likeliest, in order', [0.1, 0.5, 0.01, 0.3, 0.09], 2, [1, 3], 0.2],
    ['of equal ones the first', [0.25, 0.25, 0.25, 0.25], 3, [0, 1, 2], 0.25],
    ['larger buckets before earlier places', [0.1, 0.1, 0.1, 0.7], 2, [0, 3], 0.2],
    ['none that are too unlikely', [0.6, 0.3998, 0.0001, 0.0001], 3, [0, 1], 0.0002],
    ['those just above a thousandth of an equal share', [0.6, 0.3996, 0.0003, 0.0001], 3, [0, 1, 2], 0.0001],
    ['exactly as many as asked for', [0.4, 0.4, 0.2, 0.00001], 3, [0, 1, 2], 0.00001],
  ])('%s', (_, weights, most, personas, leftOut) => {
    const found = leading(Float64Array.from([...weights, 0.9]), weights.length, most);
    expect(found.personas).toEqual(personas);
    expect(found.leftOut).toBeCloseTo(leftOut, 12);
  });
  it('leave out no more than they say, and nothing twice (property)', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 4 }), (ws, most) => {
        const { personas, leftOut } = leading(Float64Array.from(ws), ws.length, most);
        expect(personas.length).toBeLessThanOrEqual(most);
        expect([...personas].sort((a, b) => a - b)).toEqual(personas);
        expect(sum(personas.map((k) => ws[k] as number)) + leftOut).toBeCloseTo(sum(ws), 9);
        const least = Math.min(...personas.map((k) => ws[k] as number));
        if (personas.length === most)
          for (const [k, w] of ws.entries()) if (!personas.includes(k)) expect(w).toBeLessThan(2 * least + 1e-300);
      }),
      { seed: 10, numRuns: 300 },
    );
  });
});
