import type { Clock } from '../../src/show/clock.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import { percent } from '../../src/show/ledger.ts';
import { numberWords } from '../../src/show/quantityWords.ts';
import { Table } from '../charts/table.tsx';
import { t } from '../translate.ts';
import { bounds } from './reading.ts';

/** What the chart draws, in rows: what is to come, then what was, newest first. */
export function DemandTable({ chart, clock }: { readonly chart: DemandChart; readonly clock: Clock }) {
  const { stepMs, quantity, measure } = chart;
  const planned = (at: number): string =>
    chart.events
      .filter((e) => e.from < at + stepMs && e.until > at)
      .map((e) => e.name)
      .join(', ');
  const isPlanned = chart.forecast.some((p) => planned(p.at) !== '');
  const unexpected = new Map(chart.anomalies.map((mark) => [mark.at, mark.because]));
  return (
    <section class="rows" tabIndex={0} aria-label={t('Table: {0}', chart.subject.name)}>
      <Table
        caption={t('{0}, foreseen by {1}; {2} of what comes should be in between', measure, chart.model, percent(chart.level))}
        heads={[t('When'), t('Expected'), t('Between'), ...(isPlanned ? [t('Planned')] : [])]}
        rows={chart.forecast.map((p) => [
          clock.moment(p.at),
          numberWords(p.value, quantity),
          bounds(chart, p).join(' – '),
          ...(isPlanned ? [planned(p.at)] : []),
        ])}
      />
      <Table
        caption={t('{0}, as it was measured', measure)}
        heads={[t('When'), t('Measured'), ...(unexpected.size > 0 ? [t('Not expected')] : [])]}
        rows={[...chart.history]
          .reverse()
          .map((p) => [
            clock.moment(p.at),
            p.value === undefined ? '–' : numberWords(p.value, quantity),
            ...(unexpected.size > 0 ? [unexpected.get(p.at) ?? ''] : []),
          ])}
      />
    </section>
  );
}
