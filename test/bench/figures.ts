/** One measured figure: the median of its runs and their range (DESIGN §5.3). */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly runs: number;
  readonly min: number;
  readonly max: number;
}

export function figure(unit: string, values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    value: sorted[Math.floor(sorted.length / 2)] as number,
    unit,
    runs: sorted.length,
    min: sorted[0] as number,
    max: sorted.at(-1) as number,
  };
}

/** What a benchmark hands to `run.mjs`: figures, and lines for people to read below them. */
export function tell(figures: Readonly<Record<string, Figure>>, tables: readonly string[] = []): void {
  process.stdout.write(`${JSON.stringify({ figures, tables })}\n`);
}
