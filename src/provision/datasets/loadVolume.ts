import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { failed, ok, type Result, type VolumeTarget } from '../../domain/index.ts';
import { ifThere, isUnreachable, messageOf, NO_SPACE, tolerate, unreachable } from '../containers/engine.ts';
import { LABEL, OWNER } from '../ownership.ts';
import { type Content, type Step, stillWhole } from './content.ts';
import { AT, removeHelper, withHelper } from './helper.ts';
import { packFiles } from './packFiles.ts';
import { isOurs, keyOfFiles, nameOf, type Piece, pieceLabels, SHELF, type Shelf, shelfOf } from './shelf.ts';

export interface VolumeLoad {
  readonly docker: () => Promise<Docker>;
  readonly dataset: string;
  readonly target: VolumeTarget;
}

/** The folder of a content's volume in which its files are, so that they can bear their own owner and mode at the top. */
const FILES = 'files';

/** Whether the volume holds this content, by the marks beside it. */
export async function volumeHolds({ docker, dataset, target }: VolumeLoad, content: Content): Promise<Result<boolean>> {
  return guarded(dataset, async () => {
    const { stands, current } = await look(await docker(), target.volume);
    return ok(stands && current === keyOfFiles(content, target.unpack === true));
  });
}

/**
 * Loads files into a volume beside the declared one and, when they are whole and nobody runs with it, turns the pointer to them. What
 * fails, is cancelled or killed before that has touched nothing that is in use, and what was whole goes in later without being loaded again.
 */
export async function loadVolume(how: VolumeLoad, content: Content, step: Step): Promise<Result<void>> {
  const { docker, dataset, target } = how;
  const { volume } = target;
  return guarded(dataset, async () => {
    const client = await docker();
    const declared = await ifThere(() => client.getVolume(volume).inspect());
    if (declared && !isOurs(declared))
      return failed(
        'in-use',
        'never',
        `${dataset}: the volume ${volume} is yours, and nothing is written into it. Remove it (\`docker volume rm ${volume}\`) if it is of no use, or name another “volume”.`,
      );
    const key = keyOfFiles(content, target.unpack === true);
    const shelf = await tidied(client, volume, await look(client, volume));
    if (shelf.stands && shelf.current === key) return ok(undefined);
    if (!shelf.whole.has(key)) {
      const loaded = await fill(client, how, key, content, step);
      if (!loaded.ok) return loaded;
    }
    const users = shelf.declared ? await runningWith(client, volume) : [];
    if (users.length > 0)
      return failed(
        'in-use',
        'later',
        `${dataset}: the volume ${volume} is in use by ${users.join(', ')}. Stop what uses it; what was loaded waits for that.`,
      );
    await turnTo(client, volume, key, step);
    await clear(client, volume, (await look(client, volume)).contents, [key, ...(shelf.current ? [shelf.current] : [])]);
    return ok(undefined);
  });
}

async function look(client: Docker, volume: string): Promise<Shelf> {
  const label = [`${LABEL.owner}=${OWNER}`, `${SHELF.volume}=${volume}`];
  return shelfOf((await client.listVolumes({ filters: JSON.stringify({ label }) as never })).Volumes ?? []);
}

/** Takes away what killed loads left half; and all of it where the developer removed the volume, whose old content may bear their changes. */
async function tidied(client: Docker, volume: string, shelf: Shelf): Promise<Shelf> {
  const removed = !shelf.declared && shelf.current !== undefined;
  const kept = removed ? [] : [...shelf.whole];
  if (shelf.contents.every((c) => kept.includes(c.key))) return shelf;
  await removeHelper(client, volume);
  await clear(client, volume, shelf.contents, kept);
  return look(client, volume);
}

async function clear(client: Docker, volume: string, contents: Shelf['contents'], kept: readonly string[]): Promise<void> {
  // Marks first, so that half of a content is never taken for all of it.
  for (const { key } of contents.filter((c) => !kept.includes(c.key)))
    for (const piece of ['current', 'whole', 'content'] as const)
      await tolerate(() => client.getVolume(nameOf(volume, piece, key)).remove());
}

