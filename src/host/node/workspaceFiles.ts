import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { commandFiles } from '../../sense/scan/commands.ts';
import { isComposeFile } from '../../sense/scan/compose.ts';
import { isDevcontainerFile } from '../../sense/scan/devcontainer.ts';
import { type Problem, problemAt } from '../../sense/scan/problem.ts';
import type { WorkspaceFile, WorkspaceFiles } from '../../sense/scan/scan.ts';

const SKIPPED = new Set([
  'node_modules',
  '.git',
  'vendor',
  'dist',
  'build',
  'out',
  'target',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.next',
  '.cache',
  'coverage',
  '.terraform',
  '.gradle',
  '.idea',
]);
const MAX_FOLDERS = 5000;
const MAX_BYTES = 1 << 20;
const MAX_SOURCES = 2000;

const isDeclaration = (path: string): boolean => isComposeFile(path) || isDevcontainerFile(path) || /(^|\/)\.env(\.[\w.-]+)?$/.test(path);
const isSql = (path: string): boolean => /\.(sql|dump)(\.gz)?$/.test(path);

/** Reads only what the scan looks at, breadth first, without following links to folders. What can't be read is named. */
export async function readWorkspace(folder: string, signal: AbortSignal): Promise<WorkspaceFiles> {
  const files: WorkspaceFile[] = [];
  const problems: Problem[] = [];
  const queue = [''];
  let sources = 0;
  for (let visited = 0; queue.length > 0 && visited < MAX_FOLDERS && !signal.aborted; visited++) {
    const at = queue.shift() as string;
    const entries = await readdir(join(folder, at), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      problems.push(problemAt(at || '.', undefined, `this folder cannot be read (${error.code}) and is left out.`));
      return [];
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = at ? `${at}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) queue.push(path);
      } else if (isSql(path)) files.push({ path, text: '' });
      else if (isDeclaration(path) || (commandFiles(path) && sources++ < MAX_SOURCES)) await read(folder, path, files, problems);
    }
  }
  return { files, problems };
}

async function read(folder: string, path: string, files: WorkspaceFile[], problems: Problem[]): Promise<void> {
  try {
    const { size } = await stat(join(folder, path));
    if (size > MAX_BYTES) {
      if (isDeclaration(path))
        problems.push(problemAt(path, undefined, 'it is larger than 1 MB, which no declaration is; it is left out.'));
      return;
    }
    files.push({ path, text: await readFile(join(folder, path), 'utf8') });
  } catch (error) {
    problems.push(
      problemAt(path, undefined, `it cannot be read (${(error as NodeJS.ErrnoException).code}) and is left out. Check its permissions.`),
    );
  }
}
