import { type Observation, ok, type Resource, type ResourceId } from '../domain/index.ts';
import type { Context, Provider, Snapshots } from '../provision/provider.ts';
import { connectionOf } from '../sense/scan/environment.ts';
import type { WorkspaceFiles } from '../sense/scan/scan.ts';
import { type Credentials, type InUse, STANDS } from './credentials.ts';
import { fillIn } from './fillIn.ts';
import type { Ports } from './ports.ts';
import type { SecretFilter } from './secretFilter.ts';

/**
 * The same ports with nothing secret in what they write and say, and with engines that give a database its login before it counts as
 * ready. Compose files may refer to the login by `${PREWARM_<NAME>_USER}`, `…_PASSWORD` and `…_URL`.
 */
export function guarded(ports: Ports, credentials: Credentials, filter: SecretFilter): Ports {
  let references: ReadonlySet<string> = new Set();
  const seen = new Map<ResourceId, Observation['rung']>();
  const noted = (observation: Observation): Observation => {
    // On its way up from where it stood it is still the same server.
    const wakes = observation.rung === 'running' && STANDS.has(seen.get(observation.id) ?? 'absent');
    if (!wakes) seen.set(observation.id, observation.rung);
    return filter.clean(observation);
  };

  /** What depends on the database and was made with an old password is made anew when it is next started; the database itself never. */
  function marked(resource: Resource): Resource {
    const { spec } = resource;
    if (spec.type !== 'compose') return resource;
    const used = credentials
      .inUse()
      .filter((it) => Object.keys(variablesOf(it)).some((name) => references.has(`${resource.declaredIn} ${name}`)))
      .filter((it) => resource.dependsOn.includes(it.resource.id));
    if (used.length === 0) return resource;
    const madeAt = used.map((it) => it.kept.createdAt).join(' ');
    return { ...resource, spec: { ...spec, environment: { ...spec.environment, PREWARM_CREDENTIALS_OF: madeAt } } };
  }

  /** With the logins of its own compose project for the engine's tool. */
  function careful(resource: Resource, context: Context): Context {
    const project = credentials.inUse().filter((it) => projectOf(it.resource) === projectOf(resource));
    const secrets = Object.assign({}, ...project.map(variablesOf)) as Record<string, string>;
    return { ...context, secrets, progress: (text) => context.progress(filter.clean(text)) };
  }

  function guard(provider: Provider): Provider {
    const { snapshots } = provider;
    const bake: Snapshots['bake'] | undefined =
      snapshots && (async (resource, context) => filter.clean(await snapshots.bake(marked(resource), careful(resource, context))));
    return {
      ...provider,
      ...(snapshots && bake ? { snapshots: { ...snapshots, bake } } : {}),
      // A probe's own words are in it.
      observe: async (resources, context) => (await provider.observe(resources, context)).map(noted),
      async reach(resource, rung, context) {
        const its = careful(resource, context);
        if (!STANDS.has(seen.get(resource.id) ?? 'absent')) credentials.doubt(resource.id);
        const reached = await provider.reach(marked(resource), rung, its);
        if (!reached.ok) return filter.clean(reached);
        // A login that could not be made is told of; the database is ready all the same.
        await credentials.furnish(provider, resource, reached.value, its);
        return ok(noted(reached.value));
      },
    };
  }

  return {
    ...ports,
    log: (line) => ports.log(filter.clean(line)),
    providers: ports.providers.map(guard),
    readWorkspace: async () => {
      const files = await ports.readWorkspace();
      references = referencesIn(files);
      return files;
    },
  };
}

const projectOf = ({ spec }: Resource): string | undefined => (spec.type === 'compose' ? spec.project : undefined);

/** As containers of the same network see it. */
function variablesOf({ resource, kept }: InUse): Record<string, string> {
  const { name: user, password } = kept.account;
  const prefix = `PREWARM_${resource.name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
  const host = resource.spec.type === 'compose' ? resource.spec.service : resource.name;
  const templates = Object.values(
    fillIn(connectionOf(resource, { user, password }) ?? {}, `${host}:${resource.ports[0]?.container ?? ''}`),
  );
  const url = templates.find((text) => text.includes('://'));
  return { [`${prefix}_USER`]: user, [`${prefix}_PASSWORD`]: password, ...(url ? { [`${prefix}_URL`]: url } : {}) };
}

/** Each as `path NAME`. */
function referencesIn({ files }: WorkspaceFiles): ReadonlySet<string> {
  return new Set(files.flatMap(({ path, text }) => [...text.matchAll(/\$\{?(PREWARM_\w+)/g)].map(([, name]) => `${path} ${name}`)));
}
