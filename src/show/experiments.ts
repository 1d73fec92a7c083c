import type { Arm, UnixMs } from '../domain/index.ts';
import { aligned } from './aligned.ts';
import { dayWords, duration } from './ledger.ts';
import { english, type Translate } from './translate.ts';

type OfArms<T> = Readonly<Record<Arm, T>>;
type Metric = 'waitedMs' | 'wastedWarmMinutes' | 'falseWarms';

/** What an arm is. */
export type ArmView =
  | { readonly kind: 'version'; readonly version: number | 'now' }
  | { readonly kind: 'eagerness'; readonly eagerness: number | 'learnt' };

export interface ExperimentView {
  readonly id: string;
  readonly persona: { readonly name: string };
  readonly arms: OfArms<ArmView>;
  readonly startedAt: UnixMs;
  readonly plan: {
    readonly primary: Metric;
    readonly mostSessions: number;
    /** Of what is at stake, so much is usually waited; above 0 waits are compared beyond that. */
    readonly share: number;
    readonly rules: Readonly<Record<Metric, { readonly limit: number; readonly margin: number; readonly mostLost: number }>>;
  };
  readonly sessions: OfArms<number>;
  readonly sessionsToSee?: number;
  readonly standing: {
    readonly pairs: number;
    readonly verdict: {
      readonly is: 'running' | 'better' | 'worse' | 'no-difference' | 'undecided' | 'guardrail';
      readonly metric?: Metric;
      readonly because?: 'margin' | 'spent';
    };
    readonly metrics: readonly MetricView[];
  };
  readonly ended?: { readonly at: UnixMs; readonly by: 'verdict' | 'person' | 'gone'; readonly adopted?: Arm };
}

export interface MetricView {
  readonly name: Metric;
  readonly means: OfArms<number>;
  readonly difference: number;
  readonly interval: { readonly lower: number; readonly upper: number };
  readonly alpha: number;
}

export interface ExperimentOptions {
  /** For dates: `en`, `de`. */
  readonly language: string;
}

/** A whole test in words and as a table: what is compared, what was found, how sure it is, and what happens next. */
export function experimentText(view: ExperimentView, options: ExperimentOptions, t: Translate = english): readonly string[] {
  const isBeyond = view.plan.share > 0;
  return [
    titleOf(view, t),
    ...sinceOf(view, options, t),
    '',
    ...table(view, t),
    ...(isBeyond ? [t('B − A of waiting is beyond what is usual for what was used, so that it shows sooner.')] : []),
    '',
    verdictWords(view, t),
    nextWords(view, t),
  ];
}

/** “p1-1: reports, version 2 (A) against version 1 (B)” */
export const titleOf = ({ id, persona, arms }: ExperimentView, t: Translate = english): string =>
  t('{0}: “{1}”, {2} (A) against {3} (B)', id, persona.name, armWords(arms.A, t), armWords(arms.B, t));

/** Running, or how it ended, in one line. */
export function stateWords(view: ExperimentView, t: Translate = english): string {
  const { sessions, ended } = view;
  const count = t('{0} sessions of A, {1} of B', sessions.A, sessions.B);
  return ended ? `${verdictWords(view, t)} ${count}.` : t('Running: {0}.', count);
}

export function armWords(arm: ArmView, t: Translate = english): string {
  if (arm.kind === 'version') return arm.version === 'now' ? t('as it was at the start') : t('version {0}', arm.version);
  return arm.eagerness === 'learnt' ? t('eagerness as learnt') : t('eagerness × {0}', arm.eagerness);
}

function sinceOf(
  { startedAt, ended, sessions, standing }: ExperimentView,
  { language }: ExperimentOptions,
  t: Translate,
): readonly string[] {
  const day = (at: UnixMs): string => dayWords(new Date(at).toISOString().slice(0, 10), language);
  return [
    ended ? t('From {0} to {1}.', day(startedAt), day(ended.at)) : t('Running since {0}.', day(startedAt)),
    t('{0} sessions of A and {1} of B count; {2} pairs are compared.', sessions.A, sessions.B, standing.pairs),
  ];
}

