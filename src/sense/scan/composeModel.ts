import { parse as parseDotenv } from 'dotenv';
import { type Lookup, plainService, type Variables } from './composeService.ts';
import { folderOf, resolvePath } from './filePath.ts';
import { interpolate } from './interpolate.ts';
import { type Json, type JsonMap, list, record, text } from './json.ts';
import { mergeServices } from './mergeServices.ts';
import { type Problem, problemAt } from './problem.ts';
import { parseYaml, type YamlFile } from './yamlFile.ts';

/** A service with every variable filled in, every path told from the workspace and every list of pairs a map. */
export interface ComposeService {
  readonly name: string;
  /** The file that declares it, which an `include` may have brought in. */
  readonly declaredIn: string;
  readonly line: number | undefined;
  readonly settings: JsonMap;
}

/** What the tool would make of one file that it is started with, its overrides, includes and extensions. */
export interface ComposeModel {
  readonly name: string | undefined;
  readonly variables: Variables;
  readonly services: readonly ComposeService[];
  /** The names that the engine knows external volumes by, by their names in the file. */
  readonly externalVolumes: Variables;
  readonly problems: readonly Problem[];
}

interface Loading {
  readonly lookup: Lookup;
  readonly variables: Variables;
  /** Files that are being read, outermost first: a circle ends there. */
  readonly open: readonly string[];
}

export function loadCompose(path: string, override: string | undefined, lookup: Lookup): ComposeModel {
  return load(path, override, { lookup, variables: {}, open: [] });
}

/** The files whose services become part of what this file declares. */
export function includedFiles(path: string, lookup: Lookup): readonly string[] {
  const read = parseYaml(path, lookup(path) ?? '');
  if ('problem' in read) return [];
  const named = includedPaths(read.file.json, dotenvIn(folderOf(path), lookup));
  return named.flatMap((relative) => resolvePath(folderOf(path), relative) ?? []);
}

function load(path: string, override: string | undefined, from: Loading): ComposeModel {
  const variables = { ...dotenvIn(folderOf(path), from.lookup), ...from.variables };
  const nothing = { name: undefined, variables, services: [], externalVolumes: {} };
  const read = parseYaml(path, from.lookup(path) ?? '');
  if ('problem' in read) return { ...nothing, problems: [read.problem] };
  const loading = { ...from, variables, open: [...from.open, path] };
  const base = servicesOf(read.file, loading);
  const over = override === undefined ? undefined : overlayOf(override, path, loading);
  const included = includesOf(read.file, loading);
  const own = over ? mergeServices(base.services, over.services, over.replaced) : base.services;
  const problems = [...base.problems, ...(over?.problems ?? []), ...included.problems];
  const name = text(read.file.json.name);
  const services = [...new Map([...included.services, ...own].map((s) => [s.name, s])).values()];
  const externalVolumes = { ...included.externalVolumes, ...base.externalVolumes, ...over?.externalVolumes };
  return { name: name && interpolate(name, variables), variables, services, externalVolumes, problems };
}

interface Part {
  readonly services: readonly ComposeService[];
  readonly externalVolumes?: Variables;
  readonly problems: readonly Problem[];
}

function servicesOf(file: YamlFile, loading: Loading): Part {
  const declared = record(file.json.services) ?? servicesOfVersion1(file.json);
  if (!declared) return { services: [], problems: missingServices(file) };
  const parts = Object.entries(declared).map(([name, raw]) => serviceOf(name, raw, file, loading));
  return {
    services: parts.flatMap((p) => p.services),
    externalVolumes: externalVolumesOf(file.json, loading.variables),
    problems: parts.flatMap((p) => p.problems),
  };
}

/** `external: true`, or the older `external: { name }`; without a name of its own the engine knows it by that in the file. */
function externalVolumesOf({ volumes }: JsonMap, variables: Variables): Variables {
  const external = Object.entries(record(volumes) ?? {}).flatMap(([key, declared]) => {
    const { external, name } = record(declared) ?? {};
    if (!external) return [];
    return [[key, interpolate(text(record(external)?.name) ?? text(name) ?? key, variables)] as const];
  });
  return Object.fromEntries(external);
}

function serviceOf(name: string, raw: Json, file: YamlFile, loading: Loading): Part {
  const line = file.lineOf('services', name);
  const settings = record(raw);
  if (!settings) {
    const what = `the service “${name}” is not a map of settings and is skipped. Give it an image or a build.`;
    return { services: [], problems: [problemAt(file.path, line, what)] };
  }
  const plain = plainService(settings, { folder: folderOf(file.path), lookup: loading.lookup, variables: loading.variables });
  const extended = extend(name, plain, file, loading);
  return { services: [{ name, declaredIn: file.path, line, settings: extended.settings }], problems: extended.problems };
}

