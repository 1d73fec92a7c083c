import type { BarChart, BarRow } from '../../show/rehearsal/rehearsalView.ts';
import type { Estimate } from '../../simulate/result/estimate.ts';
import { spread } from './estimateWords.ts';

export interface ChartParts extends Pick<BarChart, 'id' | 'title' | 'says' | 'unit' | 'drawn'> {
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
