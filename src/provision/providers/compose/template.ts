import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { failed, ok, type Resource, type Result } from '../../../domain/index.ts';
import { ifThere, tolerate } from '../../containers/engine.ts';
import { LABEL, OWNER, stableName } from '../../ownership.ts';
import type { Context } from '../../provider.ts';
import type { Template } from '../../snapshots/design.ts';
import { PART } from '../../snapshots/volumes.ts';
import { type ComposeFile, type ComposeService, keep, mountOf, recalled } from './resolved.ts';
import { withoutSecrets, withSecrets } from './secrets.ts';
import type { ComposeSpec, ComposeTool } from './tool.ts';

export interface Making {
  readonly docker: () => Promise<Docker>;
  readonly tool: ComposeTool;
  readonly resource: Resource;
  readonly image: string;
  readonly project: { readonly digest: string; readonly file: ComposeFile };
}

/**
 * What the engine's API makes this service's container from. The official tool makes one under a passing name, the engine is asked
 * what that is, and it is removed; this is done once for a declaration and an image, so that all later containers, copies and
 * seedings are made in milliseconds, and just as the tool would have made them.
 */
export async function templateOf(making: Making, context: Context): Promise<Result<Template>> {
  const { resource, project, image } = making;
  const client = await making.docker();
  const { Id, Config } = await client.getImage(image).inspect();
  const path = join(context.storage, 'compose', `${stableName(resource, context)}.template.json`);
  const digest = `${project.digest} ${Id}`;
  const kept = await recalled<Template>(path, digest);
  if (kept && (await networksAreThere(client, kept))) return ok(withSecrets(kept, context));
  const made = await make(making, client, Object.keys(Config?.Volumes ?? {}), context);
  if (made.ok) await keep(path, digest, withoutSecrets(made.value, context));
  return made;
}

async function networksAreThere(client: Docker, { NetworkingConfig }: Template): Promise<boolean> {
  const names = Object.keys(NetworkingConfig?.EndpointsConfig ?? {});
  const found = await Promise.all(names.map((name) => ifThere(() => client.getNetwork(name).inspect())));
  return found.every((network) => network !== undefined);
}

async function make(making: Making, client: Docker, volumes: readonly string[], context: Context): Promise<Result<Template>> {
  const { resource, tool, project, image } = making;
  const spec = resource.spec as ComposeSpec;
  const service = project.file.services[spec.service];
  if (!service)
    return failed('not-found', 'never', `${resource.declaredIn} no longer has a service ${spec.service}. Rescan the workspace.`);
  const passing = `${spec.service}--${randomUUID().slice(0, 8)}`;
  const generated = join(context.storage, 'compose', `${passing}.json`);
  const services = { ...project.file.services, [passing]: stripped(service, resource, image, volumes, context) };
  await mkdir(dirname(generated), { recursive: true, mode: 0o700 });
  await writeFile(generated, JSON.stringify({ ...project.file, services }), { mode: 0o600 });
  try {
    const made = await tool.run(resource, [generated], ['up', '--no-start', '--no-deps', '--no-recreate', passing], context);
    if (!made.ok) return made;
    return await read(client, spec, service, passing);
  } finally {
    await rm(generated, { force: true });
  }
}

/** Nothing is stored for it: where the image has its volumes there is memory, so that the engine makes none. */
function stripped(
  service: ComposeService,
  resource: Resource,
  image: string,
  volumes: readonly string[],
  context: Context,
): ComposeService {
  const { build: _build, container_name: _name, depends_on: _order, ...rest } = service;
  const declared = (service.volumes ?? []).filter((v) => resource.variant === undefined || !volumes.includes(mountOf(v).target));
  const targets = new Set(declared.map((v) => mountOf(v).target));
  return {
    ...rest,
    image,
    labels: {
      ...labelsOf(service),
      [LABEL.owner]: OWNER,
      [LABEL.workspace]: context.workspace,
      [LABEL.lease]: String(context.now()),
      [PART.part]: 'helper',
    },
    ports: resource.ports.map((p) => `127.0.0.1::${p.container}/${p.protocol}`),
    volumes: [...declared, ...volumes.filter((v) => !targets.has(v)).map((target) => ({ type: 'tmpfs', target }))],
  };
}

export function labelsOf({ labels }: ComposeService): Record<string, string> {
  if (!Array.isArray(labels)) return { ...labels };
  return Object.fromEntries(labels.map((l) => l.split(/=(.*)/s).slice(0, 2)) as [string, string][]);
}

async function read(client: Docker, spec: ComposeSpec, service: ComposeService, passing: string): Promise<Result<Template>> {
  const label = [`com.docker.compose.project=${spec.project}`, `com.docker.compose.service=${passing}`];
  const [info] = await client.listContainers({ all: true, filters: { label } });
  if (!info) throw new Error(`docker compose said that it made ${passing}, but the engine has no such container`);
  const container = client.getContainer(info.Id);
  try {
    return ok(fromInspect(await container.inspect(), spec.service, service.container_name, passing));
  } finally {
    // `v` takes only nameless volumes, of which the tmpfs mounts leave none.
    await tolerate(() => container.remove({ v: true }));
  }
}

/** The same container under the service's own name, without what only our passing one bears. */
export function fromInspect(
  { Id, Name, Config, HostConfig, NetworkSettings }: Docker.ContainerInspectInfo,
  service: string,
  containerName: string | undefined,
  passing: string,
): Template {
  const { Hostname, Labels, ...config } = Config;
  const own = (text: string): string => text.replaceAll(passing, service);
  const name = containerName ?? own(Name.replace(/^\//, ''));
  const ours = [LABEL.owner, LABEL.workspace, LABEL.lease, PART.part] as readonly string[];
  const endpoints = Object.entries(NetworkSettings.Networks).map(([network, { IPAMConfig, Links, Aliases, ...more }]) => {
    const aliases = (Aliases ?? []).filter((a: string) => !Id.startsWith(a)).map(own);
    const options = (more as { DriverOpts?: Record<string, string> }).DriverOpts;
    return [
      network,
      { IPAMConfig, Links, Aliases: [...new Set([...aliases, service, name])], ...(options ? { DriverOpts: options } : {}) },
    ];
  });
  return {
    ...(config as Omit<Template, 'HostConfig' | 'Labels'>),
    ...(Id.startsWith(Hostname) ? {} : { Hostname }),
    name,
    Labels: Object.fromEntries(Object.entries(Labels).flatMap(([k, v]) => (ours.includes(k) ? [] : [[k, own(v)]]))),
    HostConfig,
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) },
  };
}
