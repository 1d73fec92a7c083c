import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Histories, KeptHistory, Staged } from '../../app/ports.ts';
import { type Fault, failed, type Result, type UnixMs } from '../../domain/index.ts';
import type { LearnerThread } from '../worker/learnerClient.ts';
import { findHistories, idOf } from './findHistories.ts';
import { codeOf } from './journalSegments.ts';
import { previewHistory } from './previewHistory.ts';

export interface HistoriesOptions {
  /** One trace for each imported history; nobody else writes here. */
  readonly folder: string;
  readonly importAll: LearnerThread['importAll'];
  readonly now: () => UnixMs;
  /** Traces are kept for so long after they were imported, however old what they tell of is (default: for good). */
  readonly retentionDays?: number;
}

const DAY_MS = 86_400_000;
/** Of an import that a crash ended; longer than any import takes. */
const STALE_MS = 60 * 60_000;
const STAGED = '.staged-';

export const traceOf = (folder: string, id: string): string => join(folder, `${id}.jsonl`);

/** Imported histories as redacted traces, one file each, so that importing one again replaces it. */
export function openHistories({ folder, importAll, now, retentionDays }: HistoriesOptions): Histories {
  const since = (): UnixMs => (retentionDays === undefined ? 0 : now() - retentionDays * DAY_MS);
  return {
    find: (folders) => findHistories({ home: homedir(), platform: process.platform, environment: process.env, folders }),
    kept: async () => {
      await expire(folder, since());
      return keptIn(folder);
    },
    preview: (source) => previewHistory(source, now()),
    async stage(sources, options = {}) {
      await removeStale(folder, now());
      const staging = join(folder, `${STAGED}${randomUUID().slice(0, 8)}`);
      const done = await importAll({ folder: staging, now: now(), sources: sources.map((s) => ({ ...s, id: idOf(s) })) }, options);
      if (!done.ok) {
        await discard(staging);
        return done;
      }
      const { imported, faults } = done.value;
      const staged: Staged = {
        imported,
        faults,
        traces: imported.map(({ id }) => traceOf(staging, id)),
        keep: () =>
          moved(
            imported.map(({ id }) => id),
            staging,
            folder,
          ),
        discard: () => discard(staging),
      };
      return { ok: true, value: staged } satisfies Result<Staged>;
    },
    async remove(ids) {
      const faults = await Promise.all(ids.map((id) => removed(traceOf(folder, id))));
      return faults.find((fault) => fault !== undefined);
    },
  };
}

async function keptIn(folder: string): Promise<readonly KeptHistory[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.jsonl'));
  return names.map((name) => ({ id: name.slice(0, -'.jsonl'.length), trace: join(folder, name) }));
}

/** Removes what was imported before that time; it can be imported again for as long as the shell has it. */
async function expire(folder: string, before: UnixMs): Promise<void> {
  for (const name of await namesIn(folder)) {
    const file = join(folder, name);
    const at = name.endsWith('.jsonl') ? (await stat(file).catch(() => undefined))?.mtimeMs : undefined;
    if (at !== undefined && at < before) await rm(file, { force: true }).catch(() => undefined);
  }
}

/** Sorted; none where there is no such folder. */
const namesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder).catch(() => [])).sort();

async function moved(ids: readonly string[], from: string, to: string): Promise<Fault | undefined> {
  try {
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const id of ids) await rename(traceOf(from, id), traceOf(to, id));
    return undefined;
  } catch (error) {
    return failed('storage-failed', 'later', `What was imported could not be kept in ${to} (${codeOf(error)}). Make it writable.`).fault;
  } finally {
    await discard(from);
  }
}

async function removed(file: string): Promise<Fault | undefined> {
  return rm(file, { force: true }).then(
    () => undefined,
    (error) => failed('storage-failed', 'never', `${file} could not be removed (${codeOf(error)}). Remove it by hand.`).fault,
  );
}

const discard = (staging: string): Promise<void> => rm(staging, { recursive: true, force: true }).catch(() => undefined);

async function removeStale(folder: string, now: UnixMs): Promise<void> {
  for (const name of await namesIn(folder)) {
    const at = name.startsWith(STAGED) ? (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs : undefined;
    if (at !== undefined && now - at > STALE_MS) await discard(join(folder, name));
  }
}
