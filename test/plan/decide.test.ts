import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Feedback,
  isWarm,
  type Mode,
  type Need,
  type Observation,
  type Resource,
  RUNGS,
  type Rung,
  rungIndex,
} from '../../src/domain/index.ts';
import { decide, type Situation } from '../../src/plan/decide.ts';
import { holdsMemory } from '../../src/plan/ladder.ts';
import { DEFAULT_PRICES } from '../../src/plan/value.ts';

const MB = 2 ** 20;
const NOW = 1_000_000;
const LADDER = RUNGS.slice(0, rungIndex('ready') + 1);

const resource = (id: string, more: Partial<Resource> = {}): Resource => ({
  id,
  name: id,
  kind: 'database',
  provider: 'memory',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn: [],
  probe: { type: 'port', port: 1, timeoutMs: 1000 },
  spec: { type: 'memory', stepMs: {} },
  memoryBytes: 100 * MB,
  ...more,
});
const need = (id: string, probability: number): Need => ({ resource: id, probability, horizonMs: 1_200_000, etaMs: 60_000, because: '' });
const seen = (id: string, rung: Rung | 'unknown', owner: Observation['owner'] = 'prewarm'): Observation => ({
  id,
  rung,
  owner,
  at: NOW,
  backends: [],
});

function situation(
  resources: Resource[],
  more: { rungs?: Record<string, Rung | 'unknown'>; needs?: Need[]; feedback?: Feedback[]; mode?: Mode } & Partial<
    Omit<Situation, 'needs' | 'feedback'>
  > = {},
): Situation {
  const { rungs = {}, needs = [], feedback = [], mode = 'auto', ...rest } = more;
  return {
    now: NOW,
    mode,
    trusted: true,
    resources,
    inUse: new Set(),
    settling: {},
    observations: new Map(
      resources.map((r) => [r.id, seen(r.id, rungs[r.id] ?? 'absent', rungs[r.id] && rungs[r.id] !== 'absent' ? 'prewarm' : 'none')]),
    ),
    needs: new Map(needs.map((n) => [n.resource, n])),
    costs: new Map(resources.map((r) => [r.id, { resource: r.id, coldMs: 5000, measured: true, memoryBytes: r.memoryBytes }])),
    feedback: new Map(feedback.map((f) => [f.resource, f])),
    engineOf: () => ({ provider: 'memory', rungs: LADDER }),
    limits: { memoryBytes: 1024 * MB, settleMs: 60_000, prices: DEFAULT_PRICES },
    ...rest,
  };
}

const said = (id: string, verdict: Feedback['verdict'], until?: number): Feedback => ({
  resource: id,
  verdict,
  at: NOW - 1,
  ...(until ? { until } : {}),
});

