import { HIGH } from '../model/elementary.ts';

/** Buckets a power of two: each is 1.1 % wide, so a quantile is told within 0.6 %. */
const BUCKETS = 64;
const SMALLEST = 2 ** -10;
const OCTAVES = 40;

/** Times from a microsecond to a month in a memory that does not grow with their number (after HdrHistogram, Tene 2012). */
export class Histogram {
  count = 0;
  sum = 0;
  max = 0;
  /** Below the smallest time that is told apart, such as no wait at all. */
  private least = 0;
  /** The buckets of each power of two, made when one is needed: most stations see few of them. */
  private rows: (Uint32Array | undefined)[] = [];

  add(ms: number): void {
    this.count++;
    this.sum += ms;
    if (ms > this.max) this.max = ms;
    if (!(ms >= SMALLEST)) {
      this.least++;
      return;
    }
    // By exponent and the first bits of the mantissa: linear within a power of two, and no logarithm.
    FLOAT[0] = ms;
    const high = BITS[HIGH] as number;
    const octave = (high >>> 20) - SMALLEST_EXPONENT;
    const row = this.rows[octave < OCTAVES ? octave : OCTAVES] ?? this.rowOf(octave);
    const bucket = (high >>> 14) & (BUCKETS - 1);
    row[bucket] = (row[bucket] as number) + 1;
  }

  get mean(): number {
    return this.count === 0 ? Number.NaN : this.sum / this.count;
  }

  /** The time that a share of `q` does not exceed, ms; NaN where nothing was added. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(q * this.count));
    let seen = this.least;
    if (seen >= wanted) return 0;
    for (const [octave, row] of this.rows.entries()) {
      if (!row) continue;
      for (const [bucket, n] of row.entries()) {
        seen += n;
        if (seen >= wanted) return Math.min(this.max, octave === OCTAVES ? this.max : middleOf(octave, bucket));
      }
    }
    return this.max;
  }

  merge(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
    this.least += other.least;
    for (const [octave, theirs] of other.rows.entries()) {
      if (!theirs) continue;
      const row = this.rows[octave] ?? this.rowOf(octave);
      for (const [bucket, n] of theirs.entries()) row[bucket] = (row[bucket] as number) + n;
    }
  }

  clear(): void {
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.least = 0;
    this.rows = [];
  }

  /** What is longer than a month is one bucket. */
  private rowOf(octave: number): Uint32Array {
    const at = Math.min(octave, OCTAVES);
    while (this.rows.length <= at) this.rows.push(undefined);
    this.rows[at] = new Uint32Array(BUCKETS);
    return this.rows[at];
  }
}

const FLOAT = new Float64Array(1);
const BITS = new Uint32Array(FLOAT.buffer);
/** The exponent of the smallest as a double has it. */
const SMALLEST_EXPONENT = 1023 - 10;

function middleOf(octave: number, bucket: number): number {
  FLOAT[0] = 0;
  BITS[HIGH] = ((SMALLEST_EXPONENT + octave) << 20) | (bucket << 14) | (1 << 13);
  return FLOAT[0] as number;
}
