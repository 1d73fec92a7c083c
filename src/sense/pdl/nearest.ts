/** Longer words are not compared, and of many words only the first: a hint is not worth a long wait. */
const LONGEST = 60;
const MOST_COMPARED = 1000;

/** The known word that this one was likely meant to be: at most a third of its letters differ; undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined;
  if (word.length > LONGEST) return undefined;
  let compared = 0;
  for (const one of known) {
    if (compared++ > MOST_COMPARED) break;
    const most = Math.max(1, Math.floor(Math.max(word.length, one.length) / 3));
    if (one === word || one.length > LONGEST || Math.abs(one.length - word.length) > most) continue;
    const distance = editDistance(word.toLowerCase(), one.toLowerCase());
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { word: one, distance };
  }
  return best?.word;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one of the other (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] as number) + 1 : changed;
      row.push(Math.min(changed, swapped, (last[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}
