import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { compile } from '../../src/predict/compile.ts';
import { movers, whyMatched } from '../../src/predict/explain.ts';
import { need } from '../../src/predict/need.ts';
import { advance, drifted, priorOf } from '../../src/predict/posterior.ts';
import { activities, anyModel, anyTokens, model, persona, use } from './models.ts';

const MINUTE = 60_000;
const reports = persona('p1', 0.475, ['command:npm test', 'command:psql', 'command:npm test', 'command:psql', 'command:ls'], {
  name: 'Database reports',
  uses: [
    use('compose:shop/db', { probability: 0.9 }),
    use('command:psql', { probability: 1, again: 0.5, gapMs: [{ value: MINUTE, probability: 1 }] }),
  ],
});
const docs = persona('p2', 0.475, ['command:vim', 'command:ls', 'command:vim', 'command:ls', 'command:ls'], {
  name: 'Docs',
  uses: [use('command:vim', { probability: 1 })],
});
const two = model([reports, docs]);
const ready = compile(two);
const indicator = (k: number, n = 3): Float64Array => Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0));

describe('movers', () => {
  it('one activity: how often as likely it made it', () => {
    const [mover] = movers(ready, ['command:npm test'], indicator(0));
    const after = advance(ready, priorOf(ready), 'command:npm test').weights[0] as number;
    expect(mover?.token).toBe('command:npm test');
    expect(mover?.times).toBeCloseTo(after / 0.475, 9);
  });
  it('the strongest first, for or against; what was done twice counts together', () => {
    const found = movers(ready, ['command:npm test', 'command:ls', 'command:npm test'], indicator(1));
    expect(found.map((m) => m.token)).toEqual(['command:npm test', 'command:ls']);
    expect(found[0]?.times).toBeLessThan(0.1);
    expect(found[1]?.times).toBeGreaterThan(1);
  });
  it('nothing moves what cannot be', () => {
    expect(movers(ready, ['command:ls'], new Float64Array(3))).toEqual([]);
    expect(movers(ready, [], indicator(0))).toEqual([]);
  });
  it('equals by name', () => {
    const same = compile(model([persona('p1', 0.95, ['b', 'a', 'b', 'a'], { initial: {}, starts: 0, transitions: {} })]));
    const found = movers(same, ['a', 'b'], Float64Array.of(1, 1), 0);
    expect(found.map((m) => [m.token, m.times])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('without drift, all of them together are the whole way from the prior (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const of = compile(any);
        const weights = tokens.reduce((p, t) => advance(of, p, t, { drift: 0 }), priorOf(of)).weights;
        const way = Math.log((weights[0] as number) / (of.prior[0] as number));
        if (!Number.isFinite(way) || (weights[0] as number) < 1e-200) return;
        const found = movers(of, tokens, indicator(0, of.count + 1), 0).reduce((sum, m) => sum + Math.log(m.times), 0);
        expect(found).toBeCloseTo(way, 6);
      }),
      { seed: 20, numRuns: 200 },
    );
  });

  it('with drift, each step counts by the chance that nothing turned since', () => {
    const tokens = ['command:vim', 'command:npm test', 'command:psql'];
    const drift = 0.2;
    const steps = tokens.map((_, i) => tokens.slice(0, i).reduce((p, t) => advance(ready, p, t, { drift }), priorOf(ready)));
    const last = advance(ready, steps[2] as (typeof steps)[number], 'command:psql', { drift });
    const before = steps.map((p) => drifted(ready, p, drift)[0] as number);
    const after = [...steps.slice(1), last].map((p) => p.weights[0] as number);
    const kept = [0, (0.8 * (after[0] as number)) / (before[1] as number), (0.8 * (after[1] as number)) / (before[2] as number)];
    const gain = (i: number) => Math.log((after[i] as number) / (before[i] as number));
    const found = new Map(movers(ready, tokens, indicator(0), drift).map((m) => [m.token, Math.log(m.times)]));
    expect(found.get('command:psql')).toBeCloseTo(gain(2), 9);
    expect(found.get('command:npm test')).toBeCloseTo((kept[2] as number) * gain(1), 9);
    expect(found.get('command:vim')).toBeCloseTo((kept[2] as number) * (kept[1] as number) * gain(0), 9);
  });

  it('what was long before a turn says next to nothing of what is after it', () => {
    const turned = [...Array(20).fill('command:vim'), 'command:npm test', 'command:psql', 'command:npm test', 'command:psql'];
    const found = movers(ready, turned, indicator(0));
    expect(found[0]?.token).not.toBe('command:vim');
    const unturned = movers(ready, Array(20).fill('command:vim'), indicator(0));
    expect(unturned[0]?.times).toBeLessThan(0.2);
    expect(found.find((m) => m.token === 'command:vim')?.times).toBeGreaterThan(0.5);
  });
});

