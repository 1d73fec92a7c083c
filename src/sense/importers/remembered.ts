/** Histories repeat themselves. Longer texts do not, and would be much to remember. */
const LONGEST = 500;

/**
 * Remembers what `make` gave for the last few thousand texts. Forgetting all of them at once is cheaper than knowing which
 * is the oldest.
 */
export function remembered<T>(make: (text: string) => T, most = 4096): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (text.length > LONGEST) return make(text);
    const own = detached(text);
    const made = make(own);
    if (known.size >= most) known.clear();
    known.set(own, made);
    return made;
  };
}

/** A line that was cut from a piece of a file keeps the whole piece in memory; this is the same text by itself. */
const detached = (text: string): string => ` ${text}`.slice(1);
