/** The rolling median of each key's latest values. */
export function createLatencies<Key>() {
  const latest = new Map<Key, number[]>();
  return {
    observe(key: Key, ms: number): void {
      const values = latest.get(key) ?? [];
      values.push(ms);
      if (values.length > KEPT) values.shift();
      latest.set(key, values);
    },
    /** undefined before there are enough to tell a latency from an accident. */
    median(key: Key): { readonly medianMs: number; readonly samples: number } | undefined {
      const sorted = [...(latest.get(key) ?? [])].sort((a, b) => a - b);
      if (sorted.length < ENOUGH) return undefined;
      return { medianMs: sorted[Math.floor(sorted.length / 2)] as number, samples: sorted.length };
    },
    forget(key: Key): void {
      latest.delete(key);
    },
  };
}

const KEPT = 64;
const ENOUGH = 5;
