import type { BarChart, Rows } from '../../src/show/rehearsal/rehearsalView.ts';
import { Chart, type Tables } from '../charts/chart.tsx';
import { Table } from '../charts/table.tsx';
import { t } from '../translate.ts';
import { Bars } from './bars.tsx';

/** A chart with its table. */
export function BarSection({ chart, tables }: { readonly chart: BarChart; readonly tables: Tables }) {
  const { id, title, says } = chart;
  return (
    <Chart
      id={id}
      title={title}
      says={says}
      tables={tables}
      chart={<Bars chart={chart} />}
      table={<Scrolling rows={chart} looks="figures" />}
    />
  );
}

/** What is a table alone: of figures, or of sentences, which may break. */
export function TableSection({ table, looks }: { readonly table: Rows; readonly looks: 'figures' | 'words' }) {
  return (
    <section aria-labelledby={`${table.id}-title`}>
      <h2 id={`${table.id}-title`}>{table.title}</h2>
      <p class="dim">{table.says}</p>
      <Scrolling rows={table} looks={looks} />
    </section>
  );
}

/** Where it is wider than the page it scrolls, by keyboard as well. */
const Scrolling = ({ rows: { title, heads, rows }, looks }: { readonly rows: Rows; readonly looks: 'figures' | 'words' }) => (
  <div class={`scroll rows ${looks}`} role="region" tabIndex={0} aria-label={t('Table: {0}', title)}>
    <Table heads={heads} rows={rows} />
  </div>
);