/** The first form of the file, of 2014, had the services at the top. */
function servicesOfVersion1(json: JsonMap): JsonMap | undefined {
  const services = Object.values(json).map(record);
  return services.length > 0 && services.every((s) => s && ('image' in s || 'build' in s)) ? json : undefined;
}

/** A file of includes, volumes or fragments only is no mistake. */
function missingServices({ path, json }: YamlFile): readonly Problem[] {
  const known = /^(include|volumes|networks|secrets|configs|models|x-.*)$/;
  if (Object.keys(json).some((key) => known.test(key))) return [];
  const what = 'it has no “services:” map, so nothing is taken from it. Add one, or rename the file if it is not a compose file.';
  return [problemAt(path, 1, what)];
}

function overlayOf(path: string, base: string, loading: Loading): (Part & { readonly replaced: ReadonlySet<string> }) | undefined {
  const read = parseYaml(path, loading.lookup(path) ?? '');
  if ('problem' in read) return { services: [], problems: [read.problem], replaced: new Set() };
  // Its paths are told from the base file's folder, where it lies too; what it adds is declared by the base for the tool.
  const part = servicesOf(read.file, loading);
  return { ...part, replaced: read.file.replaced, services: part.services.map((s) => ({ ...s, declaredIn: base, line: undefined })) };
}

/** `include`: another application's services become part of this one; paths in it are told from its own folder. */
function includesOf(file: YamlFile, loading: Loading): Part {
  const parts = includedPaths(file.json, loading.variables).map((relative): Part => {
    const path = resolvePath(folderOf(file.path), relative);
    if (path === undefined || isRemote(relative)) return { services: [], problems: [] };
    if (loading.open.includes(path)) return { services: [], problems: [circle(file.path, file.lineOf('include'), relative)] };
    if (loading.lookup(path) === undefined) return { services: [], problems: [missing(file.path, file.lineOf('include'), relative)] };
    return load(path, undefined, loading);
  });
  return {
    services: parts.flatMap((p) => p.services),
    externalVolumes: Object.assign({}, ...parts.map((p) => p.externalVolumes)),
    problems: parts.flatMap((p) => p.problems),
  };
}

function includedPaths(json: JsonMap, variables: Variables): readonly string[] {
  return list(json.include)
    .flatMap((entry) => list(record(entry)?.path ?? entry))
    .flatMap((path) => (typeof path === 'string' ? [interpolate(path, variables)] : []));
}

/** `extends`: the settings of another service, of this or another file, under its own. */
function extend(name: string, settings: JsonMap, file: YamlFile, loading: Loading): { settings: JsonMap; problems: readonly Problem[] } {
  if (settings.extends === undefined) return { settings, problems: [] };
  const line = file.lineOf('services', name, 'extends');
  const { service, relative } = extension(settings.extends);
  const path = relative === undefined ? file.path : (resolvePath(folderOf(file.path), relative) ?? '');
  const step = `${path}#${service}`;
  if (loading.open.includes(step)) return { settings, problems: [circle(file.path, line, service)] };
  const other = path === file.path ? { file } : readOther(path, loading.lookup);
  const raw = other && record(record(other.file.json.services)?.[service]);
  if (!other || !raw) return { settings, problems: [missing(file.path, line, relative ?? `the service “${service}”`)] };
  const base = serviceOf(service, raw, other.file, { ...loading, open: [...loading.open, step] });
  const [merged] = mergeServices(
    base.services.map((s) => ({ ...s, name })),
    [{ name, declaredIn: file.path, line, settings }],
    file.replaced,
  );
  return { settings: merged?.settings ?? settings, problems: base.problems };
}

function extension(declared: Json): { readonly service: string; readonly relative: string | undefined } {
  const long = record(declared);
  return long ? { service: String(long.service ?? ''), relative: text(long.file) } : { service: String(declared), relative: undefined };
}

function readOther(path: string, lookup: Lookup): { readonly file: YamlFile } | undefined {
  const read = parseYaml(path, lookup(path) ?? '');
  return 'file' in read ? read : undefined;
}

const isRemote = (path: string): boolean => /^(https?|oci|git|ssh):|^git@/.test(path);

const circle = (path: string, line: number | undefined, to: string): Problem =>
  problemAt(path, line, `“${to}” leads back to this file or service; the circle is cut here. Remove one of its links.`);

const missing = (path: string, line: number | undefined, what: string): Problem =>
  problemAt(path, line, `it refers to ${what}, which is not in the workspace; what that declares is left out. Correct the path.`);

function dotenvIn(folder: string, lookup: Lookup): Variables {
  const source = lookup(folder === '' ? '.env' : `${folder}/.env`);
  return source === undefined ? {} : parseDotenv(source);
}
