import { ok, type Resource, type ResourceSpec, type Result } from '../../domain/index.ts';
import { CONTAINER_RUNGS, type ContainerOptions, createContainers, type Recipe } from '../containers.ts';
import { labelsFor, stableName } from '../ownership.ts';
import type { Context, Provider } from '../provider.ts';

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
    };
  };

  async function create(resource: Resource, spec: DockerSpec, context: Context): Promise<Result<void>> {
    const ports = resource.ports.map((p) => `${p.container}/${p.protocol}`);
    await (await containers.docker())
      .createContainer({
        name: stableName(resource, context),
        Image: spec.image,
        Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
        Labels: labelsFor(resource, context),
        ...(spec.command ? { Cmd: [...spec.command] } : {}),
        ExposedPorts: Object.fromEntries(ports.map((p) => [p, {}])),
        HostConfig: { PortBindings: Object.fromEntries(ports.map((p) => [p, [{ HostIp: '127.0.0.1', HostPort: '' }]])) },
      })
      .catch((error: { statusCode?: number }) => {
        // 409: another window made it a moment ago.
        if (error.statusCode !== 409) throw error;
      });
    return ok(undefined);
  }

  return {
    name: 'docker',
    rungs: CONTAINER_RUNGS,
    supports: (resource) => resource.spec.type === 'docker',
    check: (signal) => containers.check(signal),
    observe: (resources, context) => Promise.all(resources.map((r) => containers.observe(r, recipe(r), context))),
    reach: (resource, rung, context) => containers.reach(resource, rung, recipe(resource), context),
    renew: (resources, context) => containers.renew(resources, context),
    sweep: (context) => containers.sweep(context),
    watch: (_, listener) =>
      containers.watch(
        (labels) => labels['com.docker.compose.project'] === undefined,
        () => undefined,
        listener,
      ),
    close: async () => {},
  };
}
