import { aligned } from '../../show/aligned.ts';
import { lengthText, ms, number, percent, rate } from '../../show/threeDigits.ts';
import { english as say } from '../../show/translate.ts';
import type { Effect } from '../../simulate/advice/advise.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { between, isKnown, spread, within } from './estimateWords.ts';

type Deviation = RehearsalResult['deviations'][number];

/** A rehearsal for people, line by line: what was simulated, what came of it, where it went wrong and why, and what would help. */
export function rehearsalText(r: RehearsalResult): readonly string[] {
  return [
    ...settingLines(r),
    '',
    say(
      'throughput {0}   errors {1}   memory {2} GB   cost {3} $ an hour',
      within(r.throughput, r.intervals.throughput, rate),
      within(r.errorRate, r.intervals.errorRate, percent),
      number(r.memoryBytes / 2 ** 30),
      number(r.costPerHour),
    ),
    '',
    ...aligned([['end to end', 'latency', '95 % interval'], ...latencyRows(r)]),
    '',
    ...aligned([
      ['resource', 'busy', 'waiting', 'wait', 'wait p95', 'own work', 'with its calls', 'visits', 'errors'],
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
    ...callLines(r),
    ...section(
      'What goes wrong, the worst first',
      r.causes.map((c) => say('{0} of {1}: {2} ({3} an interaction)', c.law, c.of, c.because, ms(c.harmMs))),
    ),
    ...adviceLines(r),
    ...section(
      'Practices that do not hold',
      r.deviations.flatMap((d) => deviationLines(d, r)),
    ),
    ...section('Assumed, since the document does not say', r.assumed),
    ...section('Notes', r.notes),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((l) => `  ${l}`)];

function settingLines({ rehearsal }: RehearsalResult): readonly string[] {
  const { personas, durationMs, startAt, scale, seed, replications, requests, injected, engine } = rehearsal;
  const begin = startAt === 'any time' ? 'at any time' : say('from {0}', startAt);
  return [
    say(
      '{0}: {1} {2}, scale {3}, seed {4}, {5} replications, {6} requests',
      personas.join(', '),
      lengthText(durationMs),
      begin,
      scale,
      seed,
      replications,
      requests,
    ),
    ...(engine === 'live' ? ['played as real requests'] : []),
    ...injected.map((what) => say('injected: {0}', what)),
  ];
}

const latencyRows = ({ latencyMs, intervals }: RehearsalResult): readonly (readonly string[])[] =>
  (['mean', 'p50', 'p95', 'p99'] as const).map((name) => [
    name === 'mean' ? 'mean' : name,
    ms(latencyMs[name]),
    isKnown(intervals.latencyMs[name]) ? between(intervals.latencyMs[name], ms) : '–',
  ]);

/** What one resource is for another that calls it: its latency with all that lies behind it. */
function callLines({ calls }: RehearsalResult): readonly string[] {
  if (calls.length === 0) return [];
  const rows = calls.map(({ from, to, latencyMs, errorRate }) => [
    `${from} → ${to}`,
    ...[latencyMs.p50, latencyMs.p95, latencyMs.p99].map((e) => spread(e, ms)),
    percent(errorRate.value),
  ]);
  return ['', ...aligned([['call', 'p50', 'p95', 'p99', 'errors'], ...rows])];
}

function adviceLines({ advice, trials, together }: RehearsalResult): readonly string[] {
  const effect = (before: Effect, after: Effect): string =>
    say('p95 {0} → {1}, errors {2} → {3}', ms(before.p95Ms), ms(after.p95Ms), percent(before.errorRate), percent(after.errorRate));
  return [
    ...section(
      say('What would help, by what it is worth ({0} trials of {1} with the same chance)', trials.count, lengthText(trials.durationMs)),
      advice.flatMap((a, i) => [
        // A number, by which `prewarm remedy` knows it.
        `${i + 1}. ${say('{0}: {1}; gain {2} $ an hour, cost {3} $', a.text, effect(a.before, a.after), number(a.gainPerHour), number(a.costPerHour))}`,
        ...(a.assumes ? [`  ${say('assumes that {0}', a.assumes)}`] : []),
      ]),
    ),
    ...(together ? ['', say('All of the best together: {0}', effect(together.before, together.after))] : []),
  ];
}

function deviationLines(d: Deviation, { causes }: RehearsalResult): readonly string[] {
  const root = causes.find((c) => c.of === d.of) ?? causes.find((c) => c.explains.some((what) => what.endsWith(` of ${d.of}`)));
  const is = d.value === null ? 'without limit' : number(d.value);
  return [
    d.atMost === undefined
      ? say('{0}: {1} of {2} is {3}, and should be at least {4}', d.title, d.figure, d.of, is, d.atLeast ?? 0)
      : say('{0}: {1} of {2} is {3}, and should be at most {4}', d.title, d.figure, d.of, is, d.atMost),
    ...(root ? [`  ${say('at its root: {0} of {1}', root.law, root.of)}`] : []),
  ];
}
