import { RUNGS } from '../../domain/index.ts';
import type { AdviceRow, BarChart, BarRow, CauseRow, DeviationRow, Fact, RehearsalView, Rows } from '../../show/rehearsal/rehearsalView.ts';
import { rungWord } from '../../show/rungWord.ts';
import { lengthText, ms, number, percent, rate } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import type { Advice, Effect } from '../../simulate/advice/advise.ts';
import type { Practice } from '../../simulate/practice/practice.ts';
import type { Estimate } from '../../simulate/result/estimate.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { changeWords } from './changeWords.ts';
import { spread, within } from './estimateWords.ts';
import type { KeptRehearsal } from './keptRehearsal.ts';
import { explainedWords, figureWord, lawOf } from './lawWords.ts';
import { formOf, settingFacts } from './settingWords.ts';

type Resource = RehearsalResult['resources'][number];

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

function chartsOf(r: RehearsalResult, t: Translate): readonly BarChart[] {
  const full = (value: Estimate, words: (v: number | null) => string): BarRow['bars'][number] => bar('full', value, words);
  const resource = t('Resource');
  const of = (pick: (r: Resource) => BarRow['bars']): BarRow[] => r.resources.map((x) => ({ name: x.id, bars: pick(x) }));
  const busiest = worst(r.resources, (x) => x.utilization.value);
  const longest = worst(r.resources, (x) => x.queue.value);
  const slowest = worst(r.resources, (x) => x.waitMs.mean.value);
  return [
    chart({
      id: 'latency',
      title: t('Latency, end to end'),
      says: t('Of interactions that ended well, each with its 95 % interval.'),
      unit: 'ms',
      head: t('Percentile'),
      columns: [t('Latency')],
      drawn: (['mean', 'p50', 'p95', 'p99'] as const).map((name) => {
        const [low, high] = r.intervals.latencyMs[name];
        return { name: name === 'mean' ? t('mean') : name, bars: [full({ value: r.latencyMs[name], low, high } as Estimate, ms)] };
      }),
    }),
    chart({
      id: 'utilization',
      title: t('Share of time in use'),
      says: busiest ? t('{0} is the busiest, {1} of the time.', busiest.id, percent(busiest.utilization.value)) : '',
      unit: 'share',
      head: resource,
      columns: [t('In use')],
      drawn: of((x) => [full(x.utilization, percent)]),
    }),
    chart({
      id: 'queue',
      title: t('Queue length'),
      says: longest ? t('At {0} most wait: {1} on average.', longest.id, number(longest.queue.value)) : t('Nobody waits.'),
      unit: 'count',
      head: resource,
      columns: [t('Waiting')],
      drawn: of((x) => [full(x.queue, number)]),
    }),
    chart({
      id: 'waits',
      title: t('Waits'),
      says: slowest ? t('For {0} the wait is longest: {1} on average.', slowest.id, ms(slowest.waitMs.mean.value)) : t('Nobody waits.'),
      unit: 'ms',
      head: resource,
      columns: [t('Mean wait'), t('Wait, 95 of 100')],
      drawn: of((x) => [full(x.waitMs.mean, ms), bar('hollow', x.waitMs.p95, ms)]),
    }),
    chart({
      id: 'work',
      title: t('Time of a visit'),
      says: t('Its own work, and with all that it waits for meanwhile.'),
      unit: 'ms',
      head: resource,
      columns: [t('Own work'), t('With its calls')],
      drawn: of((x) => [full(x.ownMs, ms), bar('hollow', x.holdMs, ms)]),
      more: {
        heads: [t('Visits'), t('Errors'), t('Turned away'), t('Until it was warm'), t('Memory'), t('Cost')],
        cells: r.resources.map((x) => [
          rate(x.visitsPerSecond.value),
          percent(x.ownErrorRate.value),
          percent(x.turnedAwayRate.value),
          x.coldMs.value > 0 ? ms(x.coldMs.value) : t('was warm'),
          `${number(x.memoryBytes / 2 ** 30)} GB`,
          t('{0} $ an hour', number(x.costPerHour)),
        ]),
      },
    }),
  ];
}

interface ChartParts extends Pick<BarChart, 'id' | 'title' | 'says' | 'unit' | 'drawn'> {
  /** What rows are of, and what the bars of a row are. */
  readonly head: string;
  readonly columns: readonly string[];
  /** Columns of the table alone. */
  readonly more?: { readonly heads: readonly string[]; readonly cells: readonly (readonly string[])[] };
}

export function chart({ head, columns, more, drawn, ...rest }: ChartParts): BarChart {
  const looks = ['full', 'hollow'] as const;
  return {
    ...rest,
    drawn,
    legend: columns.length > 1 ? columns.map((name, i) => ({ look: looks[i] ?? 'full', name })) : [],
    heads: [head, ...columns, ...(more?.heads ?? [])],
    rows: drawn.map(({ name, bars }, i) => [name, ...bars.map((b) => b.words), ...(more?.cells[i] ?? [])]),
  };
}

/** Of one replication, and of what never varied, there is no interval. What is measured is never below nothing. */
export function bar(
  look: BarRow['bars'][number]['look'],
  { value, low, high }: Estimate,
  words: (v: number | null) => string,
): BarRow['bars'][number] {
  const known = low !== null && high !== null && low !== high;
  return { look, value, ...(known ? { low: Math.max(0, low), high } : {}), words: spread({ value, low, high }, words) };
}

/** The one with the largest figure, where any is above nothing. */
function worst(resources: readonly Resource[], figure: (r: Resource) => number | null): Resource | undefined {
  const [most] = [...resources].sort((a, b) => (figure(b) ?? 0) - (figure(a) ?? 0));
  return most && (figure(most) ?? 0) > 0 ? most : undefined;
}

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
