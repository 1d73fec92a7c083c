/** What each key's latest values were, and when. `now`, Unix ms. */
export function createLatencies<Key>(now: () => number = () => 0) {
  const latest = new Map<Key, Timed[]>();
  return {
    observe(key: Key, ms: number): void {
      const values = latest.get(key) ?? [];
      values.push({ at: now(), ms });
      if (values.length > KEPT) values.splice(0, values.length - KEPT);
      latest.set(key, values);
    },
    /** Rolling; undefined before there are enough to tell a latency from an accident. */
    median(key: Key): { readonly medianMs: number; readonly samples: number } | undefined {
      const sorted = (latest.get(key) ?? [])
        .slice(-ROLLING)
        .map((v) => v.ms)
        .sort((a, b) => a - b);
      if (sorted.length < ENOUGH) return undefined;
      return { medianMs: sorted[Math.floor(sorted.length / 2)] as number, samples: sorted.length };
    },
    /** Of that time, as far as they are kept (the last 4096). */
    within: (key: Key, since: number, until: number): readonly Timed[] =>
      (latest.get(key) ?? []).filter(({ at }) => at >= since && at <= until),
    forget(key: Key): void {
      latest.delete(key);
    },
  };
}

export interface Timed {
  readonly at: number;
  readonly ms: number;
}

const KEPT = 4096;
const ROLLING = 64;
const ENOUGH = 5;
