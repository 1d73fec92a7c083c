import { duration, gbMinutesText, hitRate, type LedgerDay, type LedgerView, percent } from '../../src/show/ledger.ts';
import { Chart, type Tables } from '../charts/chart.tsx';
import { countScale, plainScale, timeScale } from '../charts/scale.ts';
import { Table } from '../charts/table.tsx';
import { t } from '../translate.ts';
import { Bars } from './bars.tsx';

export interface DayChartProps {
  readonly view: LedgerView;
  readonly tables: Tables;
}

export function SavedChart({ view: { days, totals }, tables }: DayChartProps) {
  const would = totals.would.hits > 0;
  return (
    <Chart
      id="saved"
      title={t('Time saved')}
      says={t('What you did not have to wait for, each day.')}
      tables={tables}
      chart={
        <Bars
          label={[
            t('Time saved each day: {0} in all', duration(totals.savedMs, t)),
            ...(would ? [t('{0} more would have been', duration(totals.would.savedMs, t))] : []),
          ].join('; ')}
          days={days}
          series={[
            { name: t('saved'), look: 'good', of: (d) => d.savedMs },
            ...(would ? [{ name: t('would have been saved'), look: 'dashed', of: (d: LedgerDay) => d.would.savedMs } as const] : []),
          ]}
          words={(ms) => duration(ms, t)}
          scale={timeScale}
        />
      }
      table={dayTable(
        days,
        [t('Saved'), (d) => duration(d.savedMs, t)],
        ...(would ? [[t('Would have saved'), (d: LedgerDay) => duration(d.would.savedMs, t)] as const] : []),
      )}
    />
  );
}

export function HitsChart({ view: { days, totals }, tables }: DayChartProps) {
  const would = totals.would.hits + totals.would.misses > 0;
  const share = hitRate(totals);
  return (
    <Chart
      id="hits"
      title={t('Hits and misses')}
      says={
        share === undefined
          ? t('No use yet; a hit was warm before you came.')
          : t('{0} hits; a hit was warm before you came.', percent(share))
      }
      tables={tables}
      chart={
        <Bars
          label={[
            t('Hits and misses each day: {0} and {1} in all', totals.hits, totals.misses),
            ...(would ? [t('{0} would have been hits', totals.would.hits)] : []),
          ].join('; ')}
          days={days}
          series={[
            { name: t('hits'), look: 'good', of: (d) => d.hits },
            ...(would ? [{ name: t('would have been hits'), look: 'dashed', of: (d: LedgerDay) => d.would.hits } as const] : []),
            { name: t('misses'), look: 'hollow', of: (d) => d.misses },
          ]}
          words={String}
          scale={countScale}
        />
      }
      table={dayTable(
        days,
        [t('Hits'), (d) => d.hits],
        [t('Misses'), (d) => d.misses],
        [t('Hit rate'), rateOf],
        ...(would
          ? [
              [t('Would have been hits'), (d: LedgerDay) => d.would.hits] as const,
              [t('Too late'), (d: LedgerDay) => d.would.misses] as const,
            ]
          : []),
      )}
    />
  );
}

export function WastedChart({ view: { days, totals }, tables }: DayChartProps) {
  return (
    <Chart
      id="wasted"
      title={t('Warm for nothing')}
      says={t('Warmed on a prediction, and never used.')}
      tables={tables}
      chart={
        <Bars
          label={t('Time warm for nothing each day: {0} in all', duration(totals.wastedMs, t))}
          days={days}
          series={[{ name: t('warm for nothing'), look: 'bad', of: (d) => d.wastedMs }]}
          words={(ms) => duration(ms, t)}
          scale={timeScale}
        />
      }
      table={dayTable(
        days,
        [t('Times'), (d) => d.wasted],
        [t('Warm for nothing'), (d) => duration(d.wastedMs, t)],
        ...(totals.would.wasted > 0 ? [[t('Would have been'), (d: LedgerDay) => d.would.wasted] as const] : []),
      )}
    />
  );
}

export function MemoryChart({ view: { days, totals }, tables }: DayChartProps) {
  return (
    <Chart
      id="memory"
      title={t('Memory held for nothing')}
      says={t('The same, times the memory that it took: GB × minutes.')}
      tables={tables}
      chart={
        <Bars
          label={t('Memory held for nothing each day: {0} in all', gbMinutesText(totals.wastedGbMinutes))}
          days={days}
          series={[{ name: t('held for nothing'), look: 'bad', of: (d) => d.wastedGbMinutes }]}
          words={gbMinutesText}
          scale={plainScale}
        />
      }
      table={dayTable(days, [t('Held for nothing'), (d) => gbMinutesText(d.wastedGbMinutes)])}
    />
  );
}

type Column = readonly [string, (day: LedgerDay) => string | number];

/** Newest first, days without a line left out. */
function dayTable(days: readonly LedgerDay[], ...columns: readonly Column[]) {
  const told = days.filter(hasLines).reverse();
  return <Table heads={[t('Day'), ...columns.map(([head]) => head)]} rows={told.map((d) => [d.day, ...columns.map(([, of]) => of(d))])} />;
}

export const hasLines = ({ hits, misses, wasted, would }: LedgerDay): boolean =>
  hits + misses + wasted + would.hits + would.misses + would.wasted > 0;

function rateOf(day: LedgerDay): string {
  const share = hitRate(day);
  return share === undefined ? '–' : percent(share);
}
