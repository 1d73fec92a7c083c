import { RUNGS } from '../../domain/index.ts';
import type { AdviceRow, CauseRow, DeviationRow, Fact, RehearsalView, Rows } from '../../show/rehearsal/rehearsalView.ts';
import { rungWord } from '../../show/rungWord.ts';
import { lengthText, ms, number, percent, rate } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import type { Advice, Effect } from '../../simulate/advice/advise.ts';
import type { Practice } from '../../simulate/practice/practice.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { changeWords } from './changeWords.ts';
import { spread, within } from './estimateWords.ts';
import type { KeptRehearsal } from './keptRehearsal.ts';
import { explainedWords, figureWord, lawOf } from './lawWords.ts';
import { chartsOf } from './rehearsalCharts.ts';
import { formOf, settingFacts } from './settingWords.ts';

/** A rehearsal as plain rows, in the developer's language; notes, reasons and titles of practices are made in the core, in English. */
export function rehearsalView({ id, name, work, result }: KeptRehearsal, savedAs: string | undefined, t: Translate): RehearsalView {
  const { resources, advice, causes, deviations, trials, together } = result;
  return {
    name,
    title: t('Rehearsal of {0}', result.rehearsal.personas.join(', ')),
    headline: headlineOf(result, t),
    setting: settingFacts(work, result, t),
    figures: figuresOf(result, t),
    charts: chartsOf(result, t),
    tables: [callsOf(result, t), patternsOf(result, t)].filter((table) => table.rows.length > 0),
    causes: causes.map((cause) => causeRow(cause, t)),
    advice: advice.map((one) => adviceRow(one, t)),
    tried: t(
      '{0} changes were each simulated for {1} with the same chance, so these figures differ a little from those of the whole.',
      trials.count,
      lengthText(trials.durationMs),
    ),
    ...(together ? { together: t('All of the best together: {0}', effectWords(together.before, together.after, t)) } : {}),
    deviations: deviations.map((d) => deviationRow(d, result, t)),
    practices: practicesOf(result, t),
    assumed: result.assumed,
    notes: result.notes,
    form: formOf(work),
    resources: resources.map((r) => r.id),
    rungs: RUNGS.map((rung) => ({ rung, name: rungWord(rung, t) })),
    ...(savedAs === id ? { savedAs } : {}),
  };
}

function headlineOf({ latencyMs, errorRate, causes, rehearsal }: RehearsalResult, t: Translate): string {
  if (rehearsal.requests === 0) return t('Nobody came in the simulated time.');
  const how =
    latencyMs.p50 === null
      ? t('Nothing ended well; {0} failed.', percent(errorRate))
      : t(
          'Half of the interactions take at most {0}, 95 of 100 at most {1}; {2} fail.',
          ms(latencyMs.p50),
          ms(latencyMs.p95),
          percent(errorRate),
        );
  const [worst] = causes;
  return worst ? `${how} ${t('What costs most is {0}.', lawOf(worst.law, worst.of, t))}` : `${how} ${t('Nothing stands out as wrong.')}`;
}

const figuresOf = (r: RehearsalResult, t: Translate): readonly Fact[] => [
  { name: t('Throughput'), value: within(r.throughput, r.intervals.throughput, rate) },
  { name: t('Errors'), value: within(r.errorRate, r.intervals.errorRate, percent) },
  { name: t('Memory'), value: `${number(r.memoryBytes / 2 ** 30)} GB` },
  { name: t('Cost'), value: t('{0} $ an hour', number(r.costPerHour)) },
];

const callsOf = ({ calls }: RehearsalResult, t: Translate): Rows => ({
  id: 'calls',
  title: t('Calls'),
  says: t('What one resource is for another that calls it, with all that lies behind it.'),
  heads: [t('Call'), t('Calls'), 'p50', 'p95', 'p99', t('Errors'), t('Time-outs'), t('Attempts'), t('From cache'), t('Pool in use')],
  rows: calls.map((c) => [
    `${c.from} → ${c.to}`,
    rate(c.perSecond.value),
    ...[c.latencyMs.p50, c.latencyMs.p95, c.latencyMs.p99].map((e) => spread(e, ms)),
    percent(c.errorRate.value),
    percent(c.timeoutRate.value),
    number(c.attempts.value),
    percent(c.hitRate.value),
    c.pool ? percent(c.pool.utilization.value) : '–',
  ]),
});

