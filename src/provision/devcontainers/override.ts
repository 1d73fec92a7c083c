import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { LABEL, labelsFor, OWNER, stableName } from '../ownership.ts';
import type { Context } from '../provider.ts';
import { spawned } from '../spawned.ts';
import { asRecord, type DevcontainerConfig, type DevcontainerSpec } from './config.ts';

const OURS: ReadonlySet<string> = new Set(Object.values(LABEL));

type Labels = Readonly<Record<string, string>>;

export interface OverridePorts {
  readonly environment: Readonly<Record<string, string>>;
  /** The labels of the container that a service of these compose files already has; undefined where it has none. */
  readonly labelsOf: (service: string) => Labels | undefined;
}

/**
 * The declaration as the official tool gets it: the developer's own, with our labels. It is handed over beside the
 * developer's file, whose path goes on to be the container's identity (`devcontainer.config_file`) and the base of every
 * relative path, so the container stays the one that the editor looks for. Returns the file's path.
 */
export async function writeOverride(
  resource: Resource,
  config: DevcontainerConfig,
  ports: OverridePorts,
  context: Context,
): Promise<Result<string>> {
  const folder = join(context.storage, 'devcontainers', stableName(resource, context));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const labels = { ...labelsFor(resource, context), [LABEL.spec]: config.digest };
  const json =
    config.form === 'compose' ? await withServices(resource, config, labels, folder, ports) : ok(withRunArgs(config.json, labels));
  if (!json.ok) return json;
  return ok(await written(join(folder, 'devcontainer.json'), json.value));
}

export function withRunArgs(json: Readonly<Record<string, unknown>>, labels: Labels): Readonly<Record<string, unknown>> {
  const declared = Array.isArray(json.runArgs) ? json.runArgs : [];
  return { ...json, runArgs: [...declared, ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`])] };
}

async function withServices(
  resource: Resource,
  config: DevcontainerConfig,
  labels: Labels,
  folder: string,
  ports: OverridePorts,
): Promise<Result<Readonly<Record<string, unknown>>>> {
  const names = await servicesOf(resource, config, ports);
  if (!names.ok) return names;
  const services = Object.fromEntries(names.value.flatMap((name) => labelled(name, labels, ports)));
  const version = asRecord(parseYaml(await readFile(config.composeFiles[0] as string, 'utf8'))).version;
  const file = await written(join(folder, 'compose.labels.json'), { ...(version === undefined ? {} : { version }), services });
  return ok({ ...config.json, dockerComposeFile: [...config.composeFiles, file] });
}

/**
 * What stands already keeps its labels: a changed label would make compose replace the container. So the developer's
 * own stay as they are, and are never taken for ours.
 */
function labelled(service: string, labels: Labels, ports: OverridePorts): readonly (readonly [string, { readonly labels: Labels }])[] {
  const present = ports.labelsOf(service);
  if (!present) return [[service, { labels }]];
  if (present[LABEL.owner] !== OWNER) return [];
  return [[service, { labels: Object.fromEntries(Object.entries(present).filter(([name]) => OURS.has(name))) }]];
}

async function servicesOf(resource: Resource, config: DevcontainerConfig, ports: OverridePorts): Promise<Result<readonly string[]>> {
  const { folder } = resource.spec as DevcontainerSpec;
  const args = [...config.composeFiles.flatMap((file) => ['-f', file]), 'config', '--services'];
  const options = { cwd: folder, env: ports.environment, timeoutMs: 30_000 };
  let asked = await spawned('docker', ['compose', ...args], options);
  if (/is not a docker command|unknown command|unknown shorthand flag/.test(asked.stderr) || asked.code === 127)
    asked = await spawned('docker-compose', args, options);
  if (asked.code === 127) return failed('tool-missing', 'never', `${resource.id} needs Docker Compose, which is not installed.`);
  if (asked.code !== 0) {
    const why = asked.stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? 'no message';
    return failed(
      'bad-file',
      'never',
      `${resource.id}: Docker Compose refuses ${config.composeFiles.join(', ')}: ${why}.`,
      asked.stderr.slice(-2000),
    );
  }
  return ok(
    asked.stdout
      .split('\n')
      .map((s) => s.trim())
      .filter(Boolean),
  );
}

async function written(path: string, content: unknown): Promise<string> {
  await writeFile(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}
