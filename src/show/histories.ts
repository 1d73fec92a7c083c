import { agoOf } from './ago.ts';
import { droppedWords } from './droppedWords.ts';
import { english, type Translate } from './translate.ts';

/** What of a foreign history is shown. */
export interface ShownHistory {
  readonly id: string;
  readonly format: string;
  readonly path: string;
  readonly kind: 'shell' | 'git';
  readonly bytes: number;
  readonly changedAt: number;
}

export interface HistoryRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly picked: boolean;
  readonly kept: boolean;
  /** Absent where the file that was imported is gone. */
  readonly source?: { readonly format: string; readonly path: string };
}

export interface HistoryView {
  readonly home: string;
  /** Unix ms. */
  readonly now: number;
}

/** Names of programs, which are nobody's to translate. */
const NAMES: Readonly<Record<string, string>> = {
  bash: 'Bash',
  zsh: 'Z shell',
  fish: 'fish',
  powershell: 'PowerShell',
  atuin: 'Atuin',
};

/**
 * Ticked is what is learnt from: at first every shell's history, later what was imported. So unticking forgets, and git's log,
 * which tells less of a workflow, is asked for.
 */
export function historyRows(
  found: readonly ShownHistory[],
  kept: readonly { readonly id: string }[],
  view: HistoryView,
  t: Translate = english,
): readonly HistoryRow[] {
  const ids = new Set(kept.map(({ id }) => id));
  const rows = found.map(({ id, format, path, kind, bytes, changedAt }): HistoryRow => {
    const about = [
      nameOf(format, t),
      sizeOf(bytes),
      t('changed {0}', agoOf(view.now - changedAt, t)),
      ...(ids.has(id) ? [t('imported')] : []),
    ];
    const picked = ids.size > 0 ? ids.has(id) : kind === 'shell';
    return { id, label: shortened(path, view.home), description: about.join(' · '), picked, kept: ids.has(id), source: { format, path } };
  });
  const gone = [...ids].filter((id) => !found.some((f) => f.id === id));
  return [...rows, ...gone.map((id) => goneRow(id, t))];
}

/** Of an id only its format is known: no path is kept. */
function goneRow(id: string, t: Translate): HistoryRow {
  const format = id.replace(/-[\da-f]+$/, '');
  const label = t('{0}, a file that is no longer there', nameOf(format, t));
  return { id, label, description: t('imported'), picked: true, kept: true };
}

/** What to do so that what is ticked is what is learnt from; an imported history that is still ticked is read again. */
export function historyChange(rows: readonly HistoryRow[], ticked: readonly HistoryRow[]) {
  const ids = new Set(ticked.map(({ id }) => id));
  return {
    read: ticked.flatMap(({ source }) => source ?? []),
    forget: rows.filter(({ id, kept }) => kept && !ids.has(id)).map(({ id }) => id),
  };
}

type Imported = readonly { readonly commands: number; readonly dropped: number }[];

/** `3 personas from 1,204 commands (17 things dropped by the gate).` */
export function historyOutcome(personas: number, imported: Imported, t: Translate = english): string {
  const sum = (of: 'commands' | 'dropped'): number => imported.reduce((all, one) => all + one[of], 0);
  const [commands, dropped] = [sum('commands'), sum('dropped')];
  const said = t(
    '{0} from {1} ({2} dropped by the gate).',
    personas === 1 ? t('1 persona') : t('{0} personas', figure(personas)),
    commands === 1 ? t('1 command') : t('{0} commands', figure(commands)),
    dropped === 1 ? t('1 thing') : t('{0} things', figure(dropped)),
  );
  return personas > 0 ? said : `${said} ${t('That is too little to see a workflow in; Prewarm goes on learning from what you do.')}`;
}

/** What is shown of a preview. */
export interface ShownPreview {
  readonly read: number;
  readonly kept: number;
  readonly rejected: number;
  readonly tokens: readonly { readonly token: string; readonly count: number }[];
  readonly dropped: readonly { readonly kind: string; readonly count: number }[];
  readonly more: boolean;
}

const MOST_TOKENS = 500;

/** A page of plain text: what is in a history, what would be kept of it, and what the gate would drop. */
export function historyPreview(
  { label, description }: Pick<HistoryRow, 'label' | 'description'>,
  preview: ShownPreview,
  t: Translate = english,
): string {
  const { kept, rejected, tokens, dropped } = preview;
  const width = String(tokens[0]?.count ?? 0).length;
  const hidden = tokens.length - MOST_TOKENS;
  return [
    `${label} (${description})`,
    '',
    t('Nothing of this is stored yet, and nothing leaves this machine.'),
    `${readWords(preview, t)} ${t('Of {0} this would be kept:', figure(kept))}`,
    '',
    ...tokens.slice(0, MOST_TOKENS).map(({ token, count }) => `  ${String(count).padStart(width)} × ${token.replace(/^command:/, '')}`),
    ...(hidden > 0 ? [`  ${t('and {0} more kinds, each as short as these', figure(hidden))}`] : []),
    '',
    dropped.length > 0 ? t('Dropped by the gate, never stored:') : t('There is nothing in it that the gate would drop.'),
    '',
    ...dropped.map(({ kind, count }) => `  ${droppedWords(kind, count, t)}`),
    ...(rejected > 0 ? ['', rejectedWords(rejected, t)] : []),
    '',
  ].join('\n');
}

function readWords({ read, more }: ShownPreview, t: Translate): string {
  if (more) return t('The first {0} entries read.', figure(read));
  return read === 1 ? t('1 entry read.') : t('{0} entries read.', figure(read));
}

const rejectedWords = (n: number, t: Translate): string =>
  n === 1 ? t('1 line is not of this format, and left out.') : t('{0} lines are not of this format, and left out.', figure(n));

export const historyProgress = (step: { readonly read: number } | { readonly learnt: number }, t: Translate = english): string =>
  'read' in step ? t('{0} commands read', figure(step.read)) : t('learning: {0} %', Math.round(100 * step.learnt));

const figure = (n: number): string => n.toLocaleString('en');
const nameOf = (format: string, t: Translate): string =>
  format === 'git-reflog' ? t('Git: branches and commits') : (NAMES[format] ?? format);

function shortened(path: string, home: string): string {
  return home !== '' && (path.startsWith(`${home}/`) || path.startsWith(`${home}\\`)) ? `~${path.slice(home.length)}` : path;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