describe('in words', () => {
  it('why this persona', () => {
    expect(whyMatched(two, activities(['command:npm test']), 'p1')).toEqual(['`npm test` made “Database reports” 2 times as likely']);
    expect(whyMatched(two, activities(['command:npm test', 'command:psql']), 'p2')[0]).toMatch(
      /^`(npm test|psql)` made “Docs” [\d.]+ times less likely$/,
    );
  });
  it('only what is worth a word, and at most three', () => {
    expect(whyMatched(two, activities(['command:ls', 'command:ls']), 'p1').length).toBeLessThanOrEqual(1);
    const by = { initial: {}, starts: 0, transitions: {}, total: 24 };
    const rather = persona('p1', 0.2, [], { ...by, unigram: { a: 3, b: 3, c: 3, d: 3, x: 12 } });
    const less = persona('p2', 0.75, [], { ...by, unigram: { a: 2, b: 2, c: 2, d: 2, y: 16 } });
    const many = model([rather, less]);
    expect(movers(compile(many), ['a', 'b', 'c', 'd'], indicator(0)).filter((m) => m.times > 1.2)).toHaveLength(4);
    expect(whyMatched(many, activities(['a', 'b', 'c', 'd']), 'p1')).toHaveLength(3);
  });
  it('of nobody, nothing', () => expect(whyMatched(two, activities(['command:ls']), 'p9')).toEqual([]));
  it('ends say nothing', () => {
    const end: Activity = { at: 1, actor: 'me', resource: 'command:npm test', kind: 'command.ended' };
    expect(whyMatched(two, [end], 'p1')).toEqual([]);
  });
  it.each([
    [0.5, '2 times as likely'],
    [0.04, '25 times as likely'],
    [0.101, '9.9 times as likely'],
    [0.1, '10 times as likely'],
    [0.001, '1000 times as likely'],
    [0.0009, 'over 1000 times as likely'],
    [0.13, '7.7 times as likely'],
  ])('numbers as people say them: a persona of weight %d', (weight, words) => {
    // The first activity is all but proof, so that it ends near 0.98 or more.
    const sure = persona('p1', weight, ['a', 'a'], { initial: { a: 1e9 }, starts: 1e9, total: 1e9, unigram: { a: 1e9 } });
    const other = persona('p2', 0.95 - weight, ['b', 'b'], { initial: { b: 1e9 }, starts: 1e9, total: 1e9, unigram: { b: 1e9 } });
    const said = whyMatched(
      { ...model([sure, other]), background: { a: 1, b: 1e9 }, backgroundTotal: 1e9 + 1 },
      activities(['a']),
      'p1',
    )[0] as string;
    expect(said.replace(/^.*“ ?name of p1” /, '')).toBe(words);
  });

  const because = (tokens: string[], resource: string, nowAfterMs = 0) => {
    const session = activities(tokens);
    return need(two, session, [resource], { now: (session.at(-1)?.at ?? 0) + nowAfterMs, horizonMs: 10 * MINUTE })[0]?.because;
  };
  it('why this resource: who uses it, and what spoke for that', () => {
    expect(because(['command:npm test'], 'compose:shop/db')).toBe(
      '“Database reports” uses db in 90 % of its sessions; `npm test` made that 1.9 times as likely.',
    );
  });
  it.each([
    [20_000, '20 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [150_000, '3 min'],
  ])('that it was used %d ms ago', (ms, ago) => {
    expect(because(['command:npm test', 'command:psql'], 'command:psql', ms)).toContain(`psql was used ${ago} ago`);
  });
  it('what no persona uses is told by its last use alone', () => {
    const used = model([{ ...reports, uses: [use('x', { again: 0.5, gapMs: [{ value: MINUTE, probability: 1 }] })] }]);
    const session = activities(['command:npm test', 'stranger']);
    const [found] = need(used, session, ['stranger'], { now: session[1]?.at ?? 0, horizonMs: MINUTE });
    expect(found?.because).toMatch(/^stranger was used 0 s ago/);
  });
  it('is the same every time (property)', () => {
    fc.assert(
      fc.property(anyModel, anyTokens, (any, tokens) => {
        const session = activities(tokens);
        const said = () => [whyMatched(any, session, 'p0'), need(any, session, ['a', 'b'], { now: 2_000_000, horizonMs: MINUTE })];
        expect(said()).toEqual(said());
      }),
      { seed: 21, numRuns: 50 },
    );
  });
});

describe('the limits of what is said', () => {
  const by = { initial: {}, starts: 0, transitions: {} };
  /** One activity, `times` as likely in p1 as on the whole: P1(x) = c/n against all but the same mean. */
  const slight = (mine: number, others: number) => {
    const p1 = persona('p1', 0.001, [], { ...by, total: 1e9, unigram: { x: mine * 1e6, y: 1e9 - mine * 1e6 } });
    const p2 = persona('p2', 0.949, [], { ...by, total: 1e9, unigram: { x: others * 1e6, y: 1e9 - others * 1e6 } });
    return { ...model([p1, p2]), background: { x: others * 1e6, y: 1e9 - others * 1e6 }, backgroundTotal: 1e9 / 1.5 };
  };
  it.each([
    [110, 100, []],
    [130, 100, ['`x` made “name of p1” 1.3 times as likely']],
    [90, 100, []],
    [50, 100, ['`x` made “name of p1” 2 times less likely']],
    [20, 100, ['`x` made “name of p1” 5 times less likely']],
  ])('%d against %d', (mine, others, said) => expect(whyMatched(slight(mine, others), activities(['x']), 'p1')).toEqual(said));

  it.each([[['a', 'b']], [['b', 'a']]])('equally strong ones come by name, whatever came first: %j', (tokens) => {
    const same = compile(model([persona('p1', 0.95, ['b', 'a', 'b', 'a'], by)]));
    expect(movers(same, tokens, Float64Array.of(1, 1), 0).map((m) => m.token)).toEqual(['a', 'b']);
  });

  it('the end of a use is no use', () => {
    const used = model([{ ...reports, uses: [use('command:psql', { again: 0.9, gapMs: [{ value: 10 * MINUTE, probability: 1 }] })] }]);
    const start = activities(['command:psql']);
    const end: Activity = { ...(start[0] as Activity), at: (start[0] as Activity).at + 5 * MINUTE, kind: 'command.ended' };
    const [found] = need(used, [...start, end], ['command:psql'], { now: end.at, horizonMs: 10 * MINUTE });
    expect(found?.because).toContain('psql was used 5 min ago');
  });

  it('what is used already moves by those who say nothing of it, too', () => {
    const a = persona('p1', 0.475, ['go', 'x', 'go', 'x'], { uses: [use('x', { again: 1, gapMs: [{ value: MINUTE, probability: 1 }] })] });
    const b = persona('p2', 0.475, ['go', 'y', 'go', 'y'], { uses: [use('y', { again: 1, gapMs: [{ value: MINUTE, probability: 1 }] })] });
    const session = activities(['x', 'y'], 1000);
    // Both personas go on with x at the crowd's pace, which is p1's own: who it is changes nothing.
    const [found] = need(model([a, b]), session, ['x'], { now: session[1]?.at ?? 0, horizonMs: 10 * MINUTE });
    expect(found?.because).not.toMatch(/made that/);
  });
});
