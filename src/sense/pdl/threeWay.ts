import { durationMs } from './duration.ts';
import { byIdentity, isRecord, own } from './identity.ts';

export interface Merged {
  /** JSON; undefined where both took it out. */
  readonly value: unknown;
  readonly conflicts: readonly Conflict[];
}

/** Both changed it, and not to the same. What is ours holds; what one took out and the other changed stays in. */
export interface Conflict {
  /** Entries of lists by what they are known by: `resources`, `compose:shop/db`, `sla`, `priority`. */
  readonly path: readonly string[];
  readonly theirs: unknown;
  readonly ours: unknown;
}

/**
 * Joins what two made of the same JSON since both knew `base`, field by field, and entry by entry where entries of a list are known by
 * a name. What only one changed is taken from that one. The order and the wording of `theirs` stay, as it is the text that people see.
 */
export function threeWay(base: unknown, theirs: unknown, ours: unknown): Merged {
  const conflicts: Conflict[] = [];
  return { value: joined(base, theirs, ours, [], conflicts), conflicts };
}

function joined(base: unknown, theirs: unknown, ours: unknown, path: readonly string[], conflicts: Conflict[]): unknown {
  if (alike(theirs, ours)) return theirs;
  if (isRecord(theirs) && isRecord(ours)) {
    const was = isRecord(base) ? base : {};
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    const entries = keys.map((key) => [key, joined(own(was, key), own(theirs, key), own(ours, key), [...path, key], conflicts)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const [was, their, our] = [byIdentity(Array.isArray(base) ? base : []), byIdentity(theirs), byIdentity(ours)];
    if (was && their && our) {
      const names = [...new Set([...their.keys(), ...our.keys()])];
      return names
        .map((name) => joined(was.get(name), their.get(name), our.get(name), [...path, name], conflicts))
        .filter((value) => value !== undefined);
    }
  }
  if (alike(theirs, base)) return ours;
  if (alike(ours, base)) return theirs;
  conflicts.push({ path, theirs, ours });
  return ours ?? theirs;
}

/** Numbers are written with six digits, and a time has several ways to be written (`PT24H`, `P1D`). */
export function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));
  if (typeof a === 'string' && typeof b === 'string') {
    const ms = durationMs(a);
    return ms !== undefined && ms === durationMs(b);
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => alike(one, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
}
