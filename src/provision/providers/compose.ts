import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { ifThere, imageFault } from '../containers/engine.ts';
import { CONTAINER_RUNGS, type ContainerOptions, createContainers, type Recipe } from '../containers.ts';
import { inTurn } from '../inTurn.ts';
import { labelsFor, stableName } from '../ownership.ts';
import type { Context, Provider } from '../provider.ts';
import type { Migration } from '../snapshots/design.ts';
import { migrationFiles } from '../snapshots/migrationFiles.ts';
import { containerUsage } from '../usage.ts';
import { migrationsOf } from './compose/migrations.ts';
import { type ComposeFile, type ComposeService, inputsOf, keep, recalled } from './compose/resolved.ts';
import { withoutSecrets } from './compose/secrets.ts';
import { sourceDigest } from './compose/sourceDigest.ts';
import { labelsOf, templateOf } from './compose/template.ts';
import { type ComposeSpec, createTool, sourceFiles } from './compose/tool.ts';

interface Project {
  readonly digest: string;
  readonly file: ComposeFile;
}

/**
 * A compose service. The official tool resolves the developer's files; a generated file, in our storage, adds our labels
 * and publishes on free loopback ports (the gateway owns the usual ones). Networks, volumes and names stay those of the
 * developer's project, so that `docker compose ps` shows what is there.
 */
