/** By what an entry of a list is known again, wherever in the list it stands; undefined where it is known by its place alone. */
export function identityOf(entry: unknown): string | undefined {
  if (!isRecord(entry)) return undefined;
  const { id, name, pattern_name, from, to, field, resource } = entry;
  if (typeof from === 'string' && typeof to === 'string') return `${from} → ${to}`;
  if (typeof field === 'string') return typeof resource === 'string' ? `${field} of ${resource}` : field;
  const own = id ?? pattern_name ?? name;
  return typeof own === 'string' ? own : undefined;
}

/** The entries of a list by what they are known by; undefined where one is not, or two are the same. */
export function byIdentity(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const known = new Map<string, unknown>();
  for (const entry of list) {
    const identity = identityOf(entry);
    if (identity === undefined || known.has(identity)) return undefined;
    known.set(identity, entry);
  }
  return known;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

export const own = (record: JsonRecord, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);

/** Whether two JSON values say the same; the order of members says nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
