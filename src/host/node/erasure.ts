import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { emptied } from '../../app/emptied.ts';
import { EMPTY_MEMORY, type Memory } from '../../app/ports.ts';
import type { UnixMs } from '../../domain/index.ts';
import { replaceFile } from '../../provision/replaceFile.ts';
import { bytesBelow, bytesOf, feedsIn, importsIn, journalIn, memoryIn, rehearsalsIn, versionsIn } from './kept.ts';

/** Beside what is kept: when it was last erased, and whether that came to its end. Windows that knew what was there see by it that it is gone. */
interface Stamp {
  readonly at: UnixMs;
  readonly id: string;
  readonly state: 'begun' | 'done';
}

const stampIn = (storage: string): string => join(storage, 'erased.json');

/** The last erasure's id; the same for as long as nothing is erased. */
export async function erasureOf(storage: string): Promise<string | undefined> {
  return (await stampOf(storage))?.id;
}

/**
 * Erases all that was recorded and learnt of one workspace; what the developer chose, and what it takes to find databases again, stays.
 * A stamp stands before the first file goes and says when the last is gone, so that whoever opens the workspace after a crash
 * finishes it. Throws for a reason of the world; doing it again is harmless. Resolves to the bytes that are gone.
 */
export async function eraseWorkspace(storage: string, { id, at }: { readonly id: string; readonly at: UnixMs }): Promise<number> {
  // Where nothing was ever recorded no folder is made to say so.
  if (!(await stat(storage).catch(() => undefined))) return 0;
  const before = await bytesOfKept(storage);
  await mark(storage, { at, id, state: 'begun' });
  await finish(storage);
  await mark(storage, { at, id, state: 'done' });
  return Math.max(0, before - (await bytesOfKept(storage)));
}

/** What a crash interrupted. */
export async function finishErasing(storage: string): Promise<void> {
  const stamp = await stampOf(storage);
  if (stamp?.state !== 'begun') return;
  await finish(storage);
  await mark(storage, { ...stamp, state: 'done' });
}

/** A memory that was written back by somebody who did not know of the last erasure yet; what was recorded since then stays. */
export const emptyMemory = async (storage: string): Promise<void> =>
  replaceFile(memoryIn(storage), JSON.stringify({ version: 1, state: emptied(await memoryOf(storage)) }));

const foldersIn = (storage: string): readonly string[] => [journalIn, importsIn, feedsIn, rehearsalsIn].map((of) => of(storage));

async function finish(storage: string): Promise<void> {
  // The folders stay: another window may be about to begin a file there.
  for (const folder of foldersIn(storage))
    for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name), { recursive: true, force: true });
  // Versions of personas; and drafts of a write that was cut off, and what could not be read and was set aside, which hold the same.
  for (const name of await readdir(storage).catch(() => []))
    if (/^\.?(memory|personaVersions)\.json/.test(name) && name !== 'memory.json')
      await rm(join(storage, name), { recursive: true, force: true });
  await emptyMemory(storage);
}

/** What can't be read holds no choice that could be kept. */
async function memoryOf(storage: string): Promise<Memory> {
  const stored = await jsonIn(memoryIn(storage));
  const state = stored && typeof stored === 'object' && 'state' in stored ? stored.state : undefined;
  return { ...EMPTY_MEMORY, ...(state && typeof state === 'object' ? state : {}) };
}

async function stampOf(storage: string): Promise<Stamp | undefined> {
  const stamp = (await jsonIn(stampIn(storage))) as Partial<Stamp> | undefined;
  return typeof stamp?.id === 'string' && (stamp.state === 'begun' || stamp.state === 'done') ? (stamp as Stamp) : undefined;
}

const mark = (storage: string, stamp: Stamp): Promise<void> => replaceFile(stampIn(storage), JSON.stringify(stamp));

async function jsonIn(file: string): Promise<unknown> {
  return readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
}

async function bytesOfKept(storage: string): Promise<number> {
  const files = [memoryIn(storage), versionsIn(storage)].map(bytesOf);
  const parts = await Promise.all([...foldersIn(storage).map(bytesBelow), ...files]);
  return parts.reduce((a, b) => a + b, 0);
}
