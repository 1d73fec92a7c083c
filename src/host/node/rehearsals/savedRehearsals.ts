import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeptRehearsal, type RehearsalSummary, readKept } from '../../../app/rehearsals/keptRehearsal.ts';
import { rehearsalView } from '../../../app/rehearsals/rehearsalView.ts';
import { failed, ok, type Result } from '../../../domain/index.ts';
import { replaceFile } from '../../../provision/replaceFile.ts';
import { english } from '../../../show/translate.ts';
import { codeOf } from '../journalSegments.ts';
import { rehearsalsIn } from '../kept.ts';

/** Rehearsals that a person saved, a file each. */
export interface SavedRehearsals {
  /** Newest first. What can't be read is left out, and counted. */
  list(): Promise<{ readonly rehearsals: readonly RehearsalSummary[]; readonly unreadable: number }>;
  read(id: string): Promise<Result<KeptRehearsal>>;
  save(rehearsal: KeptRehearsal): Promise<Result<void>>;
  /** Harmless where it is gone already. */
  remove(id: string): Promise<Result<void>>;
}

/** `storage`: the folder of what is kept of the workspace. */
export function openSavedRehearsals(storage: string): SavedRehearsals {
  const folder = rehearsalsIn(storage);
  const fileOf = (id: string): string => join(folder, `${id}.json`);

  async function read(id: string): Promise<Result<KeptRehearsal>> {
    if (!isId(id)) return gone;
    try {
      const kept = readKept(JSON.parse(await readFile(fileOf(id), 'utf8')), fileOf(id));
      // What is damaged further within is found by showing it once.
      if (kept.ok) rehearsalView(kept.value, undefined, english);
      return kept;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return gone;
      return failed('bad-file', 'never', `${fileOf(id)} cannot be read (${(error as Error).message}). Delete it, and simulate again.`);
    }
  }

  /** Of the world's reasons only one matters here: the disk did not do it. */
  async function done(what: string, work: () => Promise<void>): Promise<Result<void>> {
    try {
      return ok(await work());
    } catch (error) {
      return failed('storage-failed', 'later', `${folder}: the rehearsal could not be ${what} (${codeOf(error)}). Is the disk full?`);
    }
  }

  return {
    read,
    async list() {
      const names = await readdir(folder).catch(() => []);
      const ids = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).map((name) => name.slice(0, -'.json'.length));
      const all = await Promise.all(ids.map(read));
      const rehearsals = all.flatMap((r) => (r.ok ? [{ id: r.value.id, name: r.value.name, at: r.value.at }] : []));
      return { rehearsals: rehearsals.sort((a, b) => b.at - a.at), unreadable: all.length - rehearsals.length };
    },
    save: (rehearsal) => done('saved', () => replaceFile(fileOf(rehearsal.id), `${JSON.stringify({ version: 1, ...rehearsal })}\n`)),
    remove: (id) => done('deleted', () => (isId(id) ? rm(fileOf(id), { force: true }) : Promise.resolve())),
  };
}

/** Ids come back from a web view, and are names of files. */
const isId = (id: string): boolean => /^[\w-]{1,100}$/.test(id);

const gone = failed('not-found', 'never', 'This rehearsal is not saved here, or was deleted. Simulate it again.');