const patternsOf = ({ patterns }: RehearsalResult, t: Translate): Rows => ({
  id: 'patterns',
  title: t('Engagement patterns'),
  says: t('What those see who come for it.'),
  heads: [t('Pattern'), t('Throughput'), 'p50', 'p95', 'p99', t('Target'), t('Errors')],
  rows: patterns.map((p) => [
    `${p.persona}: ${p.pattern}`,
    spread(p.throughput, rate),
    ...[p.latencyMs.p50, p.latencyMs.p95, p.latencyMs.p99].map((e) => spread(e, ms)),
    p.latencyTargetMs === undefined ? '–' : ms(p.latencyTargetMs),
    percent(p.errorRate.value),
  ]),
});

const causeRow = ({ law, of, because, harmMs, explains }: RehearsalResult['causes'][number], t: Translate): CauseRow => ({
  title: lawOf(law, of, t),
  because,
  harm: t('It costs an interaction {0} on average; a failure counts as a wait of 10 s.', ms(harmMs)),
  explains: explains.map((what) => explainedWords(what, t)),
});

const effectWords = (before: Effect, after: Effect, t: Translate): string =>
  t('p95 {0} → {1}, errors {2} → {3}', ms(before.p95Ms), ms(after.p95Ms), percent(before.errorRate), percent(after.errorRate));

/** Some are more than what is simulated of them, such as a standby, of which only the text tells. */
const TOLD_BY_TEXT = /^(keep a standby of|fill the cache before) /;

const adviceRow = ({ text, changes, against, before, after, gainPerHour, costPerHour, assumes }: Advice, t: Translate): AdviceRow => ({
  title: TOLD_BY_TEXT.test(text) ? toldWords(text, changes[0]?.of ?? '', t) : changes.map((change) => changeWords(change, t)).join(', '),
  against: lawOf(against.law, against.of, t),
  facts: [
    { name: 'p95', value: `${ms(before.p95Ms)} → ${ms(after.p95Ms)}` },
    { name: t('Errors'), value: `${percent(before.errorRate)} → ${percent(after.errorRate)}` },
    { name: t('Throughput'), value: `${rate(before.throughput)} → ${rate(after.throughput)}` },
    { name: t('Gain'), value: t('{0} $ an hour', number(gainPerHour)) },
    { name: t('Cost'), value: t('{0} $ an hour', number(costPerHour)) },
  ],
  ...(assumes ? { assumes: t('Assumes that {0}.', assumes) } : {}),
});

const toldWords = (text: string, of: string, t: Translate): string =>
  text.startsWith('keep a standby')
    ? t('keep a standby of {0} that answers where it fails', of)
    : t('fill the cache before {0} ahead of use', of);

function deviationRow(d: RehearsalResult['deviations'][number], { causes }: RehearsalResult, t: Translate): DeviationRow {
  const root = causes.find((c) => c.of === d.of) ?? causes.find((c) => c.explains.some((what) => what.endsWith(` of ${d.of}`)));
  const is = d.value === null ? t('without limit') : number(d.value);
  const figure = figureWord(d.figure, t);
  return {
    title: d.title,
    says:
      d.atMost === undefined
        ? t('{0}: {1} is {2}, and should be at least {3}', d.of, figure, is, number(d.atLeast ?? 0))
        : t('{0}: {1} is {2}, and should be at most {3}', d.of, figure, is, number(d.atMost)),
    ...(root ? { root: t('At its root: {0}', lawOf(root.law, root.of, t)) } : {}),
  };
}

function practicesOf({ practiceGraph }: RehearsalResult, t: Translate): Rows {
  return {
    id: 'practices',
    title: t('Practices for these personas'),
    says: t('Limits taken from where the load is carried well: what later rehearsals, or the real thing, can be held against.'),
    heads: [t('Of'), t('Should hold'), t('Why')],
    rows: practiceGraph.practices.map((p) => [ofWhom(p), p.holds.map((h) => limitWords(h, t)).join('; '), p.because]),
  };
}

const ofWhom = ({ resources }: Practice): string =>
  Object.values(resources)
    .flatMap((r) => r.ids ?? [])
    .join(' → ');

const limitWords = ({ figure, atMost, atLeast }: Practice['holds'][number], t: Translate): string =>
  atMost === undefined
    ? t('{0} at least {1}', figureWord(figure, t), number(atLeast ?? 0))
    : t('{0} at most {1}', figureWord(figure, t), number(atMost));
