import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { EMPTY_MEMORY, type Memory, type Store } from '../../app/ports.ts';
import { type Fault, failed } from '../../domain/index.ts';

/** The file's own shape, so that a later version can migrate it. */
interface Stored {
  readonly version: 1;
  readonly state: Memory;
}

/**
 * What outlives a session, in one JSON file (lowdb, which writes a neighbour and renames it). Saves are gathered: a
 * burst of changes is one write.
 */
export function openStore(file: string): Store {
  const db = new Low<Stored | null>(new JSONFile(file), null);
  let pending: Promise<void> | undefined;
  let dirty = false;

  const write = async (): Promise<void> => {
    while (dirty) {
      dirty = false;
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await db.write();
    }
    pending = undefined;
  };

  return {
    async load() {
      try {
        await db.read();
      } catch (error) {
        return { memory: EMPTY_MEMORY, fault: await setAside(file, error) };
      }
      const stored = db.data;
      if (stored === null) return { memory: EMPTY_MEMORY };
      if (stored.version !== 1 || typeof stored.state !== 'object')
        return { memory: EMPTY_MEMORY, fault: await setAside(file, 'unknown version') };
      return { memory: { ...EMPTY_MEMORY, ...stored.state } };
    },
    save(memory) {
      db.data = { version: 1, state: memory };
      dirty = true;
      pending ??= Promise.resolve().then(write);
    },
    async flush() {
      await pending;
    },
  };
}

async function setAside(file: string, error: unknown): Promise<Fault> {
  const aside = `${file}.unreadable`;
  await rename(file, aside).catch(() => {});
  return failed(
    'storage-failed',
    'never',
    `${file} could not be read and was set aside as ${aside}; personas are learnt anew from the journal.`,
    String(error),
  ).fault;
}
