import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { mergedVersions } from '../../app/personaVersions.ts';
import type { PersonaVersion, VersionStore } from '../../app/ports.ts';
import { erasureOf } from './erasure.ts';

interface Stored {
  readonly version: 1;
  readonly personas: readonly PersonaVersion[];
}

/**
 * Versions of personas, in a file of their own: it is written where a persona changed, and not with everything else. What another window
 * wrote meanwhile stays; what was erased since they were loaded is not written back.
 */
export function openVersions(file: string): VersionStore {
  const db = new Low<Stored | null>(new JSONFile(file), null);
  const storage = dirname(file);
  let writing: Promise<void> = Promise.resolve();
  /** The last erasure that what is saved here knows of. */
  let known: string | undefined;
  /** What the file held when it was last read or written, and its time and size then. */
  let [base, mark]: readonly [readonly PersonaVersion[], string | undefined] = [[], undefined];
  /** What it should hold. */
  let ours: readonly PersonaVersion[] = [];
  return {
    async load() {
      await writing.catch(() => {});
      known = await erasureOf(storage);
      ours = base = await read();
      return ours;
    },
    save(personas) {
      ours = personas;
      writing = writing.then(write, write);
    },
    flush: () => writing.catch(() => {}),
  };

  async function read(): Promise<readonly PersonaVersion[]> {
    const now = await marked();
    if (now !== undefined && now === mark) return base;
    db.data = null;
    await db.read().catch(() => {});
    const stored = db.data as Stored | null;
    mark = now;
    return stored?.version === 1 && Array.isArray(stored.personas) ? stored.personas : [];
  }

  async function marked(): Promise<string | undefined> {
    const found = await stat(file).catch(() => undefined);
    return found && `${found.mtimeMs} ${found.size} ${found.ino}`;
  }

  async function write(): Promise<void> {
    if ((await erasureOf(storage)) !== known) return;
    await mkdir(storage, { recursive: true, mode: 0o700 });
    const next = mergedVersions(base, ours, await read());
    db.data = { version: 1, personas: next };
    await db.write();
    [base, mark] = [next, await marked()];
    if ((await erasureOf(storage)) !== known) await rm(file, { force: true });
  }
}
