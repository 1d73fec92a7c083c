/** Buckets a power of two: each is 1.1 % wide, so a quantile is told within 0.6 %. */
const BUCKETS = 64;
const SMALLEST = 2 ** -10;
const OCTAVES = 40;

/** Times from a microsecond to a month in a memory that does not grow (after HdrHistogram, Tene 2012). */
export class Histogram {
  count = 0;
  sum = 0;
  max = 0;
  private readonly counts = new Uint32Array(BUCKETS * OCTAVES + 1);

  add(ms: number): void {
    this.count++;
    this.sum += ms;
    if (ms > this.max) this.max = ms;
    this.counts[bucketOf(ms)] = (this.counts[bucketOf(ms)] as number) + 1;
  }

  get mean(): number {
    return this.count === 0 ? Number.NaN : this.sum / this.count;
  }

  /** The time that a share of `q` does not exceed, ms; NaN where nothing was added. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i] as number;
      if (seen >= wanted) return Math.min(this.max, middleOf(i));
    }
    return this.max;
  }

  merge(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
    for (const [i, n] of other.counts.entries()) this.counts[i] = (this.counts[i] as number) + n;
  }

  clear(): void {
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.counts.fill(0);
  }
}

const FLOAT = new Float64Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** By exponent and the first bits of the mantissa: linear within a power of two, and no logarithm. */
function bucketOf(ms: number): number {
  if (!(ms >= SMALLEST)) return 0;
  FLOAT[0] = ms;
  const high = BITS[1] as number;
  const octave = (high >>> 20) - 1023 + 10;
  return octave >= OCTAVES ? BUCKETS * OCTAVES : 1 + octave * BUCKETS + ((high >>> 14) & 63);
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const octave = Math.floor((bucket - 1) / BUCKETS);
  const within = (bucket - 1) % BUCKETS;
  return SMALLEST * 2 ** octave * (1 + (within + 0.5) / BUCKETS);
}
