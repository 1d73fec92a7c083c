import { ARMS, type Arm, failed, ok, type ResourceId, type Result } from '../../domain/index.ts';
import type { Variant } from '../../learn/experiment/experiment.ts';
import { METRICS, type MetricName, metricsOf } from '../../learn/experiment/metrics.ts';
import type { ExperimentPlan, Verdict } from '../../learn/experiment/verdict.ts';
import type { Component } from '../../learn/personaModel.ts';
import type { Bandit } from '../../learn/value/bandit.ts';
import type { CalibratedModel } from '../../predict/calibrate.ts';
import { compiled } from '../../predict/compile.ts';
import { Random } from '../../simulate/model/random.ts';
import type { RehearseOptions } from '../../simulate/model/rehearse.ts';
import { type Estimate, estimate } from '../../simulate/result/estimate.ts';
import { eagernessDrawn } from '../eagerness.ts';
import { isOfPersona, modelIn } from '../experimentArms.ts';
import type { ExperimentReport } from '../experimentReport.ts';
import { drawnSession } from './drawnSession.ts';
import { ledgerOf, type Priced } from './foretold.ts';
import { type Pair, type Trial, trial } from './trial.ts';

/** What is rehearsed, as plain data that can be handed to a thread. */
export interface ExperimentWork {
  readonly persona: { readonly id: string; readonly name: string };
  readonly arms: Readonly<Record<Arm, Variant>>;
  readonly plan: ExperimentPlan;
  readonly model: CalibratedModel;
  readonly bandit: Bandit;
  /** Of the workspace, that any persona uses. */
  readonly resources: readonly Priced[];
  readonly readyP95Ms: ReadonlyMap<ResourceId, number>;
  readonly horizonMs: number;
  readonly idleMs: number;
  readonly settleMs: number;
  /** Of this persona, as far as is known. */
  readonly sessionsPerWeek?: number;
  readonly seed: number;
}

export interface ExperimentRehearsal {
  readonly persona: { readonly id: string; readonly name: string };
  readonly arms: ExperimentReport['arms'];
  readonly seed: number;
  /** That were simulated in both arms, and of those, the share that would count for the test, 0–1. */
  readonly sessions: number;
  readonly counted: number;
  readonly sessionsPerWeek?: number;
  /** A session, as the test counts it; B less A with its 95 % interval. */
  readonly metrics: readonly { readonly name: MetricName; readonly A: number; readonly B: number; readonly difference: Estimate }[];
  readonly test: Foretold;
  /** A against A: how often something is found where nothing is. */
  readonly sameAgainstItself: Foretold;
  readonly resources: readonly ResourceId[];
  readonly mostSessions: number;
}

/** Of whole tests that were simulated. */
export interface Foretold {
  readonly trials: number;
  /** Share of tests that end with each word, 0–1. */
  readonly verdicts: Readonly<Record<Exclude<Verdict['is'], 'running'>, number>>;
  /** Share that ends with something found: B is better, worse or given up. */
  readonly found: number;
  /** Sessions until a test has decided, of all tests; null where fewer decide. */
  readonly sessionsToDecide: { readonly p50: number | null; readonly p90: number | null };
  /** Share that has decided within so many sessions, 0–1. */
  readonly decidedWithin: readonly { readonly sessions: number; readonly share: number }[];
}

/** How much is simulated: enough for shares within some percent, in some seconds. */
const SIZE = { sessions: 500, trials: 300 } as const;
/** Of all that is done, simulating sessions takes about this much. */
const DRAWING = 0.6;
const WITHIN = [50, 100, 200, 500, 1000, 2000] as const;
/** A start takes now a little longer, now a little less, as in other rehearsals. */
const START_SHAPE = 25;

type Hooks = Pick<RehearseOptions, 'pause' | 'cancelled' | 'progress'>;

/**
 * Foretells a test before it runs. Sessions are drawn from the persona as it is now; each is played in both arms with the same chance; and
 * whole tests are run over these by the very code that runs real ones. The same seed gives the same result.
 */
export async function rehearseExperiment(
  work: ExperimentWork,
  hooks: Hooks,
  size: { readonly sessions: number; readonly trials: number } = SIZE,
): Promise<Result<ExperimentRehearsal>> {
  const { persona, arms, plan, seed } = work;
  const { sessions, trials } = size;
  const drawn = await pairsOf(work, sessions, hooks);
  if (!drawn.ok) return drawn;
  const pairs = drawn.value;
  const tests = await trialsOf(pairs, plan, { seed, trials, stream: 1, from: DRAWING, to: (1 + DRAWING) / 2 }, hooks);
  const same = await trialsOf(
    pairs.map(({ A }) => ({ A, B: A })),
    plan,
    { seed, trials, stream: 2, from: (1 + DRAWING) / 2, to: 1 },
    hooks,
  );
  if (!tests || !same) return cancelled;
  const named = (variant: Variant): ExperimentReport['arms']['A'] =>
    variant.kind === 'version' ? { kind: 'version', version: variant.version } : variant;
  return ok({
    persona,
    arms: { A: named(arms.A), B: named(arms.B) },
    seed,
    sessions,
    counted: pairs.length / sessions,
    ...(work.sessionsPerWeek === undefined ? {} : { sessionsPerWeek: work.sessionsPerWeek }),
    metrics: METRICS.map((name) => expected(name, pairs, plan.rules[name].limit)),
    test: foretold(tests, plan),
    sameAgainstItself: foretold(same, plan),
    resources: work.resources.map((r) => r.id),
    mostSessions: plan.mostSessions,
  });
}

