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
    const made = make(text);
    if (text.length > LONGEST) return made;
    if (known.size >= most) known.clear();
    known.set(text, made);
    return made;
  };
}
