import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FoundHistory, HistorySource } from '../../app/ports.ts';

export interface Places {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the workspace: git's log of HEAD is looked for in them and above. */
  readonly folders: readonly string[];
}

/** Histories that are there and not empty, shells' first; the same file is found once, whatever leads to it. */
export async function findHistories(places: Places): Promise<readonly FoundHistory[]> {
  const reflogs = await Promise.all(places.folders.map(reflogOf));
  const git = reflogs.flatMap((path) => (path === undefined ? [] : [{ format: 'git-reflog', path }]));
  const found = await Promise.all([...shellHistories(places), ...git].map(there));
  const byFile = new Map<string, FoundHistory>();
  for (const history of found) if (history && !byFile.has(history.path)) byFile.set(history.path, history);
  return [...byFile.values()];
}

/** No path is stored: a trace that is kept is known by this. */
export const idOf = ({ format, path }: HistorySource): string =>
  `${format}-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 8)}`;

/**
 * Where shells keep their history by themselves, where they are told to keep it, and where dotfiles that follow the XDG base
 * directories put it (bash(1) HISTFILE; zshparam(1); fish's `history`; about_PSReadLine; Atuin's `db_path`).
 */
function shellHistories({ home, platform, environment }: Places): readonly HistorySource[] {
  const told = (name: string, fallback: string): string => environment[name] || fallback;
  const data = told('XDG_DATA_HOME', join(home, '.local', 'share'));
  const states = [told('XDG_STATE_HOME', join(home, '.local', 'state')), data, told('XDG_CACHE_HOME', join(home, '.cache'))];
  const powershell =
    platform === 'win32'
      ? join(told('APPDATA', join(home, 'AppData', 'Roaming')), 'Microsoft', 'Windows', 'PowerShell', 'PSReadLine')
      : join(data, 'powershell', 'PSReadLine');
  const of = (format: string, paths: readonly string[]): readonly HistorySource[] => paths.map((path) => ({ format, path }));
  return [
    ...toldByHistfile(environment, home),
    ...of('bash', [join(home, '.bash_history'), ...states.map((state) => join(state, 'bash', 'history'))]),
    ...of('zsh', [
      join(told('ZDOTDIR', home), '.zsh_history'),
      ...['.zsh_history', '.zhistory', '.histfile'].map((name) => join(home, name)),
      ...states.map((state) => join(state, 'zsh', 'history')),
      join(told('XDG_CONFIG_HOME', join(home, '.config')), 'zsh', '.zsh_history'),
    ]),
    ...of('fish', [join(data, 'fish', `${told('fish_history', 'fish')}_history`)]),
    ...of(
      'powershell',
      ['ConsoleHost_history.txt', 'Visual Studio Code Host_history.txt'].map((name) => join(powershell, name)),
    ),
    ...of('atuin', [told('ATUIN_DB_PATH', join(data, 'atuin', 'history.db'))]),
  ];
}

/** Bash and zsh share the variable: the name tells whose it is, else the login shell does. */
function toldByHistfile({ HISTFILE: file, SHELL: shell = '' }: Places['environment'], home: string): readonly HistorySource[] {
  if (!file) return [];
  const path = file.replace(/^~(?=[/\\])/, home);
  const told = /zsh|zhist/.test(path) ? 'zsh' : /bash/.test(path) ? 'bash' : basename(shell);
  return [{ format: told === 'zsh' ? 'zsh' : 'bash', path }];
}

/** Of the repository that holds the folder; a worktree's `.git` is a file that names its own. */
async function reflogOf(folder: string): Promise<string | undefined> {
  const at = join(folder, '.git');
  const kind = await stat(at).catch(() => undefined);
  if (kind?.isDirectory()) return join(at, 'logs', 'HEAD');
  if (kind?.isFile()) {
    const own = /^gitdir: (.+)$/m.exec(await readFile(at, 'utf8').catch(() => ''))?.[1];
    return own === undefined ? undefined : join(resolve(folder, own.trim()), 'logs', 'HEAD');
  }
  const above = dirname(folder);
  return above === folder ? undefined : reflogOf(above);
}

async function there({ format, path }: HistorySource): Promise<FoundHistory | undefined> {
  const real = await realpath(path).catch(() => undefined);
  const file = real === undefined ? undefined : await stat(real).catch(() => undefined);
  if (real === undefined || !file?.isFile() || file.size === 0) return undefined;
  const source = { format, path: real };
  const kind = format === 'git-reflog' ? 'git' : 'shell';
  return { ...source, id: idOf(source), kind, bytes: file.size, changedAt: Math.floor(file.mtimeMs) };
}
