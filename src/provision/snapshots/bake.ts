import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { type Engine, faultOf, ifThere, statusOf, tolerate } from '../containers/engine.ts';
import { renewLeases } from '../leases.ts';
import { LABEL, labelsFor } from '../ownership.ts';
import type { Context } from '../provider.ts';
import { withUnstarted } from './copies.ts';
import type { Data } from './data.ts';
import { type Template, withData } from './design.ts';
import { migrate, removeNetwork } from './migrations.ts';
import { overBudget, takenBytes } from './room.ts';
import { untilSeeded, watchDisk } from './seeding.ts';
import { rootOf } from './tar.ts';
import {
  originOf,
  ourVolumes,
  PART,
  type Root,
  removeParts,
  type Sealed,
  sealedAs,
  sealOf,
  snapshotName,
  volumeLabels,
  volumeOf,
} from './volumes.ts';

/** A database may write for long when it is told to end; killed, its files would need repair at every start. */
const STOP_WITHIN_S = 300;
/** What is younger than this may be in somebody's hands. */
const LEFT_ALONE_MS = 30_000;
const TRY_AGAIN_EVERY_MS = 500;
const TRIES = 120;

export interface Baking {
  readonly resource: Resource;
  readonly data: Data;
  readonly template: Template;
  /** Budget for all snapshots and copies on this engine. */
  readonly diskBytes: number;
}

/**
 * Seeds once, into the volumes of a snapshot, by a container of its own beside whatever serves; stops it in order, and seals. Every step looks
 * first, and names are deterministic: two who bake at once share one container, and what a crash left running is taken up
 * again. On any failure the half-made snapshot goes.
 */
export async function bake(docker: Engine, baking: Baking, context: Context): Promise<Result<Sealed>> {
  const client = await docker();
  const name = snapshotName(baking.resource, baking.data.key, context);
  for (let again = 0; again < TRIES; again++) {
    const sealed = await sealedAs(client, name);
    if (sealed) return ok(sealed);
    const tried = await seedOnce(docker, name, baking, context).catch((error: unknown) => ({
      ok: false as const,
      fault: faultOf(error, baking.resource),
    }));
    if (!tried.ok) {
      await discard(client, name, context).catch(() => {});
      return tried;
    }
    if (tried.value !== 'gone') return ok(tried.value);
    await sleep(TRY_AGAIN_EVERY_MS);
  }
  return failed('start-failed', 'later', `${baking.resource.id}: another window keeps taking away what this one bakes. Try again later.`);
}

async function seedOnce(docker: Engine, name: string, baking: Baking, context: Context): Promise<Result<Sealed | 'gone'>> {
  const { resource, data } = baking;
  const client = await docker();
  if ((await clearAbandoned(client, name, resource, context)) === 'busy') return ok('gone');
  const room = await roomFor(client, baking);
  if (!room.ok) return room;
  const container = await seedingContainer(client, name, baking, context);
  if (!container) return ok('gone');
  context.progress('seeding it once, for a snapshot');
  await tolerate(() => container.start());
  const seeding = { container, resource, data, lease: `${originOf(resource)}#seeding`, leftBytes: room.value };
  const guard = watchDisk(seeding, context);
  const seeded = await untilSeeded(docker, seeding, guard, context);
  if (!seeded.ok || seeded.value === 'gone') return seeded as Result<'gone'>;
  const aliases = Object.values(baking.template.NetworkingConfig?.EndpointsConfig ?? {}).flatMap((e) => e?.Aliases ?? []);
  const migrated = await migrate(client, { ...seeding, migrations: data.migrations, aliases, name, guard }, context);
  if (!migrated.ok || migrated.value === 'gone') return migrated as Result<'gone'>;
  context.progress('keeping the snapshot');
  return stopAndSeal(client, name, container, baking, context);
}

