import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { commandFiles } from '../../sense/scan/commands.ts';
import { isComposeFile } from '../../sense/scan/compose.ts';
import { isDatasetsFile } from '../../sense/scan/datasets.ts';
import { isDevcontainerFile } from '../../sense/scan/devcontainer.ts';
import { isManifestFile } from '../../sense/scan/kubernetes.ts';
import { type Problem, problemAt } from '../../sense/scan/problem.ts';
import { referencesOf } from '../../sense/scan/references.ts';
import type { WorkspaceFile, WorkspaceFiles } from '../../sense/scan/scan.ts';

/** Folders that hold what tools made or fetched: nobody declares a workspace's resources there. */
const SKIPPED = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  'vendor',
  'dist',
  'target',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.next',
  '.nuxt',
  '.cache',
  'coverage',
  '.terraform',
  '.gradle',
  '.idea',
]);
const MAX_FOLDERS = 5000;
const MAX_BYTES = 1 << 20;
const MAX_SOURCES = 2000;

const isDeclaration = (path: string): boolean =>
  isComposeFile(path) || isDevcontainerFile(path) || isDatasetsFile(path) || isManifestFile(path) || /(^|\/)\.env(\.[\w.-]+)?$/.test(path);
const isSql = (path: string): boolean => /\.(sql|dump)(\.gz)?$/.test(path);

/**
 * Reads only what the scan looks at, breadth first, and then what compose files name besides. Links to folders are not followed,
 * so there are no circles. What can't be read is named; a workspace that is cut short is too.
 */
export async function readWorkspace(folder: string, signal: AbortSignal): Promise<WorkspaceFiles> {
  const reader: Reader = { folder, files: new Map(), problems: [] };
  const paths = await walk(reader, signal);
  let sources = 0;
  for (const path of paths) {
    if (signal.aborted) break;
    if (isSql(path)) reader.files.set(path, { path, text: '' });
    else if (isDeclaration(path)) await read(reader, path, 'declares');
    else if (sources++ < MAX_SOURCES) await read(reader, path, 'mentions');
  }
  await readReferences(reader, signal);
  return { files: [...reader.files.values()], problems: reader.problems };
}

interface Reader {
  readonly folder: string;
  readonly files: Map<string, WorkspaceFile>;
  readonly problems: Problem[];
}

/** The files that matter, in the order of the walk. */
async function walk({ folder, problems }: Reader, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  const queue = [''];
  for (let next = 0; next < queue.length && !signal.aborted; next++) {
    if (next === MAX_FOLDERS) {
      problems.push(
        problemAt('.', undefined, `only the first ${MAX_FOLDERS} folders were looked at. Open a smaller folder to have all of it found.`),
      );
      break;
    }
    const at = queue[next] as string;
    const entries = await readdir(join(folder, at), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      problems.push(problemAt(at || '.', undefined, `this folder cannot be read (${error.code}) and is left out. Check its permissions.`));
      return [];
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = at ? `${at}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) queue.push(path);
      } else if (isSql(path) || isDeclaration(path) || commandFiles(path)) found.push(path);
    }
  }
  return found;
}

/** An included file may include another: rounds, until nothing new is named. */
async function readReferences(reader: Reader, signal: AbortSignal): Promise<void> {
  let round: readonly WorkspaceFile[] = [...reader.files.values()].filter((f) => isComposeFile(f.path));
  while (round.length > 0 && !signal.aborted) {
    const named = new Set(round.flatMap((f) => referencesOf(f.path, f.text)));
    const fresh = [...named].filter((path) => !reader.files.has(path));
    for (const path of fresh) await read(reader, path, 'mentions');
    round = fresh.flatMap((path) => reader.files.get(path) ?? []);
  }
}

/** `declares`: its absence is worth a word; `mentions`: it is one of many, or the scan itself says that it is missing. */
async function read({ folder, files, problems }: Reader, path: string, role: 'declares' | 'mentions'): Promise<void> {
  const tell = (what: string): void => {
    if (role === 'declares') problems.push(problemAt(path, undefined, what));
  };
  try {
    const found = await stat(join(folder, path));
    // A pipe would never end; a link may lead to a folder.
    if (!found.isFile()) return;
    if (found.size > MAX_BYTES) return tell('it is larger than 1 MB, which no declaration is; it is left out.');
    files.set(path, { path, text: await readFile(join(folder, path), 'utf8') });
  } catch (error) {
    tell(`it cannot be read (${(error as NodeJS.ErrnoException).code}) and is left out. Check its permissions.`);
  }
}
