import { aligned } from '../../show/aligned.ts';
import { lengthText, ms, number, percent, rate } from '../../show/threeDigits.ts';
import { english, type Translate } from '../../show/translate.ts';
import type { Effect } from '../../simulate/advice/advise.ts';
import type { Estimate } from '../../simulate/result/estimate.ts';
import type { Interval, RehearsalResult } from '../../simulate/result/result.ts';

type Words = (value: number | null) => string;
type Deviation = RehearsalResult['deviations'][number];

/** A rehearsal for people, line by line: what was simulated, what came of it, where it went wrong and why, and what would help. */
export function rehearsalText(r: RehearsalResult, t: Translate = english): readonly string[] {
  return [
    ...settingLines(r, t),
    '',
    t(
      'throughput {0}   errors {1}   memory {2} GB   cost {3} $ an hour',
      within(r.throughput, r.intervals.throughput, rate),
      within(r.errorRate, r.intervals.errorRate, percent),
      number(r.memoryBytes / 2 ** 30),
      number(r.costPerHour),
    ),
    '',
    ...aligned([[t('end to end'), t('latency'), t('95 % interval')], ...latencyRows(r, t)]),
    '',
    ...aligned([
      [t('resource'), t('busy'), t('waiting'), t('wait'), t('wait p95'), t('own work'), t('with its calls'), t('visits'), t('errors')],
      ...r.resources.map((x) => [
        x.id,
        spread(x.utilization, percent),
        number(x.queue.value),
        spread(x.waitMs.mean, ms),
        spread(x.waitMs.p95, ms),
        spread(x.ownMs, ms),
        spread(x.holdMs, ms),
        rate(x.visitsPerSecond.value),
        percent(x.ownErrorRate.value),
      ]),
    ]),
    ...callLines(r, t),
    ...section(
      t('What goes wrong, the worst first'),
      r.causes.map((c) => t('{0} of {1}: {2} ({3} an interaction)', c.law, c.of, c.because, ms(c.harmMs))),
    ),
    ...adviceLines(r, t),
    ...section(
      t('Practices that do not hold'),
      r.deviations.flatMap((d) => deviationLines(d, r, t)),
    ),
    ...section(t('Assumed, since the document does not say'), r.assumed),
    ...section(t('Notes'), r.notes),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((l) => `  ${l}`)];

function settingLines({ rehearsal }: RehearsalResult, t: Translate): readonly string[] {
  const { personas, durationMs, startAt, scale, seed, replications, requests, injected, engine } = rehearsal;
  const begin = startAt === 'any time' ? t('at any time') : t('from {0}', startAt);
  return [
    t(
      '{0}: {1} {2}, scale {3}, seed {4}, {5} replications, {6} requests',
      personas.join(', '),
      lengthText(durationMs),
      begin,
      scale,
      seed,
      replications,
      requests,
    ),
    ...(engine === 'live' ? [t('played as real requests')] : []),
    ...injected.map((what) => t('injected: {0}', what)),
  ];
}

const latencyRows = ({ latencyMs, intervals }: RehearsalResult, t: Translate): readonly (readonly string[])[] =>
  (['mean', 'p50', 'p95', 'p99'] as const).map((name) => [
    name === 'mean' ? t('mean') : name,
    ms(latencyMs[name]),
    isKnown(intervals.latencyMs[name]) ? between(intervals.latencyMs[name], ms) : '–',
  ]);

/** What one resource is for another that calls it: its latency with all that lies behind it. */
function callLines({ calls }: RehearsalResult, t: Translate): readonly string[] {
  if (calls.length === 0) return [];
  const rows = calls.map(({ from, to, latencyMs, errorRate }) => [
    `${from} → ${to}`,
    ...[latencyMs.p50, latencyMs.p95, latencyMs.p99].map((e) => spread(e, ms)),
    percent(errorRate.value),
  ]);
  return ['', ...aligned([[t('call'), 'p50', 'p95', 'p99', t('errors')], ...rows])];
}

function adviceLines({ advice, trials, together }: RehearsalResult, t: Translate): readonly string[] {
  const effect = (before: Effect, after: Effect): string =>
    t('p95 {0} → {1}, errors {2} → {3}', ms(before.p95Ms), ms(after.p95Ms), percent(before.errorRate), percent(after.errorRate));
  return [
    ...section(
      t('What would help, by what it is worth ({0} trials of {1} with the same chance)', trials.count, lengthText(trials.durationMs)),
      advice.flatMap((a, i) => [
        // A number, by which `prewarm remedy` knows it.
        `${i + 1}. ${t('{0}: {1}; gain {2} $ an hour, cost {3} $', a.text, effect(a.before, a.after), number(a.gainPerHour), number(a.costPerHour))}`,
        ...(a.assumes ? [`  ${t('assumes that {0}', a.assumes)}`] : []),
      ]),
    ),
    ...(together ? ['', t('All of the best together: {0}', effect(together.before, together.after))] : []),
  ];
}

function deviationLines(d: Deviation, { causes }: RehearsalResult, t: Translate): readonly string[] {
  const root = causes.find((c) => c.of === d.of) ?? causes.find((c) => c.explains.some((what) => what.endsWith(` of ${d.of}`)));
  const is = d.value === null ? t('without limit') : number(d.value);
  return [
    d.atMost === undefined
      ? t('{0}: {1} of {2} is {3}, and should be at least {4}', d.title, d.figure, d.of, is, d.atLeast ?? 0)
      : t('{0}: {1} of {2} is {3}, and should be at most {4}', d.title, d.figure, d.of, is, d.atMost),
    ...(root ? [`  ${t('at its root: {0} of {1}', root.law, root.of)}`] : []),
  ];
}

/** `6.2 ms (6.1 ms – 6.3 ms)`: a figure and its 95 % interval. */
const within = (value: number | null, interval: Interval, words: Words): string =>
  isKnown(interval) ? `${words(value)} (${between(interval, words)})` : words(value);
/** `6.2 ms ± 0.1 ms`: the same, where there is less room. */
const spread = ({ value, low, high }: Estimate, words: Words): string =>
  isKnown([low, high]) ? `${words(value)} ± ${words((high - low) / 2)}` : words(value);

/** Of one replication, and of what never varied, there is no interval to tell. */
const isKnown = ([low, high]: Interval): boolean => low !== null && high !== null && low !== high;
/** What is measured is never below nothing, even where the interval of few replications is. */
const between = ([low, high]: Interval, words: Words): string => `${words(low === null ? null : Math.max(0, low))} – ${words(high)}`;