const cancelled = failed('cancelled', 'now', 'The rehearsal was cancelled; nothing was kept of it.');

/** How each session that would count goes in either arm. */
async function pairsOf(
  work: ExperimentWork,
  sessions: number,
  { pause, cancelled: isCancelled, progress }: Hooks,
): Promise<Result<readonly Pair[]>> {
  const { persona, arms, model, plan, resources } = work;
  const living = model.components.find((c) => c.id === persona.id) as Component;
  const inArm = (arm: Arm) => compiled(modelIn(model, [{ experiment: { persona, arms }, arm }]));
  const models = { A: inArm('A'), B: inArm('B') };
  const random = new Random(work.seed);
  const pairs: Pair[] = [];
  for (let n = 0; n < sessions; n++) {
    const session = drawnSession(living, random);
    if (!session) return nothingUsed(persona.name);
    const colds = new Map(resources.map((r) => [r.id, (r.coldMs / START_SHAPE) * random.gamma(START_SHAPE)]));
    const learnt = new Map(resources.map((r) => [r.id, eagernessDrawn(work.bandit, r.kind, () => random.uniform())]));
    const outcome = (arm: Arm) => {
      const variant = arms[arm];
      const fixed = variant.kind === 'eagerness' && variant.eagerness !== 'learnt' ? variant.eagerness : undefined;
      const lines = ledgerOf(session, {
        ...work,
        model: models[arm],
        ...(model.calibration ? { calibration: model.calibration } : {}),
        eagernessOf: (id) => fixed ?? learnt.get(id) ?? 1,
        coldMs: (id) => colds.get(id) ?? 0,
      });
      return metricsOf(lines, plan.stakes);
    };
    if (isOfPersona(model, { persona, arms }, session)) pairs.push({ A: outcome('A'), B: outcome('B') });
    if (n % 10 !== 9) continue;
    progress?.((DRAWING * n) / sessions);
    await pause();
    if (isCancelled()) return cancelled;
  }
  if (pairs.length > 0) return ok(pairs);
  return failed(
    'not-found',
    'never',
    `No simulated session of “${persona.name}” would be known as its own, so no test of it would count any. Let it be learnt from more sessions first.`,
  );
}

const nothingUsed = (name: string): Result<never> =>
  failed('not-found', 'never', `“${name}” uses nothing that is known, so there is nothing to rehearse.`);

interface Part {
  readonly seed: number;
  readonly trials: number;
  readonly stream: number;
  /** Of all progress. */
  readonly from: number;
  readonly to: number;
}

/** Undefined: cancelled. */
async function trialsOf(
  pairs: readonly Pair[],
  plan: ExperimentPlan,
  { seed, trials: count, stream, from, to }: Part,
  { pause, cancelled: isCancelled, progress }: Hooks,
): Promise<readonly Trial[] | undefined> {
  const random = new Random(seed, stream);
  const trials: Trial[] = [];
  while (trials.length < count) {
    trials.push(trial(pairs, plan, `${seed} ${stream} ${trials.length}`, random));
    if (trials.length % 10 > 0) continue;
    progress?.(from + ((to - from) * trials.length) / count);
    await pause();
    if (isCancelled()) return undefined;
  }
  return trials;
}

function expected(name: MetricName, pairs: readonly Pair[], limit: number): ExperimentRehearsal['metrics'][number] {
  const values = (arm: Arm): readonly number[] => pairs.map((pair) => Math.min(limit, pair[arm][name]));
  const [A, B] = ARMS.map(values) as [readonly number[], readonly number[]];
  const mean = (of: readonly number[]): number => of.reduce((sum, v) => sum + v, 0) / of.length;
  return { name, A: mean(A), B: mean(B), difference: estimate(B.map((b, i) => b - (A[i] as number))) };
}

function foretold(trials: readonly Trial[], { mostSessions }: ExperimentPlan): Foretold {
  const share = (is: (one: Trial) => boolean): number => trials.filter(is).length / trials.length;
  const ends = (word: Verdict['is']): number => share(({ verdict }) => verdict.is === word);
  const verdicts = {
    better: ends('better'),
    worse: ends('worse'),
    guardrail: ends('guardrail'),
    'no-difference': ends('no-difference'),
    undecided: ends('undecided'),
  };
  const decided = trials
    .filter(({ verdict }) => verdict.is !== 'undecided')
    .map((one) => one.sessions)
    .sort((a, b) => a - b);
  const within = (sessions: number): number => decided.filter((s) => s <= sessions).length / trials.length;
  const quantile = (q: number): number | null => decided[Math.ceil(q * trials.length) - 1] ?? null;
  return {
    trials: trials.length,
    verdicts,
    found: verdicts.better + verdicts.worse + verdicts.guardrail,
    sessionsToDecide: { p50: quantile(0.5), p90: quantile(0.9) },
    decidedWithin: WITHIN.filter((n) => n <= mostSessions).map((sessions) => ({ sessions, share: within(sessions) })),
  };
}
