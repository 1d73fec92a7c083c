import type { Activity, UnixMs } from '../domain/index.ts';
import { droppedWords } from './droppedWords.ts';
import type { ShownPrivacy } from './shown.ts';
import { until } from './statusBar.ts';
import { english, type Translate } from './translate.ts';

/** What is recorded of a workspace, as the app tells it. */
export interface JournalSource extends ShownPrivacy {
  readonly activities: readonly Activity[];
  readonly imported: readonly { readonly id: string }[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedSince: UnixMs | undefined;
  readonly folder: string | undefined;
  readonly retentionDays: number | undefined;
  readonly excludedFolders: readonly string[];
}

export interface JournalOptions {
  /** For the heading. */
  readonly workspace: string;
  /** Minutes and lines below this many are left out, and said to be. */
  readonly mostRows: number;
  /** What the local clock is ahead of UTC at that time, ms. */
  readonly zoneOffsetMs: (at: UnixMs) => number;
  /** How one reads on, where rows are left out. */
  readonly more: string;
}

/** One thing on one day: when last, what, how often. */
export interface JournalRow {
  /** `2026-11-27`, by the local clock. */
  readonly day: string;
  /** `14:03`, of the last time on that day. */
  readonly time: string;
  readonly what: string;
  readonly times: number;
  readonly failed: number;
}

export interface Journal {
  /** Newest first. */
  readonly rows: readonly JournalRow[];
  /** Rows that `mostRows` left out. */
  readonly left: number;
}

/** The journal as rows, newest first: the same thing on the same day is one, with how often. */
export function journalRows(activities: readonly Activity[], { mostRows, zoneOffsetMs }: JournalOptions, t: Translate = english): Journal {
  const rows = new Map<string, { at: UnixMs; day: string; what: string; begun: number; ended: number; failed: number }>();
  for (const activity of activities) {
    const local = new Date(activity.at + zoneOffsetMs(activity.at)).toISOString();
    const day = local.slice(0, 10);
    const what = wordsFor(activity, t);
    const key = `${day} ${what}`;
    const row = rows.get(key) ?? { at: 0, day, what, begun: 0, ended: 0, failed: 0 };
    row.at = Math.max(row.at, activity.at);
    if (activity.kind?.endsWith('.ended') || activity.kind === 'connection.closed') row.ended++;
    else row.begun++;
    if (activity.ok === false) row.failed++;
    rows.set(key, row);
  }
  const ordered = [...rows.values()].sort((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1));
  const shown = ordered.slice(0, mostRows);
  return {
    rows: shown.map(({ at, day, what, begun, ended, failed }) => ({
      day,
      time: new Date(at + zoneOffsetMs(at)).toISOString().slice(11, 16),
      what,
      // A command is told of when it begins and when it ends; the same deed counts once.
      times: Math.max(begun, ended),
      failed,
    })),
    left: ordered.length - shown.length,
  };
}

/** The journal for people: what is kept, where, for how long, what was taken out, and then every row. */
export function journalText(source: JournalSource, options: JournalOptions, t: Translate = english): string {
  const { rows, left } = journalRows(source.activities, options, t);
  const days = [...new Set(rows.map((row) => row.day))];
  const width = Math.max(20, ...rows.map((row) => row.what.length));
  return [
    ...journalHead(source, options.workspace, t),
    '',
    ...(rows.length === 0 ? [t('Nothing is recorded yet.')] : []),
    ...days.flatMap((day) => [
      day,
      ...rows.filter((row) => row.day === day).map((row) => `  ${row.time}  ${row.what.padEnd(width)}  ${often(row, t)}`.trimEnd()),
      '',
    ]),
    ...(left > 0 ? [`${t('… and {0} older lines.', left.toLocaleString('en'))} ${options.more}`] : []),
  ].join('\n');
}

/** What is kept, where and for how long, and what was taken out. */
export function journalHead(source: JournalSource, workspace: string, t: Translate = english): readonly string[] {
  const { activities, imported, folder, retentionDays, excludedFolders } = source;
  return [
    t('What Prewarm has recorded in {0}', workspace),
    '',
    t(
      '{0}, {1}. Nothing of it leaves this machine.',
      activities.length === 1 ? t('1 activity') : t('{0} activities', activities.length.toLocaleString('en')),
      folder ? t('in {0}', folder) : t('in memory only'),
    ),
    t('Of each is kept: when, what (without arguments), how long it took and whether it succeeded.'),
    ...(retentionDays === undefined
      ? []
      : [
          t(
            'Kept for {0} (`prewarm.journal.retentionDays`): the journal and the ledger from when they were written, imported histories from the import.',
            retentionDays === 1 ? t('1 day') : t('{0} days', retentionDays),
          ),
        ]),
    ...(imported.length > 0 ? [t('Imported histories, besides: {0}.', imported.map(({ id }) => id).join(', '))] : []),
    redactedLine(source, t),
    ...(excludedFolders.length > 0 ? [t('Nothing is recorded of: {0}.', excludedFolders.join(', '))] : []),
    ...(source.pause ? [t('Prewarm is paused {0}: nothing is recorded now.', until(source.pause, t))] : []),
    ...(source.incognito ? [t('This window is incognito: nothing is recorded now.')] : []),
  ];
}

/** What the gate took, by kind, most first; never what it was. */
function redactedLine({ dropped, droppedSince }: JournalSource, t: Translate): string {
  const kinds = Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  if (kinds.length === 0) return t('Nothing has had to be left out yet.');
  const words = kinds.map(([kind, count]) => droppedWords(kind, count, t)).join(', ');
  return droppedSince === undefined
    ? t('Left out before it was written: {0}.', words)
    : t('Left out before it was written since {0}: {1}.', new Date(droppedSince).toISOString().slice(0, 10), words);
}

/** Whole phrases, since a language may put the verb behind what it speaks of. */
function phraseOf(kind: string, thing: string, name: string, t: Translate): string | undefined {
  const phrases: Readonly<Record<string, string>> = {
    'file.opened': t('opened files of {0}', name),
    'file.switched': t('went to files of {0}', name),
    'file.edited': t('edited files of {0}', name),
    'file.saved': t('saved files of {0}', name),
    'branch.switched': t('switched to a branch of the kind {0}', name),
    'resource.used': t('used {0}', name),
    'connection.opened': t('connected to {0}', name),
    'connection.closed': t('connected to {0}', name),
    'api.called': t('called {0}', name),
    'request.sent': t('called {0}', name),
    'request.served': t('served {0}', name),
    'request.ended': t('served {0}', name),
    'page.visited': t('visited {0}', name),
  };
  const things: Readonly<Record<string, string>> = {
    command: t('ran {0}', name),
    task: t('ran the task {0}', name),
    debug: t('debugged {0}', name),
    test: t('tested {0}', name),
  };
  return phrases[kind] ?? things[thing];
}

/** `ran npm test`, `edited files of api/sql`, `connected to compose:shop/db`. */
function wordsFor({ kind = '', resource }: Activity, t: Translate): string {
  const name = resource.replace(/^(command|editor|task|debug|branch|test|api|container):/, '');
  const [thing = '', did = ''] = kind.split('.');
  const phrase = phraseOf(kind, thing, thing === 'resource' || thing === 'connection' ? resource : name, t);
  if (phrase) return phrase;
  return did ? `${thing} ${did}: ${name}` : name;
}

function often({ times, failed }: JournalRow, t: Translate): string {
  const count = times > 1 ? t('{0} times', times.toLocaleString('en')) : '';
  return [count, failed > 0 ? t('{0} failed', failed) : ''].filter(Boolean).join(', ');
}
