import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import {
  DATASET_FORMATS,
  type DatabaseTarget,
  type DatasetFormat,
  type DatasetSource,
  type DatasetTarget,
  type Resource,
  type VolumeTarget,
} from '../../domain/index.ts';
import { datasetSource, type Parsed } from './datasetSource.ts';
import { engineOf } from './engines.ts';
import { postgresOwnerOf } from './environment.ts';
import { type Json, type JsonMap, record, text } from './json.ts';
import { isTooDeep, TOO_DEEP } from './nesting.ts';
import { type Problem, problemAt } from './problem.ts';

export const isDatasetsFile = (path: string): boolean => path === '.prewarm/datasets.json';

interface Workspace {
  readonly name: string;
  readonly folder: string;
}

interface Scanned {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
}

/** The datasets of `.prewarm/datasets.json` (resources/schemas/datasets.schema.json). What is wrong with one costs that one only. */
export function scanDatasets(file: { readonly path: string; readonly text: string }, at: Workspace, servers: readonly Resource[]): Scanned {
  const entries = entriesOf(file.text);
  if ('problem' in entries) return { resources: [], problems: [problemAt(file.path, entries.line, entries.problem)] };
  const resources: Resource[] = [];
  const problems: Problem[] = [];
  for (const [i, entry] of entries.value.entries()) {
    const made = declared(record(entry), file.path, at, servers, resources);
    if ('value' in made) resources.push(made.value);
    else problems.push(problemAt(file.path, undefined, `${nameFor(entry, i)}: ${made.problem}. It is skipped until this is mended.`));
  }
  return { resources, problems };
}

function entriesOf(source: string): { readonly value: readonly Json[] } | { readonly problem: string; readonly line?: number } {
  if (isTooDeep(source)) return { problem: TOO_DEEP };
  const errors: ParseError[] = [];
  const json = record(parse(source, errors, { allowTrailingComma: true }) as Json | undefined);
  const [error] = errors;
  if (error) {
    const line = source.slice(0, error.offset).split('\n').length;
    return { line, problem: `it is not valid JSON (${printParseErrorCode(error.error)}). No dataset is taken from it until it is mended.` };
  }
  if (!json || !Array.isArray(json.datasets)) return { problem: 'it has no list “datasets”, so no dataset is taken from it.' };
  if (json.version !== 1)
    return { problem: `its “version” is ${JSON.stringify(json.version) ?? 'missing'}, and this Prewarm reads version 1.` };
  return { value: json.datasets as readonly Json[] };
}

const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;
const nameFor = (entry: Json, index: number): string => {
  const name = text(record(entry)?.name);
  return name && NAME.test(name) ? `the dataset “${name}”` : `dataset ${index + 1} of the list`;
};

function declared(
  json: JsonMap | undefined,
  path: string,
  at: Workspace,
  servers: readonly Resource[],
  before: readonly Resource[],
): Parsed<Resource> {
  const name = text(json?.name);
  if (!json || !name || !NAME.test(name)) return { problem: 'its “name” must be letters, digits, “-”, “_” and “.”, at most 63' };
  const id = `dataset:${at.name}/${name}`;
  if (before.some((r) => r.id === id)) return { problem: 'another dataset has this name' };
  const from = text(json.from);
  if (!from) return { problem: '“from” is missing: say where its content comes from' };
  const read = datasetSource(from, text(json.endpoint), at.folder);
  if ('problem' in read) return read;
  const form = formOf(json);
  if ('problem' in form) return form;
  const into = targetOf(json.into, form.value.format, servers, before);
  if ('problem' in into) return into;
  const target = into.value;
  const isVolume = target !== undefined && 'volume' in target;
  const source: DatasetSource = isVolume && read.value.type === 'path' ? { ...read.value, deep: true } : read.value;
  return {
    value: {
      id,
      name,
      kind: 'dataset',
      provider: 'dataset',
      declaredIn: path,
      ports: [],
      dependsOn: target && 'server' in target ? [target.server.id] : [],
      probe: { type: 'health', timeoutMs: 3_600_000 },
      memoryBytes: 0,
      spec: { type: 'dataset', from: source, ...form.value, ...(target ? { into: target } : {}) },
    },
  };
}