describe('decide', () => {
  const db = resource('db');
  it.each([
    ['a likely need is worth it', situation([db], { needs: [need('db', 0.8)] }), 'worth-it', 1],
    ['an unlikely one is not', situation([db], { needs: [need('db', 0.02)] }), 'not-worth-it', 0],
    ['nothing known abstains', situation([db]), 'abstained', 0],
    ['suggest asks first', situation([db], { needs: [need('db', 0.8)], mode: 'suggest' }), 'mode-suggest', 0],
    ['shadow only watches', situation([db], { needs: [need('db', 0.8)], mode: 'shadow' }), 'mode-shadow', 0],
    ['off does nothing on its own', situation([db], { needs: [need('db', 0.8)], mode: 'off' }), 'mode-off', 0],
    ['off does what is asked', situation([db], { mode: 'off', feedback: [said('db', 'asked')] }), 'asked', 1],
    ['asked for counts in every mode', situation([db], { mode: 'shadow', feedback: [said('db', 'asked')] }), 'asked', 1],
    ['always is pinned', situation([db], { mode: 'suggest', feedback: [said('db', 'always')] }), 'pinned', 1],
    ['never wins over probability', situation([db], { needs: [need('db', 1)], feedback: [said('db', 'never')] }), 'never', 0],
    ['not now holds until it ends', situation([db], { needs: [need('db', 1)], feedback: [said('db', 'not-now', NOW + 1)] }), 'not-now', 0],
    ['not now ends', situation([db], { needs: [need('db', 1)], feedback: [said('db', 'not-now', NOW - 1)] }), 'worth-it', 1],
    ['unknown is never acted on', situation([db], { needs: [need('db', 1)], rungs: { db: 'unknown' } }), 'unknown-state', 0],
    ['restricted mode starts nothing, even asked', situation([db], { trusted: false, feedback: [said('db', 'asked')] }), 'not-trusted', 0],
    ['no engine is said', situation([db], { needs: [need('db', 1)], engineOf: () => undefined }), 'no-provider', 0],
    [
      'the budget is hard',
      situation([db], { needs: [need('db', 1)], limits: { memoryBytes: MB, settleMs: 0, prices: DEFAULT_PRICES } }),
      'over-budget',
      0,
    ],
    ['warm and wanted stays', situation([db], { needs: [need('db', 1)], rungs: { db: 'ready' } }), 'worth-it', 0],
    ['warm and unwanted settles first', situation([db], { rungs: { db: 'ready' } }), 'settling', 0],
    ['then cools', situation([db], { rungs: { db: 'ready' }, settling: { db: NOW - 60_000 } }), 'idle', 1],
    ['never cools at once', situation([db], { rungs: { db: 'ready' }, feedback: [said('db', 'never')] }), 'never', 1],
    ['in use is kept', situation([db], { rungs: { db: 'ready' }, settling: { db: 0 }, inUse: new Set(['db']) }), 'in-use', 0],
  ] as const)('%s', (_, at, code, actions) => {
    const plan = decide(at);
    expect(plan.decisions.map((d) => d.reason.code)).toEqual([code]);
    expect(plan.actions).toHaveLength(actions);
  });

  it('leaves alone what the developer started', () => {
    const at = situation([db], { feedback: [said('db', 'never')] });
    expect(decide({ ...at, observations: new Map([['db', seen('db', 'ready', 'developer')]]) }).actions).toEqual([]);
  });

  it('takes dependencies with it, and says so', () => {
    const api = resource('api', { dependsOn: ['db'] });
    const plan = decide(situation([api, db], { needs: [need('api', 0.9)] }));
    expect(plan.actions.map((a) => [a.resource, a.reason.code])).toEqual([
      ['api', 'worth-it'],
      ['db', 'dependency'],
    ]);
  });

  it('does not start what needs something that is never to be started', () => {
    const api = resource('api', { dependsOn: ['db'] });
    expect(decide(situation([api, db], { needs: [need('api', 0.9)], feedback: [said('db', 'never')] })).actions).toEqual([]);
  });

  it('prefers value per byte when memory is short', () => {
    const cache = resource('cache', { memoryBytes: 10 * MB });
    const plan = decide(
      situation([db, cache], {
        needs: [need('db', 0.9), need('cache', 0.8)],
        limits: { memoryBytes: 100 * MB, settleMs: 0, prices: DEFAULT_PRICES },
      }),
    );
    expect(plan.actions.map((a) => a.resource)).toEqual(['cache']);
  });

  it('keeps the budget, acts only on what is not so yet, and is still after its own actions (property)', () => {
    const one = fc.record({
      rung: fc.constantFrom<Rung>(...LADDER),
      p: fc.double({ min: 0, max: 1, noNaN: true }),
      mb: fc.integer({ min: 1, max: 600 }),
      verdict: fc.constantFrom('always', 'never', 'not-now', undefined),
      depends: fc.nat(5),
    });
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<Mode>('off', 'shadow', 'suggest', 'auto'),
        (items, mode) => {
          const resources = items.map((x, i) =>
            resource(`r${i}`, { memoryBytes: x.mb * MB, dependsOn: x.depends < i ? [`r${x.depends}`] : [] }),
          );
          const at = situation(resources, {
            mode,
            needs: items.map((x, i) => need(`r${i}`, x.p)),
            rungs: Object.fromEntries(items.map((x, i) => [`r${i}`, x.rung])),
            feedback: items.flatMap((x, i) => (x.verdict === 'never' || x.verdict === 'not-now' ? [said(`r${i}`, x.verdict)] : [])),
            limits: { memoryBytes: 1024 * MB, settleMs: 0, prices: DEFAULT_PRICES },
          });
          const plan = decide(at);
          expect(plan.usedBytes).toBeLessThanOrEqual(at.limits.memoryBytes);
          expect(plan.decisions).toHaveLength(resources.length);
          if (mode !== 'auto') expect(plan.actions.filter((a) => a.verb === 'climb')).toEqual([]);
          const held = (observations: Situation['observations']): number =>
            resources.reduce((sum, r) => sum + (holdsMemory(observations.get(r.id)?.rung as Rung) ? r.memoryBytes : 0), 0);
          let [last, observations] = [plan, at.observations];
          for (let passes = 0; last.actions.length > 0; passes++) {
            expect(passes).toBeLessThan(4);
            const after = new Map(observations);
            for (const action of last.actions) after.set(action.resource, seen(action.resource, action.to));
            if (last.actions.some((a) => a.verb === 'climb' && holdsMemory(a.to)))
              expect(held(after)).toBeLessThanOrEqual(at.limits.memoryBytes);
            for (const a of last.actions.filter((a) => isWarm(a.to))) expect(items[Number(a.resource.slice(1))]?.verdict).not.toBe('never');
            observations = after;
            last = decide({ ...at, observations, settling: last.settling });
          }
          expect(held(observations)).toBeLessThanOrEqual(at.limits.memoryBytes);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});
