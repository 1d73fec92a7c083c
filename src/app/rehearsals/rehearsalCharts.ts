import type { BarChart, BarRow } from '../../show/rehearsal/rehearsalView.ts';
import { ms, number, percent, rate } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import type { Estimate } from '../../simulate/result/estimate.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { bar, chart } from './barChart.ts';

type Resource = RehearsalResult['resources'][number];

/** End to end first, then by resource. */
export function chartsOf(r: RehearsalResult, t: Translate): readonly BarChart[] {
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

/** The one with the largest figure, where any is above nothing. */
function worst(resources: readonly Resource[], figure: (r: Resource) => number | null): Resource | undefined {
  const [most] = [...resources].sort((a, b) => (figure(b) ?? 0) - (figure(a) ?? 0));
  return most && (figure(most) ?? 0) > 0 ? most : undefined;
}