function formOf({ format, sha256 }: JsonMap): Parsed<{ format?: DatasetFormat; sha256?: string }> {
  const known = DATASET_FORMATS.find((f) => f === format);
  if (format !== undefined && !known) return { problem: `“format” is none of ${DATASET_FORMATS.join(', ')}` };
  if (sha256 !== undefined && !(typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)))
    return { problem: '“sha256” must be 64 hexadecimal digits' };
  return { value: { ...(known ? { format: known } : {}), ...(typeof sha256 === 'string' ? { sha256: sha256.toLowerCase() } : {}) } };
}

/** A name that leaves room for the endings that a load in progress and its predecessor bear (63 bytes is PostgreSQL's limit). */
const TABLE = /^([A-Za-z_]\w{0,39}\.)?[A-Za-z_]\w{0,39}$/;

function targetOf(
  value: Json | undefined,
  format: DatasetFormat | undefined,
  servers: readonly Resource[],
  before: readonly Resource[],
): Parsed<DatasetTarget | undefined> {
  if (value === undefined || value === null) return { value: undefined };
  const into = record(value);
  if (into && 'volume' in into) return volumeOf(into, format, before);
  if (format === 'files') return { problem: '“format” is files, and only a “volume” takes those' };
  if (into && 'unpack' in into) return { problem: '“unpack” goes with a “volume” only' };
  return databaseOf(into, servers, before);
}

/** As engines allow them; names that begin like ours are ours. */
const VOLUME = /^(?!prewarm-)[A-Za-z0-9][\w.-]{0,99}$/;

function volumeOf(
  { volume, unpack, database, table }: JsonMap,
  format: DatasetFormat | undefined,
  before: readonly Resource[],
): Parsed<VolumeTarget> {
  if (typeof volume !== 'string' || !VOLUME.test(volume))
    return { problem: '“volume” must be letters, digits, “-”, “_” and “.”, at most 100, and not begin with “prewarm-”' };
  if (database !== undefined || table !== undefined) return { problem: '“into” names a “volume” and a “database”. Declare two datasets' };
  if (unpack !== undefined && typeof unpack !== 'boolean') return { problem: '“unpack” must be true or false' };
  if (format !== undefined && format !== 'files')
    return { problem: `“format” is ${format}, and files go into a volume as they are. Leave it out` };
  const other = before.find(({ spec }) => spec.type === 'dataset' && spec.into && 'volume' in spec.into && spec.into.volume === volume);
  if (other) return { problem: `the dataset “${other.name}” is loaded into the same volume` };
  return { value: { volume, ...(unpack ? { unpack } : {}) } };
}

/** The server goes along without its environment: a dataset has no use for its passwords. */
function databaseOf(into: JsonMap | undefined, servers: readonly Resource[], before: readonly Resource[]): Parsed<DatabaseTarget> {
  const service = text(into?.database);
  if (!into || !service) return { problem: '“into” must name a “database”, the name of a service that is declared, or a “volume”' };
  const server = servers.find((r) => r.name === service || r.id === service);
  if (!server) return { problem: `“into” names the database “${service}”, and no such service is declared` };
  const { spec } = server;
  const isPostgres = (spec.type === 'compose' || spec.type === 'docker') && engineOf(spec.image, service)?.name === 'postgres';
  if (!isPostgres) return { problem: `“into” names “${service}”, which is not PostgreSQL; only that can be loaded` };
  const table = text(into.table);
  if (into.table !== undefined && !(table && TABLE.test(table)))
    return { problem: '“table” must be a plain name or schema.name, of at most 40 letters, digits and “_”' };
  const { owner, database } = postgresOwnerOf(spec.environment);
  if (!/^[\w-]{1,45}$/.test(database)) return { problem: `the database “${database}” has a name that is too long or too odd to load` };
  const clash = clashing(before, server, table);
  if (clash) return { problem: clash };
  return { value: { server: { ...server, spec: { ...spec, environment: {} } }, database, user: owner, ...(table ? { table } : {}) } };
}

/** A whole database is swapped at once, so nothing else may be loaded into it. */
function clashing(before: readonly Resource[], server: Resource, table: string | undefined): string | undefined {
  for (const { name, spec } of before) {
    const into = spec.type === 'dataset' ? spec.into : undefined;
    if (
      into &&
      'server' in into &&
      into.server.id === server.id &&
      (into.table === undefined || table === undefined || into.table === table)
    )
      return `the dataset “${name}” is loaded into the same ${table !== undefined && into.table === table ? 'table' : 'database'}`;
  }
  return undefined;
}
