import type { Port, Probe, Resource } from '../../domain/index.ts';
import { classify, memoryGuess } from './classify.ts';
import { type ComposeModel, type ComposeService, loadCompose } from './composeModel.ts';
import { portsOf } from './composePorts.ts';
import type { Lookup } from './composeService.ts';
import { clientPort } from './engines.ts';
import { folderOf } from './filePath.ts';
import { imageName } from './image.ts';
import { type JsonMap, list, record, text } from './json.ts';
import type { Problem } from './problem.ts';

export interface ComposeInput {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  /** The file that the tool merges over it by itself (`compose.override.yaml`), if there is one. */
  readonly override: string | undefined;
  readonly lookup: Lookup;
  /** Absolute folder of the workspace, forward slashes. */
  readonly folder: string;
}

export const isComposeFile = (path: string): boolean => /(^|\/)(docker-)?compose([._-][\w.-]+)?\.ya?ml$/i.test(path);
export const isOverrideFile = (path: string): boolean => /(^|\/)(docker-)?compose\.override\.ya?ml$/i.test(path);

/** The resources that one compose file declares (Compose Specification; names of v1 and v2). A broken file gives one problem. */
export function scanCompose(input: ComposeInput): { readonly resources: readonly Resource[]; readonly problems: readonly Problem[] } {
  const model = loadCompose(input.path, input.override, input.lookup);
  const project = projectName(input, model);
  const oneShots = new Set(model.services.flatMap((s) => awaitedToEnd(s.settings)));
  const resources = model.services.map((s) => resourceOf(s, { project, runs: oneShots.has(s.name) ? 'once' : 'on', model }, input));
  return { resources, problems: model.problems };
}

/** Compose's own rule: `name:`, else COMPOSE_PROJECT_NAME, else the folder; lower case, only letters, digits, - and _. */
function projectName({ path, folder }: ComposeInput, { name, variables }: ComposeModel): string {
  const home = folderOf(path).split('/').at(-1) || folder.split('/').at(-1);
  const plain = (name ?? variables.COMPOSE_PROJECT_NAME ?? home ?? '').toLowerCase().replace(/[^a-z0-9_-]/g, '');
  return plain.replace(/^[_-]+/, '') || 'default';
}

interface Standing {
  readonly project: string;
  readonly runs: 'once' | 'on';
  readonly model: ComposeModel;
}

function resourceOf({ name, declaredIn, settings }: ComposeService, { project, runs, model }: Standing, input: ComposeInput): Resource {
  const image = imageName(text(settings.image)) ? text(settings.image) : undefined;
  const kind = classify({ image, service: name, runs: runs === 'once' || endsByItself(settings) ? 'once' : 'on' });
  const externalVolumes = externalMounts(settings, model);
  const ports = clientPortFirst(portsOf(settings), clientPort(image));
  return {
    id: `compose:${project}/${name}`,
    name,
    kind,
    provider: 'compose',
    declaredIn,
    ports,
    dependsOn: dependencies(name, settings).map((other) => `compose:${project}/${other}`),
    probe: probeOf(settings, ports),
    memoryBytes: memoryLimit(settings) ?? memoryGuess(kind),
    spec: {
      type: 'compose',
      file: `${input.folder}/${input.path}`,
      project,
      service: name,
      ...(image ? { image } : {}),
      ...(settings.build === undefined ? {} : { built: true }),
      environment: environmentOf(settings),
      seedFiles: seedMounts(settings, input.folder),
      profiles: profilesOf(settings),
      ...(externalVolumes.length > 0 ? { externalVolumes } : {}),
    },
  };
}

/** Jobs by what is declared of them: others wait until they have ended well, or nothing serves and nothing restarts. */
function awaitedToEnd(settings: JsonMap): readonly string[] {
  return Object.entries(record(settings.depends_on) ?? {}).flatMap(([name, how]) =>
    record(how)?.condition === 'service_completed_successfully' ? [name] : [],
  );
}

function endsByItself({ restart, ports, expose, healthcheck, command, entrypoint, build }: JsonMap): boolean {
  const serves = ports ?? expose ?? healthcheck;
  return /^(no|false)$/.test(String(restart ?? '')) && !serves && Boolean(command ?? entrypoint ?? build);
}

/** The first port is the one that endpoint and probe go by: RabbitMQ's own rather than that of its pages. */
function clientPortFirst(ports: readonly Port[], known: number | undefined): readonly Port[] {
  return [...ports.filter((p) => p.container === known), ...ports.filter((p) => p.container !== known)];
}

function dependencies(name: string, settings: JsonMap): readonly string[] {
  const links = list(settings.links).map((link) => String(link).split(':')[0] ?? '');
  const shared = [settings.network_mode, settings.pid, settings.ipc].flatMap(
    (mode) => String(mode ?? '').match(/^service:(.+)/)?.[1] ?? [],
  );
  const all = [...Object.keys(record(settings.depends_on) ?? {}), ...links, ...shared];
  return [...new Set(all)].filter((other) => other !== '' && other !== name);
}

/** Its own health check where there is one, else its first port; a thing with neither is ready when it runs. */
function probeOf(settings: JsonMap, ports: readonly Port[]): Probe {
  const timeoutMs = 120_000;
  const port = ports.find((p) => p.protocol === 'tcp');
  return port && !declaresHealth(settings) ? { type: 'port', port: port.container, timeoutMs } : { type: 'health', timeoutMs };
}

function declaresHealth(settings: JsonMap): boolean {
  const check = record(settings.healthcheck);
  return check?.test !== undefined && check.disable !== true && String(check.test) !== 'NONE';
}

/** Redis is told its password by its command line: clients need it as they need those of other engines. */
function environmentOf({ environment, command }: JsonMap): Readonly<Record<string, string>> {
  const password = list(command)
    .join(' ')
    .match(/--requirepass[ =](\S+)/)?.[1];
  const declared = Object.entries(record(environment) ?? {}).map(([name, value]) => [name, String(value)]);
  return { ...(password ? { REDIS_PASSWORD: password.replace(/^(['"])(.*)\1$/, '$2') } : {}), ...Object.fromEntries(declared) };
}

/** An empty profile is one that is always on, as some files write it. */
function profilesOf(settings: JsonMap): readonly string[] {
  const profiles = list(settings.profiles).map(String);
  return profiles.includes('') ? [] : profiles;
}

/** What is mounted where the official database images look for init scripts, as absolute paths (folders end in `/`). */
function seedMounts(settings: JsonMap, folder: string): readonly string[] {
  return list(settings.volumes).flatMap((volume) => {
    const { source, target } = record(volume) ?? {};
    const from = text(source);
    if (!from || !text(target)?.startsWith('/docker-entrypoint-initdb.d')) return [];
    const path = from.replace(/^\.\//, `${folder}/`).replace(/\/$/, '');
    return [/\.\w+$/.test(path) ? path : `${path}/`];
  });
}

function externalMounts(settings: JsonMap, { externalVolumes }: ComposeModel): readonly string[] {
  return [...new Set(list(settings.volumes).flatMap((mount) => externalVolumes[text(record(mount)?.volume) ?? ''] ?? []))];
}

/** Bytes: `512m`, `1.5gb`, `1073741824`. */
function memoryLimit(settings: JsonMap): number | undefined {
  const limits = record(record(record(settings.deploy)?.resources)?.limits);
  const [, number, unit = 'b'] = String(limits?.memory ?? settings.mem_limit ?? '').match(/^(\d+(?:\.\d+)?)\s*([bkmg])?/i) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
  return bytes > 0 ? Math.round(bytes) : undefined;
}
const UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
