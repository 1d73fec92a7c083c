import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { trafficIn } from '../../app/knownTraffic.ts';
import { toDocument } from '../../app/personaDocument.ts';
import { EMPTY_MEMORY, type Exported, type Memory, type RecordOptions } from '../../app/ports.ts';
import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import { personasOf } from '../../learn/personasOf.ts';
import { addRequest, createRequests, type Requests } from '../../learn/traffic/requests.ts';
import { redact } from '../../sense/redact.ts';
import { codeOf, type JournalProblems, readSegment, segmentsOf } from './journalSegments.ts';
import { feedsIn, filesBelow, importsIn, journalIn, memoryIn, rehearsalsIn, versionsIn } from './kept.ts';

export interface WorkspaceExport {
  readonly storage: string;
  /** Absolute folder that is there. */
  readonly into: string;
  /** Of the workspace, for people. */
  readonly name: string;
  readonly settings: object;
  readonly retentionDays: number;
  readonly at: UnixMs;
}

/**
 * All that is kept of one workspace, in formats that other programs read, in a new folder. It is made under another name and put in
 * place whole. Generated passwords are kept elsewhere (in the secret storage) and are no part of it; settings pass the gate.
 */
export async function exportWorkspace(
  { storage, into, name, settings, retentionDays, at }: WorkspaceExport,
  { signal, progress = () => {} }: RecordOptions = {},
): Promise<Result<Exported>> {
  const folder = await freeName(into, `prewarm-${name.replace(/[^\w.-]+/g, '-')}-${new Date(at).toISOString().slice(0, 10)}`);
  const draft = `${folder}.part`;
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    const put = (file: string, text: string): Promise<void> => writeFile(join(draft, file), text, { mode: 0o600 });
    progress('journal');
    const requests = createRequests();
    const activities = await copyJournal(journalIn(storage), join(draft, 'journal.jsonl'), requests, signal);
    progress('imported histories');
    const imported = await copyAll(importsIn(storage), join(draft, 'imports'), '.jsonl', signal);
    const feeds = await copyAll(feedsIn(storage), join(draft, 'feeds'), '.json', signal);
    const rehearsals = await copyAll(rehearsalsIn(storage), join(draft, 'rehearsals'), '.json', signal);
    progress('personas and ledger');
    const { model, ledger, ...rest } = await memoryOf(storage);
    const personas = model ? personasOf(model, at) : [];
    await put('personas.json', `${json(toDocument(personas, [], trafficIn(requests, at)))}\n`);
    await put('versions.json', await textOf(versionsIn(storage)));
    await put('ledger.jsonl', ledger.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await put('memory.json', `${json({ ...rest, model })}\n`);
    await put('settings.json', `${json(gated(settings))}\n`);
    await put(
      'README.md',
      contents({ name, at, activities, imported, feeds, rehearsals, personas: personas.length, ledger: ledger.length, retentionDays }),
    );
    signal?.throwIfAborted();
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    if (signal?.aborted) return failed('cancelled', 'never', 'The export was stopped; nothing was left behind.');
    return failed(
      'storage-failed',
      'later',
      `${folder} could not be written (${codeOf(error)}). Choose a folder that has room and that you may write to.`,
    );
  }
  const files = (await filesBelow(folder)).map(({ path, bytes }) => ({ name: path.slice(folder.length + 1).replaceAll('\\', '/'), bytes }));
  return ok({ folder, files: files.sort((a, b) => (a.name < b.name ? -1 : 1)) });
}

/** Segment by segment, in the order in which they were begun; what they tell of requests is counted on the way. */
async function copyJournal(from: string, to: string, requests: Requests, signal: AbortSignal | undefined): Promise<number> {
  const problems: JournalProblems = new Map();
  let count = 0;
  async function* lines() {
    for (const file of await segmentsOf(from, problems)) {
      signal?.throwIfAborted();
      const activities = await readSegment(file, problems);
      count += activities.length;
      for (const activity of activities) addRequest(requests, activity);
      yield activities.map((a) => `${JSON.stringify(a)}\n`).join('');
    }
  }
  await pipeline(lines, createWriteStream(to, { mode: 0o600 }));
  return count;
}

/** The files of a folder that end so; where there are none, nothing is made. */
async function copyAll(from: string, to: string, ending: string, signal: AbortSignal | undefined): Promise<number> {
  const names = (await readdir(from).catch(() => [])).filter((name) => name.endsWith(ending));
  if (names.length > 0) await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of names) {
    signal?.throwIfAborted();
    await writeFile(join(to, basename(name)), await readFile(join(from, name)), { mode: 0o600 });
  }
  return names.length;
}

async function memoryOf(storage: string): Promise<Memory> {
  return { ...EMPTY_MEMORY, ...(JSON.parse(await textOf(memoryIn(storage))) as { state?: Partial<Memory> }).state };
}

/** An empty object where nothing was kept yet. */
const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '{}';
    throw error;
  });

/** The name itself, else with the first number that is free. */
async function freeName(into: string, name: string): Promise<string> {
  for (let i = 1; ; i++) {
    const path = join(into, i === 1 ? name : `${name}-${i}`);
    const taken = await Promise.all(
      [path, `${path}.part`].map((p) =>
        stat(p).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!taken.includes(true)) return path;
  }
}

interface Contents {
  readonly name: string;
  readonly at: UnixMs;
  readonly activities: number;
  readonly imported: number;
  readonly feeds: number;
  readonly rehearsals: number;
  readonly personas: number;
  readonly ledger: number;
  readonly retentionDays: number;
}

const contents = ({
  name,
  at,
  activities,
  imported,
  feeds,
  rehearsals,
  personas,
  ledger,
  retentionDays,
}: Contents): string => `# What Prewarm keeps of ${name}

Exported at ${new Date(at).toISOString()}. Nothing of it has left this machine.

| file | what |
|---|---|
| journal.jsonl | ${activities} activities, one a line, as they were recorded; kept for ${retentionDays} days |
| imports/ | ${imported} imported histories, redacted, one file each; kept for ${retentionDays} days after the import |
| feeds/ | the last answers of ${feeds} feeds, one file each |
| rehearsals/ | ${rehearsals} saved rehearsals, one file each, with the personas they were made of; kept until they are deleted |
| personas.json | ${personas} personas, for people and programs |
| versions.json | earlier versions of personas, as Prewarm reads them |
| ledger.jsonl | ${ledger} lines: what each decision gained or wasted |
| memory.json | what was learnt and measured, as Prewarm reads it: personas as numbers, starts, choices, what you taught |
| settings.json | Prewarm's settings |

\`prewarm learn journal.jsonl\` learns from it elsewhere. Passwords of generated database roles are in the secret storage, and not here.
`;

/** A setting may hold an address with a password in it. */
const gated = (settings: object): unknown =>
  JSON.parse(JSON.stringify(settings), (_key, value: unknown) => (typeof value === 'string' ? redact(value).text : value));

const json = (value: unknown): string => JSON.stringify(value, null, 2);