/** Undefined: somebody else is making it, or is taking it away. In the place of the data, the snapshot's volumes; without the developer's names and ports, so that it stands beside what serves. */
async function seedingContainer(
  client: Docker,
  name: string,
  { resource, data, template }: Baking,
  context: Context,
): Promise<Docker.Container | undefined> {
  const mounts = data.paths.map((path, i) => ({ path, volume: volumeOf(name, i) }));
  for (const { volume } of mounts)
    await client.createVolume({ Name: volume, Labels: { ...volumeLabels(resource, data, 'snapshot', name, context) } });
  const own = withData(template, data.paths, mounts);
  const ports = [...new Set([data.port ?? 0, ...resource.ports.filter((p) => p.protocol === 'tcp').map((p) => p.container)])];
  const lease = `${originOf(resource)}#seeding`;
  const endpoints = Object.keys(own.NetworkingConfig?.EndpointsConfig ?? {}).map((network) => [network, {}]);
  try {
    return await client.createContainer({
      ...own,
      name: seedingName(name),
      Labels: { ...labelsFor(resource, context), [LABEL.resource]: lease, [PART.part]: 'seeding', [PART.of]: name },
      ExposedPorts: Object.fromEntries(ports.map((p) => [`${p}/tcp`, {}])),
      HostConfig: {
        ...own.HostConfig,
        // The image's own files are copied into the new volume, as the engine does for any.
        Mounts: (own.HostConfig.Mounts ?? []).map((m) =>
          mounts.some(({ volume }) => volume === m.Source) ? { ...m, VolumeOptions: undefined } : m,
        ) as never,
        RestartPolicy: { Name: 'no' },
        AutoRemove: false,
        PortBindings: Object.fromEntries(ports.map((p) => [`${p}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]])),
      },
      NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) },
    });
  } catch (error) {
    // 409: another window made it a moment ago, or one did that is gone; its work is taken up. It is not listed before it is whole.
    if (statusOf(error) !== 409) throw error;
    const there = await ifThere(() => client.getContainer(seedingName(name)).inspect());
    return there && client.getContainer(there.Id);
  } finally {
    await renewLeases([lease], context);
  }
}

async function stopAndSeal(
  client: Docker,
  name: string,
  container: Docker.Container,
  { resource, data }: Baking,
  context: Context,
): Promise<Result<Sealed | 'gone'>> {
  await tolerate(() => container.stop({ t: STOP_WITHIN_S }));
  const ended = await ifThere(() => container.inspect());
  if (!ended) return ok('gone');
  if (ended.State.ExitCode === 137 || ended.State.OOMKilled)
    return failed(
      'start-failed',
      'later',
      `${resource.id}: it was seeded but did not end in order when it was told to, so it was not kept.`,
    );
  const roots = await Promise.all(data.paths.map((_, i) => rootAt(client, data, volumeOf(name, i), context)));
  if (context.signal.aborted) return failed('cancelled', 'never', `Baking ${resource.id} was cancelled.`);
  if (!(await ifThere(() => container.inspect()))) return ok('gone');
  const labels = volumeLabels(resource, data, 'seal', name, context);
  await client.createVolume({ Name: sealOf(name), Labels: { ...labels, [PART.roots]: JSON.stringify(roots) } });
  await tolerate(() => container.remove({ v: true }));
  await removeNetwork(client, name);
  return ok({ name, key: data.key, base: data.base, roots, at: Number(labels[PART.at]) });
}

async function rootAt(client: Docker, data: Data, volume: string, context: Context): Promise<Root> {
  return withUnstarted(client, data.image, [{ volume, path: '/prewarm' }], context, async (helper) => {
    const archive = (await helper.getArchive({ path: '/prewarm' })) as NodeJS.ReadableStream & { destroy(): void };
    try {
      for await (const chunk of archive) return rootOf(chunk as Buffer);
      throw new Error(`the engine gave no archive of ${volume}`);
    } finally {
      archive.destroy();
    }
  });
}

/**
 * What is left of bakes that a crash ended: volumes without a seal that no container works at. `busy`: somebody stopped the container
 * of this very snapshot a moment ago and is about to seal it.
 */
async function clearAbandoned(client: Docker, name: string, resource: Resource, context: Context): Promise<'clear' | 'busy'> {
  const label = [`${LABEL.workspace}=${context.workspace}`, PART.part];
  const containers = await client.listContainers({ all: true, filters: { label } });
  const worked = new Set<string>();
  for (const { Id, State, Created, Labels } of containers) {
    const half = Labels[PART.of] ?? '';
    if (State === 'running' || context.now() - Created * 1000 < LEFT_ALONE_MS || (await endedLately(client, Id, context))) worked.add(half);
    else await tolerate(() => client.getContainer(Id).remove({ v: true }));
    if (half === name && Labels[PART.part] === 'seeding' && State === 'exited' && worked.has(half)) return 'busy';
  }
  const own = [`${LABEL.resource}=${originOf(resource)}`, `${PART.part}=snapshot`];
  for (const half of new Set((await ourVolumes(client, context, own)).map((v) => v.Labels[PART.of] ?? '')))
    if (!worked.has(half) && !(await sealedAs(client, half))) {
      await removeNetwork(client, half);
      await removeParts(client, half, context);
    }
  return 'clear';
}

async function endedLately(client: Docker, id: string, context: Context): Promise<boolean> {
  const it = await ifThere(() => client.getContainer(id).inspect());
  return it !== undefined && context.now() - Date.parse(it.State.FinishedAt) < LEFT_ALONE_MS;
}

async function roomFor(client: Docker, { resource, data, diskBytes }: Baking): Promise<Result<number>> {
  const leftBytes = diskBytes - (await takenBytes(client));
  return data.seedBytes > leftBytes ? overBudget(resource) : ok(leftBytes);
}

async function discard(client: Docker, name: string, context: Context): Promise<void> {
  await tolerate(() => client.getContainer(seedingName(name)).remove({ force: true, v: true }));
  await removeNetwork(client, name);
  if (!(await sealedAs(client, name))) await removeParts(client, name, context);
}

const seedingName = (name: string): string => `${name}.seeding`;
