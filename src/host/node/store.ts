import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mergedMemory } from '../../app/mergedMemory.ts';
import { EMPTY_MEMORY, type Memory, type Store } from '../../app/ports.ts';
import { type Fault, failed } from '../../domain/index.ts';
import { emptyMemory, erasureOf, finishErasing } from './erasure.ts';

/** The file's own shape, so that a later version can migrate it. */
interface Stored {
  readonly version: 1;
  readonly state: Memory;
}

/**
 * What outlives a session, in one JSON file, written beside and renamed into place. Saves are gathered: a
 * burst of changes is one write. What another window or command wrote meanwhile is merged with ours, and told by `news`. What was erased
 * by another is not written back: from then on nothing is, until the store has loaded again.
 */
export function openStore(file: string): Store {
  const storage = dirname(file);
  /** The last erasure that what is saved here knows of. */
  let erasure: string | undefined;
  /** Of our own: of two windows that write at once, neither takes the other's away. */
  const draft = join(storage, `.${basename(file)}.${randomUUID()}.tmp`);
  /** What the file held when we last read or wrote it, and that as a text. */
  let [base, text]: readonly [Memory, string | undefined] = [EMPTY_MEMORY, undefined];
  /** What it should hold: what the app knows, and what others wrote that was not told to it yet. */
  let ours: Memory = EMPTY_MEMORY;
  let known: Memory = EMPTY_MEMORY;
  let pending: Promise<void> | undefined;
  let dirty = false;

  const write = async (): Promise<void> => {
    try {
      while (dirty) {
        dirty = false;
        await mkdir(storage, { recursive: true, mode: 0o700 });
        if (await isSuperseded()) continue;
        await takeIn();
        const next = JSON.stringify({ version: 1, state: ours } satisfies Stored);
        const saved = ours;
        const problem = await put(next).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (problem === undefined) [base, text] = [saved, next];
        // Erased between the look and the write, it stands there again, or its draft is gone: what an erasure leaves is put in its place.
        if (await isSuperseded()) await emptyMemory(storage);
        else if (problem !== undefined) throw problem;
      }
    } finally {
      // What failed is no reason not to try the next.
      pending = undefined;
    }
  };

  async function put(next: string): Promise<void> {
    try {
      await writeFile(draft, next);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** What stands in the file by others' hand. A file that is gone or torn says nothing: it is written anew. */
  async function takeIn(): Promise<void> {
    const stands = await readFile(file, 'utf8').catch(() => undefined);
    if (stands === undefined || stands === text) return;
    const theirs = parsed(stands);
    if (!theirs) return;
    ours = mergedMemory(base, ours, theirs);
    [base, text] = [theirs, stands];
  }

  const isSuperseded = async (): Promise<boolean> => (await erasureOf(storage)) !== erasure;

  return {
    isSuperseded,
    async load() {
      await finishErasing(storage);
      erasure = await erasureOf(storage);
      const stands = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : error));
      const memory = typeof stands === 'string' ? parsed(stands) : undefined;
      [base, text] = [memory ?? EMPTY_MEMORY, typeof stands === 'string' ? stands : undefined];
      known = ours = base;
      if (stands === undefined || memory) return { memory: ours };
      text = undefined;
      return { memory: ours, fault: await setAside(file, stands) };
    },
    async news(tell) {
      await pending;
      if (!(await isSuperseded())) await takeIn();
      if (ours === known) return;
      known = ours;
      tell(ours);
    },
    save(memory) {
      const isTold = ours === known;
      ours = isTold ? memory : mergedMemory(known, memory, ours);
      known = memory;
      dirty = true;
      pending ??= Promise.resolve().then(write);
    },
    async flush() {
      await pending;
    },
  };
}

function parsed(text: string): Memory | undefined {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    return stored?.version === 1 && typeof stored.state === 'object' ? { ...EMPTY_MEMORY, ...stored.state } : undefined;
  } catch {
    return undefined;
  }
}

async function setAside(file: string, problem: string | Error): Promise<Fault> {
  const aside = `${file}.unreadable`;
  await rename(file, aside).catch(() => {});
  return failed(
    'storage-failed',
    'never',
    `${file} could not be read and was set aside as ${aside}; personas are learnt anew from the journal.`,
    problem instanceof Error ? String(problem) : 'it is not what Prewarm writes',
  ).fault;
}
