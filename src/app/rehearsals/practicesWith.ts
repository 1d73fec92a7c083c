import { ok, type Result } from '../../domain/index.ts';
import { type Practice, readPractices } from '../../simulate/practice/practice.ts';
import shipped from '../../simulate/practice/practices.json' with { type: 'json' };
import { type NamedText, parsed } from './parsed.ts';

export const A_SET = 'a set of practices';

/** The shipped practices and those of these sets; the same id later replaces an earlier one. */
export function practicesWith(sets: readonly NamedText[]): Result<readonly Practice[]> {
  const all = new Map<string, Practice>();
  const first = readPractices(shipped, 'The shipped practices');
  if (!first.ok) return first;
  for (const p of first.value) all.set(p.id, p);
  for (const set of sets) {
    const json = parsed(set, A_SET);
    const read = json.ok ? readPractices(json.value, set.name) : json;
    if (!read.ok) return read;
    for (const p of read.value) all.set(p.id, p);
  }
  return ok([...all.values()]);
}
