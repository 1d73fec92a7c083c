import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import type { PersonaVersion, VersionStore } from '../../app/ports.ts';
import { erasureOf } from './erasure.ts';

interface Stored {
  readonly version: 1;
  readonly personas: readonly PersonaVersion[];
}

/**
 * Versions of personas, in a file of their own: it is written where a persona changed, and not with everything else. What was erased
 * since they were loaded is not written back.
 */
export function openVersions(file: string): VersionStore {
  const db = new Low<Stored | null>(new JSONFile(file), null);
  const storage = dirname(file);
  let writing: Promise<void> = Promise.resolve();
  /** The last erasure that what is saved here knows of. */
  let known: string | undefined;
  return {
    async load() {
      await writing.catch(() => {});
      known = await erasureOf(storage);
      db.data = null;
      await db.read().catch(() => {});
      const stored = db.data as Stored | null;
      return stored?.version === 1 && Array.isArray(stored.personas) ? stored.personas : [];
    },
    save(personas) {
      db.data = { version: 1, personas };
      writing = writing.then(write, write);
    },
    flush: () => writing.catch(() => {}),
  };

  async function write(): Promise<void> {
    if ((await erasureOf(storage)) !== known) return;
    await mkdir(storage, { recursive: true, mode: 0o700 });
    await db.write();
    if ((await erasureOf(storage)) !== known) await rm(file, { force: true });
  }
}
