import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Head } from '../../plan/branches.ts';

/**
 * The branch that is checked out where this folder is, read as Git itself keeps it (gitrepository-layout(5)); a linked worktree has a
 * HEAD of its own. Undefined: no repository, a detached HEAD, or nothing that can be read.
 */
export async function readHead(folder: string): Promise<Head | undefined> {
  const git = await gitFolder(folder);
  if (!git) return undefined;
  const head = await readFile(join(git, 'HEAD'), 'utf8').catch(() => '');
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1]?.trim();
  return branch === undefined ? undefined : { branch, worktree: /[\\/]worktrees[\\/][^\\/]+$/.test(git) ? 'linked' : 'first' };
}

async function gitFolder(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, '.git');
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return path;
    if (found?.isFile()) return linked(path, at);
    if (dirname(at) === at) return undefined;
  }
}

/** A worktree or a submodule has a file that says where. */
async function linked(path: string, at: string): Promise<string | undefined> {
  const to = /^gitdir: (.+)$/m.exec(await readFile(path, 'utf8').catch(() => ''))?.[1];
  return to === undefined ? undefined : resolve(at, to.trim());
}
