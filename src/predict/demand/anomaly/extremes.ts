/** How far back a range looks at least and at most, in rows. */
const LEAST_ROWS = 400;
const MOST_ROWS = 10_000;

/**
 * The range of the last `share` of all numbers so far (of the last 400 at least), by two monotonic queues: amortised constant time.
 */
export interface Extremes {
  /** Numbers so far. */
  readonly count: number;
  /** The range before the next number; both NaN at first. */
  readonly least: number;
  readonly most: number;
  /**
   * How far a number lies beyond the range, in widths of it; negative within. Then it is part of the range.
   *
   * @param side which end is watched: 1 the upper, −1 the lower.
   */
  beyond(value: number, side: 1 | -1): number;
}

export function createExtremes(share: number): Extremes {
  const upper = createQueue((kept, value) => kept <= value);
  const lower = createQueue((kept, value) => kept >= value);
  let count = 0;
  let largest = 0;
  return {
    get count() {
      return count;
    },
    get least() {
      return lower.front();
    },
    get most() {
      return upper.front();
    },
    beyond(value, side) {
      const start = count - Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(share * count)));
      upper.forget(start);
      lower.forget(start);
      largest = Math.max(largest, Math.abs(value));
      const [least, most] = [lower.front(), upper.front()];
      const over = side > 0 ? value - most : least - value;
      upper.push(count, value);
      lower.push(count, value);
      // The range of a constant is as good as nothing, not nothing.
      return count++ === 0 ? 0 : Math.min(1000, over / (most - least + 1e-9 * largest + 1e-12));
    },
  };
}

/** The numbers that may still become the end of the range, the end itself first. */
function createQueue(yields: (kept: number, value: number) => boolean) {
  let rows: number[] = [];
  let values: number[] = [];
  let from = 0;
  return {
    front: (): number => values[from] ?? Number.NaN,
    forget(before: number): void {
      while (from < rows.length && (rows[from] as number) < before) from++;
      if (from > 1024 && from * 2 > rows.length) {
        rows = rows.slice(from);
        values = values.slice(from);
        from = 0;
      }
    },
    push(row: number, value: number): void {
      while (rows.length > from && yields(values[values.length - 1] as number, value)) {
        rows.pop();
        values.pop();
      }
      rows.push(row);
      values.push(value);
    },
  };
}
