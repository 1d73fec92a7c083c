import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Port, Probe, Resource } from '../../domain/index.ts';
import { classify, memoryGuess } from './classify.ts';
import { interpolate } from './interpolate.ts';
import { type Problem, problemAt } from './problem.ts';

export interface ComposeInput {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The file that the tool merges over it by itself (`compose.override.yaml`), if there is one. */
  readonly override?: { readonly path: string; readonly text: string };
  /** Of the `.env` beside it; for interpolation only. */
  readonly variables: Readonly<Record<string, string>>;
  /** Absolute folder of the workspace, forward slashes. */
  readonly folder: string;
}

export const isComposeFile = (path: string): boolean => /(^|\/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i.test(path);
export const isOverrideFile = (path: string): boolean => /(^|\/)(docker-)?compose\.override\.ya?ml$/i.test(path);

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
type Service = Record<string, Json>;

/** The resources that one compose file declares (Compose Specification; v1 and v2 names). One problem names a broken file. */
export function scanCompose(input: ComposeInput): { readonly resources: readonly Resource[]; readonly problems: readonly Problem[] } {
  const base = parseYaml(input.path, input.text);
  if ('problem' in base) return { resources: [], problems: [base.problem] };
  const over = input.override ? parseYaml(input.override.path, input.override.text) : undefined;
  const problems = over && 'problem' in over ? [over.problem] : [];
  const services = record(base.json.services);
  if (!services) return { resources: [], problems: [...problems, ...notCompose(input.path, base.json)] };
  const overlay = over && 'json' in over ? (record(over.json.services) ?? {}) : {};
  const all = mergeServices(services, overlay);
  const project = projectName(input, base.json);
  const resources: Resource[] = [];
  for (const [name, raw] of Object.entries(all)) {
    const service = record(raw);
    if (!service)
      problems.push(
        problemAt(input.path, undefined, `the service “${name}” is not a map of settings and is skipped. Give it an image or a build.`),
      );
    else resources.push(resourceOf(name, resolved(service, input.variables) as Service, project, input));
  }
  return { resources, problems };
}

function parseYaml(path: string, text: string): { json: Record<string, Json> } | { problem: Problem } {
  const counter = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { merge: true, lineCounter: counter, uniqueKeys: false, logLevel: 'silent', version: '1.2' });
  } catch (error) {
    return {
      problem: problemAt(
        path,
        undefined,
        `it is not valid YAML (${(error as Error).message}). Its services are skipped until it is mended.`,
      ),
    };
  }
  const error = document.errors[0];
  if (error) {
    const line = error.linePos?.[0].line ?? counter.linePos(error.pos[0]).line;
    return {
      problem: problemAt(
        path,
        line,
        `it is not valid YAML (${error.message.split('\n')[0]?.replace(/ at line.*$/, '')}). Its services are skipped until it is mended.`,
      ),
    };
  }
  if (!isMap(document.contents)) {
    const what = isScalar(document.contents) || document.contents === null ? 'it is empty or a single value' : 'it is a list';
    return { problem: problemAt(path, 1, `${what}, not a compose file. Its services are skipped until it has a “services:” map.`) };
  }
  try {
    return { json: document.toJS({ maxAliasCount: 1000 }) as Record<string, Json> };
  } catch (fault) {
    return {
      problem: problemAt(path, undefined, `it cannot be read (${(fault as Error).message}). Its services are skipped until it is mended.`),
    };
  }
}

/** A file of includes or of volumes only is no mistake. */
function notCompose(path: string, json: Record<string, Json>): readonly Problem[] {
  if (['include', 'volumes', 'networks', 'secrets', 'configs', 'x-common'].some((key) => key in json)) return [];
  return [
    problemAt(path, 1, 'it has no “services:” map, so nothing is taken from it. Add one, or rename the file if it is not a compose file.'),
  ];
}

/** The parts of the merge rules that matter here: maps are joined, ports and other lists appended, single values replaced. */
function mergeServices(base: Record<string, Json>, over: Record<string, Json>): Record<string, Json> {
  const out: Record<string, Json> = { ...base };
  for (const [name, service] of Object.entries(over)) {
    const mine = record(out[name]);
    const theirs = record(service);
    out[name] = mine && theirs ? mergeMaps(mine, theirs) : service;
  }
  return out;
}

function mergeMaps(base: Service, over: Service): Service {
  const out: Service = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const mine = out[key];
    if (Array.isArray(mine) && Array.isArray(value) && key !== 'command' && key !== 'entrypoint') out[key] = [...mine, ...value];
    else if (record(mine) && record(value)) out[key] = mergeMaps(mine as Service, value as Service);
    else out[key] = value;
  }
  return out;
}

function resolved(value: Json, variables: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((v) => resolved(v, variables));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolved(v, variables)]));
  return value;
}