export function createComposeProvider(options: ContainerOptions = {}): Provider {
  const containers = createContainers(options);
  const tool = createTool(containers.tools);

  const recipe = (resource: Resource): Recipe => {
    const spec = resource.spec as ComposeSpec;
    const image = spec.image ?? `${spec.project}-${spec.service}`;
    return {
      image,
      developerLabels: { 'com.docker.compose.project': spec.project, 'com.docker.compose.service': spec.service },
      fetch: (context) => (spec.image && !spec.built ? containers.pull(spec.image, resource, context) : build(resource, spec, context)),
      create: (context) => create(resource, spec, context),
      async inputs(context) {
        const project = await resolve(resource, spec, context);
        if (!project.ok) return project;
        const service = serviceOf(project.value.file, resource, spec);
        if (!service.ok) return service;
        return (await foldersApart(resource, spec, service.value)) ?? ok(inputsOf(service.value));
      },
      async template(context) {
        const project = await resolve(resource, spec, context);
        return project.ok ? templateOf({ docker: containers.docker, tool, resource, image, project: project.value }, context) : project;
      },
      async migrations(context) {
        const project = await resolve(resource, spec, context);
        if (!project.ok) return project;
        const all = migrationsOf(project.value.file, spec.service).map((name) => migration(name, resource, project.value, context));
        return ok((await Promise.all(all)).filter((m) => m !== undefined));
      },
    };
  };

  /** Undefined where its image is not there: nothing is fetched or built for it. */
  async function migration(name: string, of: Resource, project: Project, context: Context): Promise<Migration | undefined> {
    const service = project.file.services[name] as ComposeService;
    const { project: projectName, ...spec } = of.spec as ComposeSpec;
    const image = service.image ?? `${projectName}-${name}`;
    const there = await ifThere(async () => (await containers.docker()).getImage(image).inspect());
    if (!there) return undefined;
    const sources = buildContext(service);
    const files = sources ? await migrationFiles(sources, join(context.storage, 'digests.json')) : [];
    const { variant: _variant, ...rest } = of;
    const resource: Resource = {
      ...rest,
      id: `compose:${projectName}/${name}`,
      name,
      kind: 'job',
      ports: [],
      spec: { ...spec, project: projectName, service: name, image },
    };
    return {
      name,
      inputs: inputsOf(service),
      // An image that is built here is another after each change of the application.
      program: files.length > 0 ? files.map(({ path, digest }) => [path, digest]) : there.Id,
      template: () => templateOf({ docker: containers.docker, tool, resource, image, project }, context),
    };
  }

  async function build(resource: Resource, spec: ComposeSpec, context: Context): Promise<Result<void>> {
    context.progress('building its image');
    const built = await tool.run(resource, sourceFiles(spec), ['build', spec.service], context);
    return built.ok ? ok(undefined) : built;
  }

  /** The project as the tool resolves it; asked again only when something that it is resolved from has changed. */
  async function resolve(resource: Resource, spec: ComposeSpec, context: Context): Promise<Result<Project>> {
    const found = await tool.find();
    const digest = await sourceDigest(sourceFiles(spec), `${found?.version}`, process.env);
    const path = join(
      context.storage,
      'compose',
      `${stableName({ ...resource, id: spec.file, name: spec.project }, context)}.resolved.json`,
    );
    const kept = await recalled<ComposeFile>(path, digest);
    if (kept) return ok({ digest, file: kept });
    const args = found?.major === 2 ? ['--profile', '*', 'config', '--format', 'json'] : ['config'];
    const resolved = await tool.run(resource, sourceFiles(spec), args, context);
    if (!resolved.ok) return resolved;
    const file = withoutSecrets(parseYaml(resolved.value) as ComposeFile, context);
    await keep(path, digest, file);
    return ok({ digest, file });
  }

  /** An engine elsewhere would mount an empty folder of its own in the place of the project's, and say nothing. */
  async function foldersApart(resource: Resource, spec: ComposeSpec, service: ComposeService) {
    const host = await containers.elsewhere();
    const mounted = host === undefined ? undefined : inputsOf(service).mounts.find((m) => m.type === 'bind' && isIn(spec, m.source));
    if (!mounted) return undefined;
    const where = relative(dirname(spec.file), mounted.source ?? '') || '.';
    return failed(
      'unsupported',
      'never',
      `${resource.id} mounts ./${where} of this machine, and Docker runs on ${host}. Use a named volume or an engine of this machine.`,
    );
  }

  async function create(resource: Resource, spec: ComposeSpec, context: Context): Promise<Result<void>> {
    const project = await resolve(resource, spec, context);
    if (!project.ok) return project;
    const declared = serviceOf(project.value.file, resource, spec);
    if (!declared.ok) return declared;
    const apart = await foldersApart(resource, spec, declared.value);
    if (apart) return apart;
    const services = { ...project.value.file.services, [spec.service]: adorned(declared.value, resource, context) };
    const generated = join(context.storage, 'compose', `${stableName(resource, context)}.json`);
    await mkdir(dirname(generated), { recursive: true });
    await writeFile(generated, JSON.stringify({ ...project.value.file, services }), { mode: 0o600 });
    const made = await tool.run(resource, [generated], ['up', '--no-start', '--no-deps', '--no-recreate', spec.service], context);
    if (made.ok) return ok(undefined);
    return /no such image|pull access denied|manifest unknown/i.test(made.fault.detail ?? '')
      ? imageFault(spec.image ?? spec.service, resource, made.fault.detail)
      : made;
  }

  return inTurn({
    name: 'compose',
    rungs: CONTAINER_RUNGS,
    supports: (resource) => resource.spec.type === 'compose',
    async check(signal) {
      const reached = await containers.check(signal);
      if (!reached.ok) return reached;
      const found = await tool.find();
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
    execute: (resource, command, input, context) => containers.execute(resource, recipe(resource), command, input, context),
    sweep: (context) => containers.sweep(context),
    ...containerUsage(containers.docker),
    snapshots: containers.snapshots((resource) => (resource.spec.type === 'compose' ? recipe(resource) : undefined)),
    watch: (resources, listener) =>
      containers.watch(
        (labels) => labels['com.docker.compose.project'] !== undefined,
        (labels) => resourceOf(resources, labels),
        listener,
      ),
    close: async () => containers.close(),
  });
}

/** Where a local build takes its files from. */
function buildContext({ build }: ComposeService): string | undefined {
  const context = typeof build === 'string' ? build : (build as { context?: unknown } | undefined)?.context;
  return typeof context === 'string' && isAbsolute(context) ? context : undefined;
}

const isIn = ({ file }: ComposeSpec, path = '/'): boolean => !relative(dirname(file), path).startsWith('..');

function serviceOf(file: ComposeFile, resource: Resource, spec: ComposeSpec): Result<ComposeService> {
  const service = file.services?.[spec.service];
  return service
    ? ok(service)
    : failed('not-found', 'never', `${resource.declaredIn} no longer has a service ${spec.service}. Rescan the workspace.`);
}

function adorned(service: ComposeService, resource: Resource, context: Context): ComposeService {
  // The executor starts what it depends on, in order, and waits for it.
  const { depends_on: _order, ...rest } = service;
  return {
    ...rest,
    labels: { ...labelsOf(service), ...labelsFor(resource, context) },
    ports: resource.ports.map((p) => `127.0.0.1::${p.container}/${p.protocol}`),
  };
}

function resourceOf(resources: readonly Resource[], labels: Readonly<Record<string, string>>): string | undefined {
  return resources.find(
    ({ spec }) =>
      spec.type === 'compose' &&
      spec.project === labels['com.docker.compose.project'] &&
      spec.service === labels['com.docker.compose.service'],
  )?.id;
}
