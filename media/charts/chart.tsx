import type { ComponentChildren } from 'preact';
import { t } from '../translate.ts';

/** Which charts have their table open, and how that changes. */
export interface Tables {
  readonly open: readonly string[];
  readonly toggle: (chart: string, open: boolean) => void;
}

interface Open {
  /** Charts whose table is open. */
  readonly tables: readonly string[];
}

/** Kept with the page. */
export const tablesIn = ({ tables: open }: Open, keep: (change: (before: Open) => Open) => void): Tables => ({
  open,
  toggle: (chart, open) =>
    keep(({ tables }) => ({ tables: open ? [...new Set([...tables, chart])] : tables.filter((one) => one !== chart) })),
});

export interface ChartProps {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly tables: Tables;
  readonly chart: ComponentChildren;
  /** The same in rows. */
  readonly table: ComponentChildren;
}

/** A chart with its twin. */
export function Chart({ id, title, says, tables, chart, table }: ChartProps) {
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="dim">{says}</p>
      {chart}
      <details open={tables.open.includes(id)} onToggle={(event) => tables.toggle(id, event.currentTarget.open)}>
        <summary>
          {t('Table')}
          <span class="hidden">: {title}</span>
        </summary>
        <div class="scroll">{table}</div>
      </details>
    </section>
  );
}
