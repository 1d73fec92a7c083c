import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Erasure, Records, Workspace } from '../../app/ports.ts';
import { type Activity, type Fault, failed, ok, type Result, type Snapshot } from '../../domain/index.ts';
import { erasureWords } from '../../show/erasure.ts';
import { type JournalOptions, type JournalSource, journalRows, journalText } from '../../show/journal.ts';
import { codeOf, type JournalProblems, readSegment, segmentsOf } from '../node/journalSegments.ts';
import { importsIn, journalIn, memoryIn } from '../node/kept.ts';
import { DEFAULT_SETTINGS, defaultStateFolder, RETENTION_DAYS } from '../node/openApp.ts';
import { createRecords } from '../node/records.ts';
import { openStore } from '../node/store.ts';
import { workspaceOf } from '../node/workspaceIdentity.ts';
import type { Invocation, Report } from './command.ts';
import { confirmed } from './confirmed.ts';
import { withApp } from './liveCommands.ts';

/** None of these needs an engine or a scan: what is recorded can be seen, taken along and erased whatever state the rest is in. */
function kept({ options }: Invocation): { readonly workspace: Workspace; readonly records: Records } {
  const text = (key: string): string | undefined => (typeof options[key] === 'string' ? (options[key] as string) : undefined);
  const workspace = workspaceOf(text('workspace') ?? '.');
  const root = text('state') ?? defaultStateFolder();
  return { workspace, records: createRecords({ root, workspace, retentionDays: RETENTION_DAYS, now: Date.now }) };
}

const MOST_ROWS = 200;

/** `prewarm journal`: what is recorded, newest first, and what was left out. */
export async function journalCommand(invocation: Invocation): Promise<Result<Report>> {
  const { limit = String(MOST_ROWS) } = invocation.options;
  const mostRows = Number(limit) || Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(String(limit))) return failed('wrong-usage', 'never', `--limit takes a number of lines (0: all), not “${limit}”.`);
  const { workspace, records } = kept(invocation);
  const problems: JournalProblems = new Map();
  const { memory } = await openStore(memoryIn(records.folder)).load();
  const names = await readdir(importsIn(records.folder)).catch(() => []);
  const source: JournalSource = {
    activities: await activitiesIn(journalIn(records.folder), workspace.id, problems),
    imported: names.filter((name) => name.endsWith('.jsonl')).map((name) => ({ id: name.slice(0, -'.jsonl'.length) })),
    dropped: memory.dropped,
    droppedSince: memory.droppedSince,
    folder: records.folder,
    retentionDays: records.retentionDays,
    excludedFolders: [],
    incognito: false,
    pause: memory.pause && (memory.pause.until ?? Number.POSITIVE_INFINITY) > Date.now() ? memory.pause : undefined,
  };
  const options: JournalOptions = {
    workspace: workspace.name,
    mostRows,
    zoneOffsetMs: (at) => -new Date(at).getTimezoneOffset() * 60_000,
    more: '`--limit 0` shows all of them.',
  };
  const { rows, left } = journalRows(source.activities, options);
  return ok({
    json: {
      folder: records.folder,
      activities: source.activities.length,
      imported: source.imported.map(({ id }) => id),
      redacted: source.dropped,
      rows,
      left,
      rejected: [...problems.values()],
    },
    lines: [...journalText(source, options).trimEnd().split('\n'), ...[...problems.values()].map((p) => `! ${p}`)],
  });
}

/** Where no journal is, nothing is recorded. */
async function activitiesIn(folder: string, workspace: string, problems: JournalProblems): Promise<readonly Activity[]> {
  if (
    !(await readdir(folder).then(
      () => true,
      (error) => codeOf(error) !== 'ENOENT',
    ))
  )
    return [];
  const activities: Activity[] = [];
  for (const file of await segmentsOf(folder, problems)) activities.push(...(await readSegment(file, problems)));
  return activities.filter((a) => a.workspace === workspace);
}

/** `prewarm export <folder>`: all that is kept of the workspace, into a new folder below it. */
export async function exportCommand(invocation: Invocation): Promise<Result<Report>> {
  const into = resolve(invocation.positionals[0] as string);
  const made = await mkdir(into, { recursive: true }).catch((error: unknown) => error);
  if (made instanceof Error) return failed('storage-failed', 'never', `${into} could not be made (${codeOf(made)}).`);
  const { records } = kept(invocation);
  const exported = await records.export(into, DEFAULT_SETTINGS, { signal: invocation.signal, progress: invocation.terminal.progress });
  if (!exported.ok) return exported;
  const { folder, files } = exported.value;
  return ok({
    json: { folder, files },
    lines: [...files.map((f) => `${String(f.bytes).padStart(10)}  ${f.name}`), `Exported to ${folder}.`],
  });
}

/** `prewarm erase`: says what goes, asks unless `--yes`, and erases it. */
export async function eraseCommand(invocation: Invocation): Promise<Result<Report>> {
  const { yes, everywhere, datasets, snapshots, json } = invocation.options;
  const what: Erasure = {
    scope: everywhere === true ? 'everywhere' : 'workspace',
    datasetCache: datasets === true ? 'erase' : 'keep',
    snapshots: snapshots === true ? 'erase' : 'keep',
  };
  const { records } = kept(invocation);
  const go = (all: readonly Snapshot[], last: () => Promise<readonly Fault[]>) => erase({ what, records, snapshots: all, last });
  if (what.snapshots === 'keep') return go([], async () => []);
  // Only an engine can list and remove them.
  return withApp(invocation, async (app) => {
    const listed = await app.snapshots.list();
    if (!listed.ok) return listed;
    const going = listed.value.filter((s) => !s.inUse);
    return go(going, () => app.snapshots.remove(going.map((s) => s.id)));
  });

  async function erase({ what, records, snapshots, last }: Going): Promise<Result<Report>> {
    const words = erasureWords(what, await records.measure(), snapshots);
    if (yes !== true && !(await confirmed(words, 'Erase all of this? It cannot be undone. [y/N] ', json === true ? 'never ask' : 'ask')))
      return failed('cancelled', 'never', `Nothing was erased. This would go:\n${words.join('\n')}\n--yes erases it.`);
    const faults = await last();
    const erased = await records.erase(what);
    if (!erased.ok) return erased;
    const gone = words.slice(0, words.indexOf(''));
    return ok({ json: { erased: what, ...erased.value, faults }, lines: [...gone, 'All of this is erased.'], faults });
  }
}

interface Going {
  readonly what: Erasure;
  readonly records: Records;
  readonly snapshots: readonly Snapshot[];
  /** What only an engine can erase. */
  readonly last: () => Promise<readonly Fault[]>;
}
