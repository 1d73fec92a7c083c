import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { ifThere, messageOf, statusOf, tolerate } from '../containers/engine.ts';
import { lastLines } from '../containers/reachOf.ts';
import { LABEL, labelsFor } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { Migration, Template } from './design.ts';
import { PART } from './volumes.ts';

const EVERY_MS = 100;
/** What hangs is no migration of this database alone. */
const AT_MOST_MS = 15 * 60_000;

export interface Migrating {
  readonly container: Docker.Container;
  /** Names under which the migrations know the database. */
  readonly aliases: readonly string[];
  readonly resource: Resource;
  /** Of the snapshot that is being made. */
  readonly name: string;
  readonly lease: string;
  readonly migrations: readonly Migration[];
  /** Asked while one runs: a full disk, or nothing. */
  readonly guard: () => Promise<Result<never> | undefined>;
}

/**
 * Runs the declaration's migrations on freshly seeded data, one after the other, each in a container of its own. In its network there is the database that
 * is being baked and no other, with no way out (but to an address of this machine, if it knows one), and what it mounts it may only read. So one that
 * was meant for another database, or would write into the repository, can do neither. One that fails is told of and ends the line; what it left is kept, as the developer's own
 * start would leave it, and once it is mended the key is another and all is baked anew. `gone`: another window took the container away.
 */
export async function migrate(client: Docker, migrating: Migrating, context: Context): Promise<Result<'done' | 'gone'>> {
  const { migrations, resource, name, container } = migrating;
  if (migrations.length === 0) return ok('done');
  const network = await connected(client, networkName(name), migrating, context);
  if (!network) return ok('gone');
  for (const migration of migrations) {
    context.progress(`migrating it (${migration.name})`);
    const problem = await run(client, migration, network, migrating, context);
    if (!problem.ok) return problem;
    if (problem.value === undefined) continue;
    if (!(await ifThere(() => container.inspect()))) return ok('gone');
    context.progress(`! ${resource.id}: the migration ${migration.name} failed: ${problem.value}. The snapshot is kept as it left it.`);
    break;
  }
  return ok('done');
}

/** The network of this snapshot's baking, with the database in it. Undefined: the database is gone. */
async function connected(
  client: Docker,
  name: string,
  { container, aliases, resource, lease, name: of }: Migrating,
  context: Context,
): Promise<string | undefined> {
  const Labels = { ...labelsFor(resource, context), [LABEL.resource]: lease, [PART.part]: 'seeding', [PART.of]: of };
  await client.createNetwork({ Name: name, Internal: true, CheckDuplicate: true, Labels }).catch(unlessThere);
  try {
    await client.getNetwork(name).connect({ Container: container.id, EndpointConfig: { Aliases: [...aliases] } });
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    // It is in it already: another window was faster, or one that is gone was.
    if (statusOf(error) !== 403 && statusOf(error) !== 409 && !/already exists/.test(messageOf(error))) throw error;
  }
  return name;
}

/** What went wrong, if anything. */
async function run(
  client: Docker,
  migration: Migration,
  network: string,
  { resource, name, lease, guard }: Migrating,
  context: Context,
): Promise<Result<string | undefined>> {
  const declared = await migration.template();
  if (!declared.ok) return declared;
  const own = `${name}.${migration.name}`;
  const Labels = { ...labelsFor(resource, context), [LABEL.resource]: lease, [PART.part]: 'migration', [PART.of]: name };
  const container = await client.createContainer({ ...confined(declared.value, network), name: own, Labels }).catch((error: unknown) => {
    unlessThere(error);
    return client.getContainer(own);
  });
  try {
    await tolerate(() => container.start());
    const until = context.now() + AT_MOST_MS;
    while (!context.signal.aborted) {
      const it = await ifThere(() => container.inspect());
      if (!it) return ok(undefined);
      const { Running, Status, ExitCode, Error: refused } = it.State;
      if (!Running)
        return ok(Status === 'exited' && ExitCode === 0 ? undefined : failure(ExitCode, refused || (await lastLines(container, 50))));
      const full = await guard();
      if (full) return full;
      if (context.now() > until) return ok('it did not come to an end in 15 minutes');
      await sleep(EVERY_MS);
    }
    return failed('cancelled', 'never', `Baking ${resource.id} was cancelled.`);
  } catch (error) {
    // An entry point that is not there, or a user that the image does not know.
    if (statusOf(error) !== 400) throw error;
    return ok(messageOf(error));
  } finally {
    await tolerate(() => container.remove({ force: true, v: true }));
  }
}

const failure = (exitCode: number, log: string): string => {
  const said = log.trim().split('\n').at(-1)?.trim() ?? '';
  return `exit code ${exitCode}${said ? ` (${said.slice(0, 300)})` : ''}`;
};

/** As declared, but alone with the database, and with nothing that it may write. */
export function confined(template: Template, network: string): Template {
  const { HostConfig, ExposedPorts: _ports, ...rest } = template;
  return {
    ...rest,
    HostConfig: {
      ...HostConfig,
      Binds: (HostConfig.Binds ?? []).map(readOnly),
      Mounts: (HostConfig.Mounts ?? []).map((mount) => ({ ...mount, ReadOnly: true })),
      NetworkMode: network,
      ExtraHosts: [],
      Links: [],
      PortBindings: {},
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
    },
    NetworkingConfig: { EndpointsConfig: { [network]: {} } },
  };
}

/** `source:target[:options]`; of the options, the labels of SELinux stay. */
function readOnly(bind: string): string {
  const [, where = bind, options = ''] = bind.match(/^((?:[A-Za-z]:[\\/])?[^:]*:[^:]+)(?::(.*))?$/) ?? [];
  return `${where}:${['ro', ...options.split(',').filter((o) => /^z$/i.test(o))].join(',')}`;
}

/** The network of a bake that is over. */
export const removeNetwork = (client: Docker, name: string): Promise<void> => tolerate(() => client.getNetwork(networkName(name)).remove());

const networkName = (name: string): string => `${name}.alone`;

function unlessThere(error: unknown): void {
  if (statusOf(error) !== 409) throw error;
}