async function fill(client: Docker, { dataset, target }: VolumeLoad, key: string, content: Content, step: Step): Promise<Result<void>> {
  const { volume } = target;
  const checked = await stillWhole(content, dataset, step);
  if (!checked.ok) return checked;
  await make(client, volume, 'content', key);
  const done = new AbortController();
  const signal = AbortSignal.any([step.signal, done.signal]);
  let broke: Error | undefined;
  try {
    await withHelper(client, volume, nameOf(volume, 'content', key), async (container) => {
      const stream = await packFiles(content, { under: FILES, unpack: target.unpack === true }, { ...step, signal });
      stream.once('error', (error) => {
        broke = error;
      });
      try {
        await container.putArchive(stream, { path: AT, abortSignal: step.signal });
      } finally {
        stream.destroy();
      }
    });
    await make(client, volume, 'whole', key);
    return ok(undefined);
  } catch (error) {
    // Half of it is of no use and takes its room; where it cannot be removed now, the next load does.
    await clear(client, volume, [{ name: '', key }], []).catch(() => {});
    if (step.signal.aborted) return failed('cancelled', 'never', `Loading ${dataset} was cancelled.`);
    // What broke the stream tells more than what became of its reader. What broke the connection broke the stream too.
    if (broke && !isUnreachable(broke)) return failed('bad-file', 'never', `${dataset}: ${broke.message}`);
    throw error;
  } finally {
    done.abort();
  }
}

/**
 * The pointer leads to one whole content or to another, whatever ends us between. The mark goes first and comes last, so that where it
 * stands it is true; without it the next climb turns the pointer again.
 */
async function turnTo(client: Docker, volume: string, key: string, { progress }: Step): Promise<void> {
  progress(`putting it into ${volume}`);
  const pointer = nameOf(volume, 'pointer');
  await make(client, volume, 'pointer');
  const { current } = await look(client, volume);
  if (current !== undefined) await tolerate(() => client.getVolume(nameOf(volume, 'current', current)).remove());
  const { Mountpoint: files } = await client.getVolume(nameOf(volume, 'content', key)).inspect();
  const { Mountpoint: at } = await client.getVolume(pointer).inspect();
  const link = await linkTo(`${files}/${FILES}`);
  await withHelper(client, volume, pointer, (container) => container.putArchive(link, { path: AT }));
  await client.createVolume({
    Name: volume,
    Driver: 'local',
    DriverOpts: { type: 'none', o: 'bind', device: `${at}/current` },
    Labels: { ...pieceLabels(volume, 'declared') },
  });
  // To look into it makes the engine mount it: where it cannot, that is said here and not by the developer's container.
  await withHelper(client, volume, volume, (container) => container.infoArchive({ path: AT }));
  await make(client, volume, 'current', key);
}

async function linkTo(linkname: string): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const stream = pack();
  stream.entry({ name: 'current', type: 'symlink', linkname });
  stream.finalize();
  return Readable.from(stream as AsyncIterable<Uint8Array>, { objectMode: false });
}

/** To create a volume that is there changes nothing. */
async function make(client: Docker, volume: string, piece: Exclude<Piece, 'declared'>, key = ''): Promise<void> {
  await client.createVolume({ Name: nameOf(volume, piece, key), Labels: { ...pieceLabels(volume, piece, key) } });
}

/** A container that is paused has it mounted too; one that has stopped does not. */
async function runningWith(client: Docker, volume: string): Promise<readonly string[]> {
  const users = await client.listContainers({ filters: { volume: [volume] } });
  return users.map((c) => c.Names[0]?.slice(1) ?? c.Id.slice(0, 12));
}

/** What the engine said, as a fault of this dataset. */
async function guarded<T>(dataset: string, act: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    if (isUnreachable(error)) return { ok: false, fault: unreachable(error) };
    const text = messageOf(error);
    if (NO_SPACE.test(text))
      return failed('storage-failed', 'later', `${dataset}: the disk of the engine is full. Free some space.`, text.slice(0, 4000));
    const said = text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
    return failed('storage-failed', 'later', `${dataset}: the engine could not put it into its volume (${said}).`, text.slice(0, 4000));
  }
}
