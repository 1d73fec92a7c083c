import { ok, type Result } from '../../domain/index.ts';
import type { ComparisonView, Fact } from '../../show/rehearsal/rehearsalView.ts';
import { ms, number, percent, rate } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import { compareResults, type Difference } from '../../simulate/result/compareResults.ts';
import type { Estimate } from '../../simulate/result/estimate.ts';
import { type RehearsalResult, readResult } from '../../simulate/result/result.ts';
import { bar, chart } from './barChart.ts';
import { type NamedText, parsed } from './parsed.ts';
import type { RehearsalSetting } from './rehearsalSetting.ts';
import { settingFacts } from './settingWords.ts';

/** A rehearsal, or as much as a file of the command line tells of one. */
export interface Compared {
  readonly name: string;
  readonly work: RehearsalSetting;
  readonly result: RehearsalResult;
}

/** The first beside the second; changes are of the second against the first. */
export function comparisonView(a: Compared, b: Compared, t: Translate): ComparisonView {
  const differences = compareResults(a.result, b.result);
  const clear = differences.filter((d) => d.clear).length;
  const told = differences.filter((d) => d.clear !== undefined).length;
  const [nameA, nameB] = a.name === b.name ? [t('{0} (the first)', a.name), t('{0} (the second)', b.name)] : [a.name, b.name];
  return {
    title: t('{0} beside {1}', nameA, nameB),
    headline: t('{0} of {1} figures differ beyond chance: their 95 % intervals do not touch.', clear, told),
    chart: chart({
      id: 'compared-latency',
      title: t('Latency of both'),
      says: t('Of interactions that ended well, each with its 95 % interval.'),
      unit: 'ms',
      head: t('Percentile'),
      columns: [nameA, nameB],
      drawn: (['mean', 'p50', 'p95', 'p99'] as const).map((name) => ({
        name: name === 'mean' ? t('mean') : name,
        bars: [a, b].map(({ result }, i) => {
          const [low, high] = result.intervals?.latencyMs?.[name] ?? [null, null];
          return bar(i === 0 ? 'full' : 'hollow', { value: result.latencyMs[name], low, high } as Estimate, ms);
        }),
      })),
    }),
    differences: {
      id: 'differences',
      title: t('Differences'),
      says: t('What only one of them has is a dash in the other.'),
      heads: [t('Figure'), nameA, nameB, t('Change'), t('Beyond chance')],
      rows: differences.map((d) => [
        d.of === undefined ? figureWord(d.figure, t) : `${d.of}: ${figureWord(d.figure, t)}`,
        valueWords(d, d.a),
        valueWords(d, d.b),
        d.change === null ? '–' : `${d.change > 0 ? '+' : ''}${percent(d.change)}`,
        d.clear === undefined ? '–' : d.clear ? t('yes') : t('no'),
      ]),
    },
    setting: settings(a, b, [nameA, nameB], t),
  };
}

function settings(a: Compared, b: Compared, names: readonly string[], t: Translate): ComparisonView['setting'] {
  const facts = [a, b].map(({ work, result }) => new Map(settingFacts(work, result, t).map((f: Fact) => [f.name, f.value])));
  const all = [...new Set(facts.flatMap((f) => [...f.keys()]))];
  return {
    id: 'settings',
    title: t('Set differently'),
    says: t('All else was the same.'),
    heads: [t('Setting'), ...names],
    rows: all.map((name) => [name, ...facts.map((f) => f.get(name) ?? '–')]).filter(([, x, y]) => x !== y),
  };
}

function valueWords({ unit }: Difference, v: number | null): string {
  if (unit === 'ms') return ms(v);
  if (unit === 'share') return percent(v);
  if (unit === '1/s') return rate(v);
  if (unit === 'bytes') return v === null ? '–' : `${number(v / 2 ** 30)} GB`;
  return unit === '1' ? number(v) : `${number(v)} ${unit}`;
}

function figureWord(figure: string, t: Translate): string {
  const words: Readonly<Record<string, string>> = {
    throughput: t('throughput'),
    'latency mean': t('mean latency'),
    'error rate': t('errors'),
    memory: t('memory'),
    cost: t('cost'),
    utilization: t('share of time in use'),
    queue: t('number waiting'),
    wait: t('mean wait'),
    'own work': t('own work'),
  };
  const percentile = /^latency (p\d+)$/.exec(figure)?.[1];
  return percentile ? t('latency {0}', percentile) : (words[figure] ?? figure);
}

/** A result that the command line or *Export…* wrote. */
export function comparedIn(file: NamedText): Result<Compared> {
  const json = parsed(file, 'a saved rehearsal');
  const result = json.ok ? readResult(json.value, file.name) : json;
  if (!result.ok) return result;
  const { durationMs, scale, seed, replications } = result.value.rehearsal;
  return ok({ name: file.name, work: { durationMs, scale, seed, replications }, result: result.value });
}