function resourceOf(name: string, service: Service, project: string, input: ComposeInput): Resource {
  const image = text(service.image);
  const once = /^(no|false)$/.test(String(service.restart ?? '')) && !service.ports && !service.healthcheck ? 'once' : 'serves';
  const kind = classify(image, name, once);
  const ports = portsOf(service);
  const id = (other: string): string => `compose:${project}/${other}`;
  return {
    id: id(name),
    name,
    kind,
    provider: 'compose',
    declaredIn: input.path,
    ports,
    dependsOn: namesIn(service.depends_on)
      .concat(namesIn(service.links).map((l) => l.split(':')[0] as string))
      .filter((n, i, all) => n !== name && all.indexOf(n) === i)
      .map(id),
    probe: probeOf(service, ports),
    memoryBytes: memoryLimit(service) ?? memoryGuess(kind),
    spec: {
      type: 'compose',
      file: `${input.folder}/${input.path}`,
      project,
      service: name,
      ...(image ? { image } : {}),
      environment: environmentOf(service.environment),
      seedFiles: seedFolders(service, input),
      profiles: list(service.profiles).map(String),
    },
  };
}

/** Compose's own rule: `name:`, else the folder, lower case, only letters, digits, - and _. */
function projectName(input: ComposeInput, json: Record<string, Json>): string {
  const declared = text(json.name);
  const folder = input.path.includes('/') ? input.path.split('/').at(-2) : input.folder.split('/').at(-1);
  const name = (declared ? interpolate(declared, input.variables) : (input.variables.COMPOSE_PROJECT_NAME ?? folder ?? 'default'))
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return name || 'default';
}

function portsOf(service: Service): readonly Port[] {
  const declared = list(service.ports).flatMap((p) => (record(p) ? longPort(record(p) as Service) : shortPort(String(p))));
  const exposed = list(service.expose).flatMap((p) =>
    Number(p) > 0 && !declared.some((d) => d.container === Number(p)) ? [{ container: Number(p), protocol: 'tcp' } as const] : [],
  );
  return [...declared, ...exposed];
}

function longPort(port: Service): Port[] {
  const container = Number(port.target);
  const host = Number(port.published);
  if (!isPort(container)) return [];
  return [{ container, protocol: port.protocol === 'udp' ? 'udp' : 'tcp', ...(isPort(host) ? { host } : {}) }];
}

/** `[[ip:][host[-host]]:]container[-container][/protocol]`, IPv6 in brackets. */
function shortPort(text: string): Port[] {
  const [, mapping = '', protocol = 'tcp'] = text.match(/^(.*?)(?:\/(tcp|udp))?$/) ?? [];
  const parts = mapping.replace(/^\[[^\]]*\]:/, '').split(':');
  const containers = range(parts.at(-1) ?? '');
  const hosts = parts.length > 1 ? range(parts.at(-2) ?? '') : [];
  return containers.map((container, i) => {
    const host = hosts.length === containers.length ? hosts[i] : undefined;
    return { container, protocol: protocol as 'tcp' | 'udp', ...(host === undefined ? {} : { host }) };
  });
}

function range(text: string): number[] {
  const [from = Number.NaN, to = from] = text.split('-').map(Number);
  if (!isPort(from) || !isPort(to) || to < from || to - from > 100) return [];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

const isPort = (n: number): boolean => Number.isInteger(n) && n > 0 && n < 65_536;

/** Its own health check where there is one, else its first port; a thing with neither is ready when it runs. */
function probeOf(service: Service, ports: readonly Port[]): Probe {
  const check = record(service.healthcheck);
  const timeoutMs = 120_000;
  if (check && check.disable !== true && check.test !== undefined && String(check.test) !== 'NONE') return { type: 'health', timeoutMs };
  const port = ports.find((p) => p.protocol === 'tcp');
  return port ? { type: 'port', port: port.container, timeoutMs } : { type: 'health', timeoutMs };
}

function environmentOf(value: Json | undefined): Record<string, string> {
  const map = record(value);
  if (map) return Object.fromEntries(Object.entries(map).map(([k, v]) => [k, v === null ? '' : String(v)]));
  return Object.fromEntries(
    list(value).map((line) => {
      const [name = '', ...rest] = String(line).split('=');
      return [name, rest.join('=')];
    }),
  );
}

/** What is mounted at the official database images' place for init scripts, as absolute paths (folders end in `/`). */
function seedFolders(service: Service, input: ComposeInput): readonly string[] {
  const base = `${input.folder}/${input.path}`.replace(/\/[^/]*$/, '');
  return list(service.volumes).flatMap((volume) => {
    const long = record(volume);
    const [source = '', target = ''] = long ? [text(long.source) ?? '', text(long.target) ?? ''] : String(volume).split(':');
    if (!target.startsWith('/docker-entrypoint-initdb.d') || !/^[./]/.test(source)) return [];
    const path = source.startsWith('/') ? source : `${base}/${source.replace(/^\.\//, '')}`;
    return [/\.\w+$/.test(path) ? path : `${path.replace(/\/$/, '')}/`];
  });
}

function memoryLimit(service: Service): number | undefined {
  const deploy = record(record(record(service.deploy)?.resources)?.limits);
  const [, number, unit] = String(deploy?.memory ?? service.mem_limit ?? '').match(/^(\d+(?:\.\d+)?)\s*([bkmg])?/i) ?? [];
  if (!number) return undefined;
  return Number(number) * ({ k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[unit?.toLowerCase() ?? ''] ?? 1);
}

function namesIn(value: Json | undefined): string[] {
  const map = record(value);
  return map ? Object.keys(map) : list(value).map(String);
}

function record(value: Json | undefined): Record<string, Json> | undefined {
  return value && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}
const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
