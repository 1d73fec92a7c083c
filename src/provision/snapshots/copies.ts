import type Docker from 'dockerode';
import type { Resource } from '../../domain/index.ts';
import { ifThere, messageOf, statusOf, tolerate } from '../containers/engine.ts';
import { LABEL, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { Data } from './data.ts';
import type { DataMount } from './design.ts';
import { tarFolders } from './tar.ts';
import { copyName, PART, type Sealed, sealOf, volumeLabels, volumeOf } from './volumes.ts';

/** In order of liking: with metacopy, a start script's `chown -R` copies no contents; where no overlay can be mounted, everything is copied. */
const WAYS = ['metacopy', 'overlay', 'full'] as const;
type Way = (typeof WAYS)[number];

/** What every helper container is handed: the image is the resource's own, so nothing is pulled. */
interface Making {
  readonly client: Docker;
  readonly resource: Resource;
  readonly data: Data;
  readonly sealed: Sealed;
  readonly context: Context;
}

/**
 * Copies of snapshots to serve from. Where the engine can mount overlays, a copy shares the snapshot's files and holds only what
 * was changed, so it is there in a moment; elsewhere everything is copied. Which of the two is found out once, by trying.
 */
export function createCopies(docker: () => Promise<Docker>) {
  let way: Way | undefined;

  /** The copy of this resource (and variant) from this snapshot: the one that is there, with what the developer changed in it, or a new one. */
  async function ensure(resource: Resource, data: Data, sealed: Sealed, context: Context): Promise<readonly DataMount[]> {
    const making = { client: await docker(), resource, data, sealed, context };
    const name = copyName(resource, sealed.key, context);
    return Promise.all(data.paths.map(async (path, i) => ({ path, volume: await ensureOne(making, name, i) })));
  }

  async function ensureOne(making: Making, name: string, index: number): Promise<string> {
    const volume = volumeOf(name, index);
    const there = await ifThere(() => making.client.getVolume(volume).inspect());
    if (there?.Labels[PART.part] === 'copy' || (await sealedFull(making.client, volume, there))) return volume;
    for (const trying of way || there ? [way ?? 'full'] : WAYS) {
      if (trying === 'full') break;
      await layOver(making, name, index, trying);
      if (way || (await mounts(making, volume))) {
        way = trying;
        return volume;
      }
      for (const part of [volume, `${volume}.upper`]) await tolerate(() => making.client.getVolume(part).remove());
    }
    await copyAll(making, name, index);
    if (!there) way = 'full';
    return volume;
  }

  return { ensure };
}

/** A local volume of type overlay: the snapshot below, a folder of its own above. The engine mounts it when a container starts. */
async function layOver({ client, resource, data, sealed, context }: Making, name: string, index: number, way: Way): Promise<void> {
  const volume = volumeOf(name, index);
  const labels = (part: 'upper' | 'copy') => volumeLabels(resource, { ...data, key: sealed.key }, part, name, context);
  const upper = `${volume}.upper`;
  await client.createVolume({ Name: upper, Labels: { ...labels('upper') } });
  const root = sealed.roots[index] ?? { mode: 0o755, uid: 0, gid: 0 };
  await withUnstarted(client, data.image, [{ volume: upper, path: '/prewarm' }], context, (container) =>
    container.putArchive(
      tarFolders([
        { name: 'upper', ...root },
        { name: 'work', mode: 0o700, uid: 0, gid: 0 },
      ]),
      { path: '/prewarm' },
    ),
  );
  const [below, above] = await Promise.all([volumeOf(sealed.name, index), upper].map((v) => client.getVolume(v).inspect()));
  await client.createVolume({
    Name: volume,
    Driver: 'local',
    DriverOpts: {
      type: 'overlay',
      device: 'overlay',
      o: `lowerdir=${below?.Mountpoint},upperdir=${above?.Mountpoint}/upper,workdir=${above?.Mountpoint}/work${way === 'metacopy' ? ',metacopy=on' : ''}`,
    },
    Labels: { ...labels('copy'), [PART.from]: sealed.name },
  });
}

/** To look at a path makes the engine mount what is there. */
async function mounts({ client, data, context }: Making, volume: string): Promise<boolean> {
  try {
    await withUnstarted(client, data.image, [{ volume, path: '/prewarm' }], context, (container) =>
      container.infoArchive({ path: '/prewarm' }),
    );
    return true;
  } catch (error) {
    if (/mount|overlay|invalid argument|not permitted/i.test(messageOf(error))) return false;
    throw error;
  }
}

/** By a container that bears the copy's name, so that two windows wait for one copying; sealed when it is whole. */
async function copyAll({ client, resource, data, sealed, context }: Making, name: string, index: number): Promise<void> {
  context.progress('copying its data');
  const volume = volumeOf(name, index);
  const labels = volumeLabels(resource, { ...data, key: sealed.key }, 'full-copy', name, context);
  await client.createVolume({ Name: volume, Labels: { ...labels, [PART.from]: sealed.name } });
  await client
    .createContainer({
      name: `${volume}.filling`,
      Image: data.image,
      User: '0',
      Entrypoint: ['cp', '-a', '/from/.', '/to/'],
      Cmd: [],
      Labels: { ...passing(context) },
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [
          { Type: 'volume', Source: volumeOf(sealed.name, index), Target: '/from', ReadOnly: true },
          { Type: 'volume', Source: volume, Target: '/to', VolumeOptions: { NoCopy: true } as never },
        ],
      },
    })
    .catch(unlessTaken);
  const container = client.getContainer(`${volume}.filling`);
  await tolerate(() => container.start());
  const { StatusCode } = (await container.wait()) as { StatusCode: number };
  if (StatusCode !== 0) {
    const log = String(await container.logs({ stdout: true, stderr: true, tail: 3 })).replace(/[^\x20-\x7e]+/g, ' ');
    await tolerate(() => container.remove({ v: true }));
    await tolerate(() => client.getVolume(volume).remove());
    throw new Error(`its snapshot could not be copied (cp ended with ${StatusCode}): ${log.trim().slice(-200)}`);
  }
  await client.createVolume({ Name: sealOf(volume), Labels: { ...labels, [PART.part]: 'copy-seal', [PART.from]: sealed.name } });
  await tolerate(() => container.remove({ v: true }));
}

