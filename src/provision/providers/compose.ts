import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, parse as parsePath } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { failed, ok, type Resource, type ResourceSpec, type Result } from '../../domain/index.ts';
import { CONTAINER_RUNGS, type ContainerOptions, createContainers, imageFault, type Recipe } from '../containers.ts';
import { labelsFor, stableName } from '../ownership.ts';
import type { Context, Provider } from '../provider.ts';
import { spawned } from '../spawned.ts';

type ComposeSpec = Extract<ResourceSpec, { type: 'compose' }>;

/** The official tool in the form that this machine has: the plugin (v2) or the older program (v1). */
interface Tool {
  readonly command: string;
  readonly prefix: readonly string[];
  readonly version: string;
  readonly major: 1 | 2;
}

interface ComposeFile {
  services: Record<string, ComposeService>;
}
interface ComposeService {
  image?: string;
  labels?: Record<string, string> | string[];
  ports?: unknown[];
  depends_on?: unknown;
}

/**
 * A compose service. The official tool resolves the developer's files; a generated file, in our storage, adds our labels
 * and publishes on free loopback ports (the gateway owns the usual ones). Networks, volumes and names stay those of the
 * developer's project, so that `docker compose ps` shows what is there.
 */
export function createComposeProvider(options: ContainerOptions = {}): Provider {
  const containers = createContainers(options);
  const env = options.host ? { DOCKER_HOST: options.host } : {};
  let tool: Promise<Tool | undefined> | undefined;
  const findTool = (): Promise<Tool | undefined> => {
    tool ??= detect(env);
    return tool;
  };

  const recipe = (resource: Resource): Recipe => {
    const spec = resource.spec as ComposeSpec;
    return {
      image: spec.image ?? `${spec.project}-${spec.service}`,
      developerLabels: { 'com.docker.compose.project': spec.project, 'com.docker.compose.service': spec.service },
      fetch: (context) => (spec.image && !spec.built ? containers.pull(spec.image, resource, context) : build(resource, spec, context)),
      create: (context) => create(resource, spec, context),
    };
  };

  async function compose(resource: Resource, spec: ComposeSpec, files: readonly string[], args: readonly string[], context: Context) {
    const found = await findTool();
    if (!found) return noTool(resource);
    const where = [...files.flatMap((f) => ['-f', f]), '-p', spec.project, '--project-directory', dirname(spec.file)];
    const finished = await spawned(found.command, [...found.prefix, ...where, ...args], {
      cwd: dirname(spec.file),
      env,
      signal: context.signal,
      onLine: context.progress,
    });
    if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
    if (finished.code === 0) return ok(finished.stdout);
    return failed(
      'start-failed',
      'later',
      `${resource.id}: docker compose ${args[0]} failed for ${resource.declaredIn}: ${lastLine(finished.stderr)}`,
      finished.stderr.slice(-2000),
    );
  }

  async function build(resource: Resource, spec: ComposeSpec, context: Context): Promise<Result<void>> {
    context.progress('building its image');
    const built = await compose(resource, spec, sourceFiles(spec), ['build', spec.service], context);
    return built.ok ? ok(undefined) : built;
  }

  async function create(resource: Resource, spec: ComposeSpec, context: Context): Promise<Result<void>> {
    const resolved = await compose(
      resource,
      spec,
      sourceFiles(spec),
      [...((await findTool())?.major === 2 ? ['--profile', '*', 'config', '--format', 'json'] : ['config'])],
      context,
    );
    if (!resolved.ok) return resolved;
    const file = parseYaml(resolved.value) as ComposeFile;
    const service = file.services?.[spec.service];
    if (!service)
      return failed('not-found', 'never', `${resource.declaredIn} no longer has a service ${spec.service}. Rescan the workspace.`);
    adorn(service, resource, context);
    const generated = join(context.storage, 'compose', `${stableName(resource, context)}.json`);
    await mkdir(dirname(generated), { recursive: true });
    await writeFile(generated, JSON.stringify(file), { mode: 0o600 });
    const made = await compose(resource, spec, [generated], ['up', '--no-start', '--no-deps', '--no-recreate', spec.service], context);
    if (made.ok) return ok(undefined);
    return /no such image|pull access denied|manifest unknown/i.test(made.fault.detail ?? '')
      ? imageFault(spec.image ?? spec.service, resource, made.fault.detail)
      : made;
  }

  return {
    name: 'compose',
    rungs: CONTAINER_RUNGS,
    supports: (resource) => resource.spec.type === 'compose',
    async check(signal) {
      const reached = await containers.check(signal);
      if (!reached.ok) return reached;
      const found = await findTool();
      if (!found)
        return failed(
          'tool-missing',
          'never',
          'Docker is there but Docker Compose is not. Install the Compose plugin (`docker compose version`).',
        );
      return ok({ version: `compose ${found.version}, engine ${reached.value.version}` });
    },
    observe: (resources, context) => Promise.all(resources.map((r) => containers.observe(r, recipe(r), context))),
    reach: (resource, rung, context) => containers.reach(resource, rung, recipe(resource), context),
    renew: (resources, context) => containers.renew(resources, context),
    sweep: (context) => containers.sweep(context),
    watch: (resources, listener) =>
      containers.watch(
        (labels) => labels['com.docker.compose.project'] !== undefined,
        (labels) => resourceOf(resources, labels),
        listener,
      ),
    close: async () => {},
  };
}

async function detect(env: Readonly<Record<string, string>>): Promise<Tool | undefined> {
  const candidates = [
    { command: 'docker', prefix: ['compose'], major: 2 },
    { command: 'docker-compose', prefix: [], major: 1 },
  ] as const;
  for (const { command, prefix, major } of candidates) {
    const { code, stdout } = await spawned(command, [...prefix, 'version', '--short'], { env, timeoutMs: 5000 });
    if (code === 0) return { command, prefix, version: stdout.trim(), major: stdout.trim().replace(/^v/, '').startsWith('1.') ? 1 : major };
  }
  return undefined;
}

/** As the tool itself does without `-f`: a default-named file brings its override along. */
function sourceFiles({ file }: ComposeSpec): readonly string[] {
  const { dir, name, ext } = parsePath(file);
  if (!/^(docker-)?compose$/.test(name)) return [file];
  const override = ['.yml', '.yaml'].map((e) => join(dir, `${name}.override${e}`)).find((path) => existsSync(path));
  return override && ext ? [file, override] : [file];
}

function adorn(service: ComposeService, resource: Resource, context: Context): void {
  const declared = Array.isArray(service.labels)
    ? Object.fromEntries(service.labels.map((l) => l.split(/=(.*)/s).slice(0, 2)))
    : service.labels;
  service.labels = { ...declared, ...labelsFor(resource, context) };
  service.ports = resource.ports.map((p) => `127.0.0.1::${p.container}/${p.protocol}`);
  // The executor starts what it depends on, in order, and waits for it.
  delete service.depends_on;
}

function resourceOf(resources: readonly Resource[], labels: Readonly<Record<string, string>>): string | undefined {
  return resources.find(
    ({ spec }) =>
      spec.type === 'compose' &&
      spec.project === labels['com.docker.compose.project'] &&
      spec.service === labels['com.docker.compose.service'],
  )?.id;
}

const noTool = (resource: Resource) => failed('tool-missing', 'never', `${resource.id} needs Docker Compose, which is not installed.`);

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? 'no message';
}
