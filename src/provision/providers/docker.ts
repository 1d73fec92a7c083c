import { ok, type Resource, type ResourceSpec, type Result } from '../../domain/index.ts';
import { statusOf } from '../containers/engine.ts';
import { CONTAINER_RUNGS, type ContainerOptions, createContainers, type Recipe } from '../containers.ts';
import { inTurn } from '../inTurn.ts';
import { labelsFor, stableName } from '../ownership.ts';
import type { Context, Provider } from '../provider.ts';
import type { Template } from '../snapshots/design.ts';
import { containerUsage } from '../usage.ts';

type DockerSpec = Extract<ResourceSpec, { type: 'docker' }>;

/** One container from one image, by the Docker Engine API. Ports are published on free loopback ports; the gateway owns the usual ones. */
export function createDockerProvider(options: ContainerOptions = {}): Provider {
  const containers = createContainers(options);

  const recipe = (resource: Resource): Recipe => {
    const spec = resource.spec as DockerSpec;
    return {
      image: spec.image,
      developerLabels: undefined,
      fetch: (context) => containers.pull(spec.image, resource, context),
      create: (context) => create(resource, spec, context),
      inputs: async () =>
        ok({ environment: spec.environment, mounts: [], network: 'own', ...(spec.command ? { command: spec.command } : {}) }),
      template: async (context) => ok(templateOf(resource, spec, context)),
    };
  };

  async function create(resource: Resource, spec: DockerSpec, context: Context): Promise<Result<void>> {
    await (await containers.docker()).createContainer(templateOf(resource, spec, context)).catch((error: unknown) => {
      // 409: another window made it a moment ago.
      if (statusOf(error) !== 409) throw error;
    });
    return ok(undefined);
  }

  return inTurn({
    name: 'docker',
    rungs: CONTAINER_RUNGS,
    supports: (resource) => resource.spec.type === 'docker',
    check: (signal) => containers.check(signal),
    observe: (resources, context) => Promise.all(resources.map((r) => containers.observe(r, recipe(r), context))),
    reach: (resource, rung, context) => containers.reach(resource, rung, recipe(resource), context),
    renew: (resources, context) => containers.renew(resources, context),
    execute: (resource, command, input, context) => containers.execute(resource, recipe(resource), command, input, context),
    sweep: (context) => containers.sweep(context),
    ...containerUsage(containers.docker),
    snapshots: containers.snapshots((resource) => (resource.spec.type === 'docker' ? recipe(resource) : undefined)),
    watch: (_, listener) =>
      containers.watch(
        (labels) => labels['com.docker.compose.project'] === undefined,
        () => undefined,
        listener,
      ),
    close: async () => containers.close(),
  });
}

function templateOf(resource: Resource, spec: DockerSpec, context: Context): Template {
  const ports = resource.ports.map((p) => `${p.container}/${p.protocol}`);
  return {
    name: stableName(resource, context),
    Image: spec.image,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: labelsFor(resource, context),
    ...(spec.command ? { Cmd: [...spec.command] } : {}),
    ExposedPorts: Object.fromEntries(ports.map((p) => [p, {}])),
    HostConfig: { PortBindings: Object.fromEntries(ports.map((p) => [p, [{ HostIp: '127.0.0.1', HostPort: '' }]])) },
  };
}
