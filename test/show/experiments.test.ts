import { describe, expect, it } from 'vitest';
import { type ExperimentView, experimentText, stateWords, titleOf } from '../../src/show/experiments.ts';

const metric = (name: 'waitedMs' | 'wastedWarmMinutes' | 'falseWarms', a: number, b: number, spread: number, alpha: number) => ({
  name,
  means: { A: a, B: b },
  difference: b - a,
  interval: { lower: b - a - spread, upper: b - a + spread },
  alpha,
});

const VIEW: ExperimentView = {
  id: 'p1-1',
  persona: { name: 'reports' },
  arms: { A: { kind: 'version', version: 'now' }, B: { kind: 'version', version: 3 } },
  startedAt: Date.UTC(2026, 10, 3),
  plan: {
    primary: 'waitedMs',
    mostSessions: 2000,
    share: 0,
    rules: {
      waitedMs: { limit: 30_000, margin: 500, mostLost: 600_000 },
      wastedWarmMinutes: { limit: 120, margin: 5, mostLost: 2400 },
      falseWarms: { limit: 10, margin: 0.5, mostLost: 200 },
    },
  },
  sessions: { A: 24, B: 23 },
  sessionsToSee: 647,
  standing: {
    pairs: 23,
    verdict: { is: 'running' },
    metrics: [
      metric('waitedMs', 4200, 3100, 2400, 0.025),
      metric('wastedWarmMinutes', 2, 1.5, 3, 0.0125),
      metric('falseWarms', 0.2, 0.25, 11, 0.0125),
    ],
  },
};
const text = (more: Partial<ExperimentView>): readonly string[] => experimentText({ ...VIEW, ...more }, { language: 'en' });
const found = (verdict: ExperimentView['standing']['verdict'], adopted?: 'A' | 'B'): readonly string[] =>
  text({ standing: { ...VIEW.standing, verdict }, ended: { at: Date.UTC(2026, 10, 20), by: 'verdict', ...(adopted ? { adopted } : {}) } });

describe('the report of a test', () => {
  it('says what is compared, how it stands, and what comes next', () => {
    expect(text({}).map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'p1-1: “reports”, as it was at the start (A) against version 3 (B)',
      'Running since 3 Nov.',
      '24 sessions of A and 23 of B count; 23 pairs are compared.',
      '',
      'A session, on average | A | B | B − A | surely between | how sure',
      'Waiting | 4.2 s | 3.1 s | −1.1 s | −3.5 s and 1.3 s | 97.50 %',
      'Warm for nothing | 2 min | 90 s | −30 s | −3.5 min and 2.5 min | 98.75 %',
      'Starts for nothing | 0.20 | 0.25 | 0.05 | not known yet | 98.75 %',
      '',
      'Nothing is sure yet.',
      'Next: each session goes on being A or B by chance. B is adopted as soon as it is surely better, and given up as soon as it is surely worse, or when 10 min were waited more. A difference of 30 % would show in about 600 more sessions. After 2000 sessions it ends.',
    ]);
  });

  it('says where waits are compared beyond what is usual', () => {
    const by = (share: number): string => text({ plan: { ...VIEW.plan, share } }).join('\n');
    expect(by(0.4)).toMatch(/beyond what is usual for what was used/);
    expect(by(0)).not.toMatch(/beyond what is usual/);
  });

  it('has a table in which every row is as wide', () => {
    const rows = text({}).slice(4, 8);
    expect(new Set(rows.map((r) => r.length)).size).toBe(1);
  });

  it.each([
    ['better', { is: 'better' }, 'B', 'B is better: 1.1 s less waiting a session.', 'The persona is now as in B (version 3).'],
    ['worse', { is: 'worse' }, 'A', 'B is worse: 1.1 s more waiting a session.', 'The persona is now as in A (as it was at the start).'],
    [
      'the same',
      { is: 'no-difference' },
      undefined,
      /no difference that anybody would notice: less than 0\.5 s/,
      'The persona is as before the test.',
    ],
    ['nothing', { is: 'undecided' }, undefined, 'Nothing was found in 2000 sessions.', 'The persona is as before the test.'],
    [
      'too much waste',
      { is: 'guardrail', metric: 'wastedWarmMinutes', because: 'margin' },
      'A',
      /^B was given up: surely worse by more than the margin \(Warm for nothing, 30 s more a session\)\.$/,
      /A \(as it was/,
    ],
    ['too much lost', { is: 'guardrail', metric: 'waitedMs', because: 'spent' }, 'A', /as much was lost as may be \(Waiting/, /A \(/],
  ] as const)('tells how it ended: %s', (_what, verdict, adopted, is, then) => {
    const lines = found(verdict, adopted);
    expect(lines[1]).toBe('From 3 Nov to 20 Nov.');
    expect(lines.at(-2)).toEqual(typeof is === 'string' ? is : expect.stringMatching(is));
    expect(lines.at(-1)).toEqual(typeof then === 'string' ? then : expect.stringMatching(then));
  });

  it.each([
    ['person', 'Stopped by hand.'],
    ['gone', 'Ended: the persona is no more.'],
  ] as const)('ended by %s', (by, words) =>
    expect(stateWords({ ...VIEW, ended: { at: 0, by } })).toBe(`${words} 24 sessions of A, 23 of B.`),
  );

  it('names an eagerness', () => {
    const arms = { A: { kind: 'eagerness', eagerness: 'learnt' }, B: { kind: 'eagerness', eagerness: 1.5 } } as const;
    expect(titleOf({ ...VIEW, arms })).toBe('p1-1: “reports”, eagerness as learnt (A) against eagerness × 1.5 (B)');
  });
});