// ------------------------------------------------------------------------------------------------ the table

function table({ standing, plan }: ExperimentView, t: Translate): readonly string[] {
  const head = [t('A session, on average'), 'A', 'B', 'B − A', t('surely between'), t('how sure')];
  const rows = standing.metrics.map((m) => {
    const text = (value: number): string => amount(m.name, value, t);
    const { limit } = plan.rules[m.name];
    const isOpen = m.interval.lower <= -limit && m.interval.upper >= limit;
    const between = isOpen ? t('not known yet') : t('{0} and {1}', text(m.interval.lower), text(m.interval.upper));
    return [metricWords(m.name, t), text(m.means.A), text(m.means.B), text(m.difference), between, `${(100 * (1 - m.alpha)).toFixed(2)} %`];
  });
  return aligned([head, ...rows]);
}

/** Of the tables of tests. */
export function metricWords(name: Metric, t: Translate): string {
  switch (name) {
    case 'waitedMs':
      return t('Waiting');
    case 'wastedWarmMinutes':
      return t('Warm for nothing');
    case 'falseWarms':
      return t('Starts for nothing');
  }
}

export function amount(name: Metric, value: number, t: Translate): string {
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  switch (name) {
    case 'waitedMs':
      return sign + duration(size, t);
    case 'wastedWarmMinutes':
      return sign + duration(60_000 * size, t);
    case 'falseWarms':
      return sign + size.toFixed(2);
  }
}

// ------------------------------------------------------------------------------------------------ the words

function verdictWords({ standing, plan, ended }: ExperimentView, t: Translate): string {
  if (ended?.by === 'person') return t('Stopped by hand.');
  if (ended?.by === 'gone') return t('Ended: the persona is no more.');
  const { verdict, metrics } = standing;
  const of = (name: Metric): string => {
    const metric = metrics.find((m) => m.name === name);
    return amount(name, Math.abs(metric?.difference ?? 0), t);
  };
  switch (verdict.is) {
    case 'running':
      return t('Nothing is sure yet.');
    case 'better':
      return t('B is better: {0} less waiting a session.', of('waitedMs'));
    case 'worse':
      return t('B is worse: {0} more waiting a session.', of('waitedMs'));
    case 'no-difference':
      return t(
        'There is no difference that anybody would notice: less than {0} a session.',
        amount('waitedMs', plan.rules.waitedMs.margin, t),
      );
    case 'undecided':
      return t('Nothing was found in {0} sessions.', plan.mostSessions);
    case 'guardrail':
      return guardrailWords(verdict.metric ?? plan.primary, verdict.because ?? 'margin', of, t);
  }
}

function guardrailWords(metric: Metric, because: 'margin' | 'spent', of: (name: Metric) => string, t: Translate): string {
  const name = metricWords(metric, t);
  return because === 'spent'
    ? t('B was given up: as much was lost as may be ({0}, {1} more a session).', name, of(metric))
    : t('B was given up: surely worse by more than the margin ({0}, {1} more a session).', name, of(metric));
}

function nextWords({ ended, arms, plan, sessionsToSee, sessions }: ExperimentView, t: Translate): string {
  if (ended)
    return ended.adopted ? t('The persona is now as in {0}.', armName(ended.adopted, arms, t)) : t('The persona is as before the test.');
  const { mostLost } = plan.rules.waitedMs;
  const left = sessionsToSee === undefined ? undefined : Math.max(0, sessionsToSee - sessions.A - sessions.B);
  return [
    t(
      'Next: each session goes on being A or B by chance. B is adopted as soon as it is surely better, and given up as soon as it is surely worse, or when {0} were waited more.',
      amount('waitedMs', mostLost, t),
    ),
    left === undefined ? '' : t('A difference of 30 % would show in about {0} more sessions.', left),
    t('After {0} sessions it ends.', plan.mostSessions),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

const armName = (arm: Arm, arms: OfArms<ArmView>, t: Translate): string => t('{0} ({1})', arm, armWords(arms[arm], t));
