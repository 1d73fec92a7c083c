/** Personas that are left out of a need because they are unlikely weigh at most this much together. */
export const LEFT_OUT = 1e-3;
/** At most about this many personas are asked what they need; where more are likely, none of them says much. */
export const MOST_ASKED = 128;

export interface Leading {
  /** Ascending. */
  readonly personas: readonly number[];
  /** The weight of all others, "none" left out: no need differs by more than this from one that asks every persona. */
  readonly leftOut: number;
}

/** The word of a double that holds sign, exponent and the first 20 bits of the fraction: which one it is depends on the machine. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1;
/** Of these, the exponent tells the bucket, so that weights in one bucket differ by half at most. */
const SHIFT = 20;
const BUCKETS = 2 ** (32 - SHIFT);

/**
 * The likeliest of the first `count` weights: all where they are at most `most`; else, of those above `LEFT_OUT` / count, at
 * most `most`, the larger buckets first and within the last bucket in order. Linear time: the bits of positive doubles
 * rise as they do.
 */
export function leading(weights: Float64Array, count: number, most = MOST_ASKED): Leading {
  if (count <= most) return { personas: [...Array(count).keys()], leftOut: 0 };
  const words = new Uint32Array(weights.buffer, weights.byteOffset, 2 * count);
  const bucketOf = (k: number): number => (words[2 * k + HIGH] as number) >>> SHIFT;
  const floor = LEFT_OUT / count;
  const { bucket: last, room } = lastBucket(weights, count, floor, bucketOf, most);
  const personas: number[] = [];
  let left = room;
  let leftOut = 0;
  for (let k = 0; k < count; k++) {
    const weight = weights[k] as number;
    const bucket = bucketOf(k);
    if (weight > floor && (bucket > last || (bucket === last && left-- > 0))) personas.push(k);
    else leftOut += weight;
  }
  return { personas, leftOut };
}

/** The bucket at which `most` are reached, and how many of it there is room for; all of bucket 0 where they never are. */
function lastBucket(weights: Float64Array, count: number, floor: number, bucketOf: (k: number) => number, most: number) {
  const sizes = new Uint32Array(BUCKETS);
  for (let k = 0; k < count; k++) if ((weights[k] as number) > floor) sizes[bucketOf(k)] = (sizes[bucketOf(k)] as number) + 1;
  let room = most;
  for (let bucket = BUCKETS - 1; bucket > 0; bucket--) {
    if ((sizes[bucket] as number) > room) return { bucket, room };
    room -= sizes[bucket] as number;
  }
  return { bucket: 0, room };
}
