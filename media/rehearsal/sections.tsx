import type { BarChart, Rows } from '../../src/show/rehearsal/rehearsalView.ts';
import { Chart, type Tables } from '../charts/chart.tsx';
import { Table } from '../charts/table.tsx';
import { Bars } from './bars.tsx';

/** A chart with its table. */
export function BarSection({ chart, tables }: { readonly chart: BarChart; readonly tables: Tables }) {
  const { id, title, says, heads, rows } = chart;
  return (
    <Chart id={id} title={title} says={says} tables={tables} chart={<Bars chart={chart} />} table={<Table heads={heads} rows={rows} />} />
  );
}

/** What is a table alone. It may be wider than the page, so that it scrolls, by keyboard as well. */
export function TableSection({ table: { id, title, says, heads, rows } }: { readonly table: Rows }) {
  return (
    <section class="table" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="dim">{says}</p>
      <div class="scroll" role="region" tabIndex={0} aria-labelledby={`${id}-title`}>
        <Table heads={heads} rows={rows} />
      </div>
    </section>
  );
}
