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

const NAMES: Readonly<Record<string, string>> = {
  bash: 'Bash',
  zsh: 'Z shell',
  fish: 'fish',
  powershell: 'PowerShell',
  atuin: 'Atuin',
  'git-reflog': 'Git: branches and commits',
};

/**
 * Ticked is what is learnt from: at first every shell's history, later what was imported. So unticking forgets, and git's log,
 * which tells less of a workflow, is asked for.
 */
export function historyRows(
  found: readonly ShownHistory[],
  kept: readonly { readonly id: string }[],
  view: HistoryView,
): readonly HistoryRow[] {
  const ids = new Set(kept.map(({ id }) => id));
  const rows = found.map(({ id, format, path, kind, bytes, changedAt }): HistoryRow => {
    const about = [nameOf(format), sizeOf(bytes), `changed ${agoOf(view.now - changedAt)}`, ...(ids.has(id) ? ['imported'] : [])];
    const picked = ids.size > 0 ? ids.has(id) : kind === 'shell';
    return { id, label: shortened(path, view.home), description: about.join(' · '), picked, kept: ids.has(id), source: { format, path } };
  });
  const gone = [...ids].filter((id) => !found.some((f) => f.id === id));
  return [...rows, ...gone.map(goneRow)];
}

/** Of an id only its format is known: no path is kept. */
function goneRow(id: string): HistoryRow {
  const format = id.replace(/-[\da-f]+$/, '');
  return { id, label: `${nameOf(format)}, a file that is no longer there`, description: 'imported', picked: true, kept: true };
}

/** What to do so that what is ticked is what is learnt from; an imported history that is still ticked is read again. */
export function historyChange(rows: readonly HistoryRow[], ticked: readonly HistoryRow[]) {
  const ids = new Set(ticked.map(({ id }) => id));
  return {
    read: ticked.flatMap(({ source }) => source ?? []),
    forget: rows.filter(({ id, kept }) => kept && !ids.has(id)).map(({ id }) => id),
  };
}

/** `3 personas from 1,204 commands (17 things dropped by the gate).` */
export function historyOutcome(personas: number, imported: readonly { readonly commands: number; readonly dropped: number }[]): string {
  const sum = (of: 'commands' | 'dropped'): number => imported.reduce((all, one) => all + one[of], 0);
  const said = `${counted(personas, 'persona')} from ${counted(sum('commands'), 'command')} (${counted(sum('dropped'), 'thing')} dropped by the gate).`;
  return personas > 0 ? said : `${said} That is too little to see a workflow in; Prewarm goes on learning from what you do.`;
}

export const historyProgress = (step: { readonly read: number } | { readonly learnt: number }): string =>
  'read' in step ? `${counted(step.read, 'command')} read` : `learning: ${Math.round(100 * step.learnt)} %`;

const counted = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const nameOf = (format: string): string => NAMES[format] ?? format;

function shortened(path: string, home: string): string {
  return home !== '' && (path.startsWith(`${home}/`) || path.startsWith(`${home}\\`)) ? `~${path.slice(home.length)}` : path;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const UNITS = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function agoOf(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length);
  return unit ? `${counted(Math.floor(ms / unit[1]), unit[0])} ago` : 'just now';
}
