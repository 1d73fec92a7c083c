import { describe, expect, it } from 'vitest';
import type { Feedback, Observation, Resource } from '../../src/domain/index.ts';
import { RUNGS } from '../../src/domain/index.ts';
import { decide, type Situation } from '../../src/plan/decide.ts';
import { DEFAULT_PRICES } from '../../src/plan/value.ts';

/** Every outcome in full: what is desired, what is done, what is proposed, and the very words of the reason. */

const GB = 2 ** 30;
const NOW = 1_000_000;
const resource = (id: string, dependsOn: string[] = []): Resource => ({
  id,
  name: id,
  kind: 'database',
  provider: 'memory',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn,
  probe: { type: 'port', port: 1, timeoutMs: 1000 },
  spec: { type: 'memory', stepMs: {} },
  memoryBytes: GB,
});
const seen = (id: string, rung: Observation['rung'], owner: Observation['owner'] = 'prewarm', more: Partial<Observation> = {}) =>
  [id, { id, rung, owner, at: NOW, backends: [], ...more }] as const;
const said = (verdict: Feedback['verdict'], until?: number) =>
  new Map([['db', { resource: 'db', verdict, at: 0, ...(until === undefined ? {} : { until }) }]]);
const likely = (probability: number, because = 'Because.') =>
  new Map([['db', { resource: 'db', probability, horizonMs: 600_000, etaMs: 60_000, because }]]);

const base: Situation = {
  now: NOW,
  mode: 'auto',
  trusted: true,
  resources: [resource('db')],
  observations: new Map([seen('db', 'created')]),
  needs: new Map(),
  costs: new Map([['db', { resource: 'db', coldMs: 5000, measured: true, memoryBytes: GB }]]),
  feedback: new Map(),
  inUse: new Set(),
  engineOf: () => ({ provider: 'memory', rungs: RUNGS.slice(0, -1) }),
  settling: {},
  limits: { memoryBytes: 2 * GB, settleMs: 1000, prices: { ...DEFAULT_PRICES, secondsPerGigabyteSecond: 0.001, secondsPerWrongStart: 1 } },
};
const warm = { observations: new Map([seen('db', 'ready')]) };
const costs = (measured: boolean) => new Map([['db', { resource: 'db', coldMs: 5000, measured, memoryBytes: GB }]]);

const CLIMB = 'climb created→ready';
const DESCEND = 'descend ready→created';
/** 0.8 × 5 s − 0.2 × 1 s − (0.8 × 60 + 0.2 × 600) s × 1 GB × 0.001. */
const LIKELY = '80 % likely within 10 min × 5.0 s cold start (measured) = 3.6 s expected gain after memory';
/** Without measured times of its own, a paused one is taken for as slow as a stopped one. */
const WHY = 'Ready instead of paused: 5.0 s faster.';
const UNLIKELY = '1 % likely within 10 min × 5.0 s cold start (measured) = -1.5 s expected gain after memory';
const UNKNOWN = 'Too little has been seen to say whether it will be needed.';

