import { type Json, type JsonMap, list, record } from './json.ts';

interface Named {
  readonly name: string;
  readonly settings: JsonMap;
}

/** A later value stands instead of the earlier one, though it is a list (Compose Specification, “Merge and override”). */
const WHOLE = /^(command|entrypoint|test)$/;

/**
 * The later services over the earlier: maps are joined, lists appended, single values replaced. `replaced` holds places such as
 * `services/db/ports` whose value was marked to stand alone.
 */
export function mergeServices<S extends Named>(base: readonly S[], over: readonly S[], replaced: ReadonlySet<string>): readonly S[] {
  const merged = new Map(base.map((service) => [service.name, service]));
  for (const service of over) {
    const mine = merged.get(service.name);
    const place = `services/${service.name}`;
    merged.set(service.name, mine ? { ...mine, settings: mergeMaps(mine.settings, service.settings, replaced, place) } : service);
  }
  return [...merged.values()];
}

function mergeMaps(base: JsonMap, over: JsonMap, replaced: ReadonlySet<string>, place: string): JsonMap {
  const out: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const at = `${place}/${key}`;
    out[key] = replaced.has(at) || WHOLE.test(key) ? value : mergeValues(out[key], value, replaced, at);
  }
  return out;
}

function mergeValues(base: Json | undefined, over: Json, replaced: ReadonlySet<string>, place: string): Json {
  const [mine, theirs] = [record(base), record(over)];
  if (mine && theirs) return mergeMaps(mine, theirs, replaced, place);
  if (Array.isArray(base) && Array.isArray(over)) return [...list(base), ...list(over)];
  return over ?? base ?? null;
}
