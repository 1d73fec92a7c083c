import { byIdentity, isRecord, own } from './identity.ts';
import { alike } from './threeWay.ts';

/** One field that differs between two documents; undefined: it is not there. */
export interface Difference {
  /** Entries of lists by what they are known by: `resources`, `compose:shop/db`, `sla`, `priority`. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs, as deep as it can be told apart. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): readonly Difference[] {
  if (alike(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(own(before, key), own(after, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [was, is] = [byIdentity(before), byIdentity(after)];
    if (was && is) {
      const names = [...new Set([...was.keys(), ...is.keys()])];
      return names.flatMap((name) => differences(was.get(name), is.get(name), [...path, name]));
    }
  }
  return [{ path, before, after }];
}