describe('each outcome, word for word', () => {
  it.each<[string, Partial<Situation>, string, string, string | undefined, boolean]>([
    ['worth it', { needs: likely(0.8) }, 'worth-it', `${LIKELY}. ${WHY} Because.`, CLIMB, false],
    ['worth it, and nothing to add', { needs: likely(0.8, '') }, 'worth-it', `${LIKELY}. ${WHY}`, CLIMB, false],
    [
      'a guessed cost says so',
      { needs: likely(0.8, ''), costs: costs(false) },
      'worth-it',
      `${LIKELY.replace('measured', 'assumed')}. ${WHY}`,
      CLIMB,
      false,
    ],
    ['not worth it', { needs: likely(0.01) }, 'not-worth-it', `${UNLIKELY}.`, undefined, false],
    ['nothing known', {}, 'abstained', UNKNOWN, undefined, false],
    ['no cost known', { needs: likely(0.8), costs: new Map() }, 'abstained', UNKNOWN, undefined, false],
    ['suggest', { needs: likely(0.8, ''), mode: 'suggest' }, 'mode-suggest', `${LIKELY}. ${WHY} Mode is suggest.`, undefined, true],
    ['shadow', { needs: likely(0.8, ''), mode: 'shadow' }, 'mode-shadow', `${LIKELY}. ${WHY} Mode is shadow.`, undefined, false],
    ['asked', { feedback: said('asked'), mode: 'off' }, 'asked', 'You asked for it.', CLIMB, false],
    ['always', { feedback: said('always'), mode: 'shadow' }, 'pinned', 'You said always for this resource.', CLIMB, false],
    ['always, but off', { feedback: said('always'), mode: 'off' }, 'abstained', UNKNOWN, undefined, false],
    ['never', { feedback: said('never'), needs: likely(1) }, 'never', 'You said never for this resource.', undefined, false],
    ['never, and warm', { feedback: said('never'), ...warm }, 'never', 'You said never for this resource.', DESCEND, false],
    [
      'cooled, and warm',
      { feedback: said('cooled'), needs: likely(1), ...warm },
      'not-now',
      'You cooled it down; it is left alone until the next session.',
      DESCEND,
      false,
    ],
    ['not now', { feedback: said('not-now', NOW + 1), needs: likely(1) }, 'not-now', 'You said not now.', undefined, false],
    [
      'not now is over at its end',
      { feedback: said('not-now', NOW), needs: likely(0.8) },
      'worth-it',
      `${LIKELY}. ${WHY} Because.`,
      CLIMB,
      false,
    ],
    [
      'in use, beyond any budget',
      { inUse: new Set(['db']), ...warm, limits: { ...base.limits, memoryBytes: 0 } },
      'in-use',
      'A client is connected to it.',
      undefined,
      false,
    ],
    [
      'over budget',
      { needs: likely(0.8), limits: { ...base.limits, memoryBytes: GB - 1 } },
      'over-budget',
      'Worth it (3.6 s), but the memory budget is used by what is worth more.',
      undefined,
      false,
    ],
    ['Restricted Mode', { needs: likely(0.8), trusted: false }, 'not-trusted', 'Nothing is started in Restricted Mode.', undefined, false],
    [
      'no engine',
      { engineOf: () => undefined, needs: likely(0.8) },
      'no-provider',
      'No engine on this machine can make a database of type memory.',
      undefined,
      false,
    ],
    [
      'not seen',
      { observations: new Map(), needs: likely(0.8) },
      'unknown-state',
      'Its engine could not be asked for its state, so nothing is done.',
      undefined,
      false,
    ],
    [
      'unknown, and why',
      { observations: new Map([seen('db', 'unknown', 'none', { detail: 'Docker is away.' })]) },
      'unknown-state',
      'Docker is away.',
      undefined,
      false,
    ],
    [
      'the developer’s, warm',
      { observations: new Map([seen('db', 'ready', 'developer')]) },
      'already-warm',
      'You started it yourself; Prewarm leaves it alone.',
      undefined,
      false,
    ],
    [
      'the developer’s, not warm',
      { observations: new Map([seen('db', 'running', 'developer')]), needs: likely(0.8) },
      'in-use',
      'You started it yourself; Prewarm leaves it alone.',
      undefined,
      false,
    ],
    // What runs already is not charged its start again: 0.2 s more.
    ['warm and wanted', { ...warm, needs: likely(0.8) }, 'worth-it', `${LIKELY.replace('3.6', '3.8')}. ${WHY} Because.`, undefined, false],
    [
      'warm and wanted, in suggest',
      { ...warm, needs: likely(0.8), mode: 'suggest' },
      'worth-it',
      `${LIKELY.replace('3.6', '3.8')}. ${WHY} Because.`,
      undefined,
      false,
    ],
    [
      'settling',
      { ...warm, settling: { db: NOW - 999 } },
      'settling',
      `No longer needed (${UNKNOWN}) It is kept a little longer in case that changes.`,
      undefined,
      false,
    ],
    ['settled', { ...warm, settling: { db: NOW - 1000 } }, 'idle', `Not needed any more: ${UNKNOWN}`, DESCEND, false],
    [
      'paused holds memory for nothing',
      { observations: new Map([seen('db', 'paused')]), settling: { db: 0 } },
      'idle',
      `Not needed any more: ${UNKNOWN}`,
      'descend paused→created',
      false,
    ],
    [
      'running is still to be cooled',
      { observations: new Map([seen('db', 'running')]), settling: { db: 0 } },
      'idle',
      `Not needed any more: ${UNKNOWN}`,
      'descend running→created',
      false,
    ],
  ])('%s', (_, more, code, text, action, proposed) => {
    const plan = decide({ ...base, ...more });
    const [decision] = plan.decisions;
    expect(decision?.reason).toEqual({ code, text });
    expect(plan.actions.map((a) => `${a.verb} ${a.expected}→${a.to}`)).toEqual(action ? [action] : []);
    expect(plan.proposed).toEqual(proposed ? ['db'] : []);
    expect(decision?.desired).toBe(action ? action.replace(/^.*→/, '') : 'unchanged');
    expect(decision?.probability).toBe((more.needs ?? base.needs).get('db')?.probability ?? 0);
    for (const a of plan.actions) expect([a.resource, a.provider, a.reason]).toEqual(['db', 'memory', decision?.reason]);
  });

  it('what is cooled goes to the highest rung that its engine has', () => {
    const rungs = ['absent', 'fetched', 'running', 'ready'] as const;
    const plan = decide({ ...base, ...warm, settling: { db: 0 }, engineOf: () => ({ provider: 'memory', rungs }) });
    expect(plan.actions[0]?.to).toBe('fetched');
    const none = decide({ ...base, ...warm, settling: { db: 0 }, engineOf: () => ({ provider: 'memory', rungs: ['ready'] }) });
    expect(none.actions[0]?.to).toBe('absent');
  });
});

describe('dependencies', () => {
  const api = (more: Partial<Situation>): Situation => ({
    ...base,
    resources: [resource('api', ['db']), resource('web', ['db']), resource('db')],
    observations: new Map([seen('api', 'created'), seen('web', 'created'), seen('db', 'created')]),
    ...more,
  });
  const asked = (...ids: string[]) => new Map(ids.map((id) => [id, { resource: id, verdict: 'asked' as const, at: 0 }]));
  it('are started for what a person asked for, in any mode, and say for whom', () => {
    const plan = decide(api({ mode: 'off', feedback: asked('api', 'web') }));
    expect(plan.decisions.map((d) => d.reason.text)).toEqual(['You asked for it.', 'You asked for it.', 'api, web depends on it.']);
    expect(plan.actions.map((a) => [a.resource, a.reason.code])).toEqual([
      ['api', 'asked'],
      ['web', 'asked'],
      ['db', 'dependency'],
    ]);
    expect(plan.usedBytes).toBe(3 * GB - 2 * GB + 2 * GB);
  });
  it('are only proposed with what is only predicted', () => {
    const needs = new Map([['api', { resource: 'api', probability: 1, horizonMs: 600_000, etaMs: 1000, because: '' }]]);
    const plan = decide(
      api({ mode: 'suggest', needs, costs: new Map([['api', { resource: 'api', coldMs: 9000, measured: true, memoryBytes: 1 }]]) }),
    );
    expect([plan.actions, plan.proposed]).toEqual([[], ['api', 'db']]);
    expect(plan.usedBytes).toBe(GB + 1);
  });
});