async function sealedFull(client: Docker, volume: string, there: Docker.VolumeInspectInfo | undefined): Promise<boolean> {
  return there !== undefined && (await ifThere(() => client.getVolume(sealOf(volume)).inspect())) !== undefined;
}

/** A container that is made, used for its mounts, and removed; it never runs. */
export async function withUnstarted<T>(
  client: Docker,
  image: string,
  mounts: readonly DataMount[],
  context: Context,
  use: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await client.createContainer({
    Image: image,
    Entrypoint: ['none'],
    Cmd: [],
    Labels: { ...passing(context) },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: mounts.map(({ volume, path }) => ({
        Type: 'volume' as const,
        Source: volume,
        Target: path,
        VolumeOptions: { NoCopy: true } as never,
      })),
    },
  });
  try {
    return await use(container);
  } finally {
    // `v` takes only the nameless volumes that the engine made for this container out of its image.
    // Nobody waits for that; what stays behind goes with the next bake.
    void tolerate(() => container.remove({ v: true })).catch(() => {});
  }
}

/** Nothing that lasts: what a crash leaves of it goes with the next bake. */
const passing = (context: Context) => ({
  [LABEL.owner]: OWNER,
  [LABEL.workspace]: context.workspace,
  [LABEL.lease]: String(context.now()),
  [PART.part]: 'helper',
});

function unlessTaken(error: unknown): void {
  // 409: another window made it a moment ago.
  if (statusOf(error) !== 409) throw error;
}
