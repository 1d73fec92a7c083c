import { aligned } from '../../show/aligned.ts';
import { type ArmView, amount, armWords, metricWords } from '../../show/experiments.ts';
import { percent } from '../../show/threeDigits.ts';
import { english, type Translate } from '../../show/translate.ts';
import type { ExperimentRehearsal, Foretold } from './rehearseExperiment.ts';

/** What a test is foretold to find, for people: the expected effect, how long it takes, how sure it is, and what was left out. */
export function experimentRehearsalText(r: ExperimentRehearsal, t: Translate = english): readonly string[] {
  const { test, sameAgainstItself: same } = r;
  return [
    t('Rehearsal of a test of “{0}”: {1} (A) against {2} (B)', r.persona.name, armName(r.arms.A, t), armName(r.arms.B, t)),
    t(
      '{0} simulated sessions, each in both arms with the same chance (seed {1}); {2} would count.',
      r.sessions,
      r.seed,
      percent(r.counted),
    ),
    '',
    ...effects(r, t),
    '',
    t('Of {0} simulated tests: {1}.', test.trials, verdictsOf(test, t)),
    sessionsWords(r, t),
    ...aligned([
      [t('within sessions'), t('decided')],
      ...test.decidedWithin.map(({ sessions, share }) => [String(sessions), percent(share)]),
    ]),
    '',
    t('Of {0} tests of A against itself, {1} find something where nothing is.', same.trials, percent(same.found)),
    '',
    t('Assumed'),
    ...assumed(r, t).map((line) => `  ${line}`),
  ];
}

const armName = (arm: ArmView, t: Translate): string =>
  arm.kind === 'version' && arm.version === 'now' ? t('as it is now') : armWords(arm, t);

function effects({ metrics }: ExperimentRehearsal, t: Translate): readonly string[] {
  const head = [t('A session, on average'), 'A', 'B', 'B − A', t('95 % interval')];
  const rows = metrics.map(({ name, A, B, difference: { value, low, high } }) => {
    const text = (v: number): string => amount(name, v, t);
    return [metricWords(name, t), text(A), text(B), text(value), t('{0} and {1}', text(low), text(high))];
  });
  return aligned([head, ...rows]);
}

function verdictsOf({ verdicts: v }: Foretold, t: Translate): string {
  const told: readonly (readonly [number, string])[] = [
    [v.better, t('{0} find B better', percent(v.better))],
    [v.worse, t('{0} find B worse', percent(v.worse))],
    [v.guardrail, t('{0} give B up by a guardrail', percent(v.guardrail))],
    [v['no-difference'], t('{0} find no difference that anybody would notice', percent(v['no-difference']))],
    [v.undecided, t('{0} find nothing', percent(v.undecided))],
  ];
  return told
    .filter(([share]) => share > 0)
    .map(([, words]) => words)
    .join(', ');
}

function sessionsWords({ test, mostSessions, sessionsPerWeek }: ExperimentRehearsal, t: Translate): string {
  const { p50, p90 } = test.sessionsToDecide;
  if (p50 === null) return t('Most tests would not have decided after {0} sessions, when they end.', mostSessions);
  const half =
    sessionsPerWeek === undefined || sessionsPerWeek <= 0
      ? t('Half of them have decided after {0} sessions', p50)
      : t('Half of them have decided after {0} sessions (about {1} weeks at {2} a week)', p50, ...weeksOf(p50, sessionsPerWeek));
  return p90 === null
    ? t('{0}; one of ten has not after {1}, when it ends.', half, mostSessions)
    : t('{0}, nine of ten after {1}.', half, p90);
}

const weeksOf = (sessions: number, perWeek: number): readonly [string, string] =>
  [sessions / perWeek, perWeek].map((v) => String(Number(v.toPrecision(2)))) as unknown as readonly [string, string];

const assumed = ({ resources }: ExperimentRehearsal, t: Translate): readonly string[] => [
  t('Sessions are as the persona is known now; that it changes meanwhile is not foreseen.'),
  t('Each resource is warmed by its own need and cost, as in the loop: {0}.', resources.join(', ')),
  t('Memory is never short; dependencies, the rhythm of uses, and your own “never” and “always” are left out.'),
];
