/** The last `size` numbers, oldest overwritten. */
export function createLast(size: number) {
  const ring = new Float64Array(size);
  let count = 0;
  return {
    get length(): number {
      return Math.min(count, size);
    },
    /** The one that was added `ago` before the last; of fewer, the oldest there is. */
    ago(ago: number): number {
      const back = Math.min(ago, Math.min(count, size) - 1);
      return ring[(count - 1 - back) % size] as number;
    },
    /** Gives the one that had to go. */
    add(value: number): number | undefined {
      const gone = count >= size ? (ring[count % size] as number) : undefined;
      ring[count++ % size] = value;
      return gone;
    },
  };
}

/** Mean of the last `size` numbers. */
export function createMean(size: number): (value: number) => number {
  const last = createLast(size);
  let sum = 0;
  let added = 0;
  return (value) => {
    sum += value - (last.add(value) ?? 0);
    // A new sum now and then, so that rounding does not pile up.
    if (++added % size === 0) {
      sum = 0;
      for (let i = 0; i < last.length; i++) sum += last.ago(i);
    }
    return sum / last.length;
  };
}

/** Quantiles of the last `size` numbers. */
export function createQuantiles(size: number) {
  const last = createLast(size);
  const sorted = new Float64Array(size + 1);
  let length = 0;
  return {
    /** Nearest rank; `otherwise` where there is none yet. */
    quantile: (share: number, otherwise: number): number =>
      length === 0 ? otherwise : (sorted[Math.floor(share * (length - 1) + 0.5)] as number),
    add(value: number): void {
      const gone = last.add(value);
      const at = placeOf(sorted, length, value);
      sorted.copyWithin(at + 1, at, length);
      sorted[at] = value;
      length++;
      if (gone === undefined) return;
      const out = placeOf(sorted, length, gone);
      sorted.copyWithin(out, out + 1, length);
      length--;
    },
  };
}

/** First place whose number is not below. */
function placeOf(sorted: Float64Array, length: number, value: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
