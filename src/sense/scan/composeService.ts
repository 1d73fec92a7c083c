import { parse as parseDotenv } from 'dotenv';
import { isAbsolute, resolvePath } from './filePath.ts';
import { interpolate } from './interpolate.ts';
import { type Json, type JsonMap, list, record, text } from './json.ts';

export type Variables = Readonly<Record<string, string>>;
/** The text of a file of the workspace; undefined where it was not read. */
export type Lookup = (path: string) => string | undefined;

/** Where a service is written: its file's folder, the other files, and what its variables stand for. */
export interface Place {
  readonly folder: string;
  readonly lookup: Lookup;
  readonly variables: Variables;
}

/** Variables filled in, and one form for what may be written in two, so that merging and reading need to know only one. */
export function plainService(declared: JsonMap, place: Place): JsonMap {
  const service = record(filledIn(declared, place.variables)) ?? {};
  const { environment, env_file, depends_on, volumes } = service;
  return {
    ...service,
    ...((environment ?? env_file) === undefined
      ? {}
      : { environment: { ...fromFiles(env_file, place), ...pairs(environment, place.variables) } }),
    ...(depends_on === undefined ? {} : { depends_on: record(depends_on) ?? named(list(depends_on)) }),
    ...(volumes === undefined ? {} : { volumes: list(volumes).map((volume) => mount(volume, place.folder)) }),
  };
}

export function envFiles(declared: Json | undefined, folder: string): readonly string[] {
  return list(declared).flatMap((entry) => resolvePath(folder, String(record(entry)?.path ?? entry)) ?? []);
}

function fromFiles(declared: Json | undefined, { folder, lookup }: Place): Variables {
  return Object.assign({}, ...envFiles(declared, folder).map((path) => parseDotenv(lookup(path) ?? '')));
}

function filledIn(value: Json, variables: Variables): Json {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((v: Json) => filledIn(v, variables));
  const map = record(value);
  return map ? Object.fromEntries(Object.entries(map).map(([k, v]) => [k, filledIn(v, variables)])) : value;
}

/** `NAME=value` lines, or a map; a name alone takes the value that the project has for it, if any. */
function pairs(value: Json | undefined, variables: Variables): JsonMap {
  const entries: readonly (readonly [string, Json | undefined])[] = record(value)
    ? Object.entries(record(value) ?? {})
    : list(value).map((line) => {
        const [, name = '', given] = String(line).match(/^([^=]*)(?:=([\s\S]*))?$/) ?? [];
        return [name, given] as const;
      });
  return Object.fromEntries(
    entries.flatMap(([name, given]) => {
      const known = given ?? variables[name];
      return known === undefined || known === null ? [] : [[name, String(known)]];
    }),
  );
}

const named = (names: readonly Json[]): JsonMap => Object.fromEntries(names.map((name) => [String(name), {}]));

/** Short and long mounts as `{source, target}` or `{volume, target}`; the path of a bind is told from the workspace. */
function mount(volume: Json, folder: string): Json {
  const long = record(volume);
  const [, short = '', target = ''] = long ? [] : (String(volume).match(/^((?:[A-Za-z]:)?[^:]*):([^:]*)/) ?? []);
  const source = long ? (text(long.source) ?? '') : short;
  const bind = /^\.{1,2}(\/|$)/.test(source);
  const at = bind ? resolvePath(folder, source) : isAbsolute(source) ? source : undefined;
  const from = at !== undefined ? { source: bind ? `./${at}` : at } : !bind && /^[A-Za-z0-9]/.test(source) ? { volume: source } : {};
  return { target: long ? (text(long.target) ?? '') : target, ...from };
}
