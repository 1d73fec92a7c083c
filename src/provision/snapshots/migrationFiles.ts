import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Digested, digestsOf } from './fileDigests.ts';

/** What tools of migrations call their folders and files. */
const MIGRATIONS = /migrat|alembic|prisma|flyway|liquibase|changelog|sqitch|schema|seed|drizzle|\.sql$/i;
/** Others' files, and what is made from ours. */
const PASSED_OVER = /^(\..*|node_modules|vendor|target|dist|build|out|venv|__pycache__)$/;
const DEEP = 4;

/**
 * Digests of what looks like migrations at or below a file or folder, which may be a whole repository; paths are relative to it. The topmost of each is
 * taken with all that is in it.
 */
export async function migrationFiles(root: string, memory: string): Promise<readonly Digested[]> {
  const all: Digested[] = [];
  for (const path of await found(root, '', DEEP))
    for (const file of await digestsOf(join(root, path), memory)) all.push({ ...file, path: [path, file.path].filter(Boolean).join('/') });
  return all;
}

async function found(root: string, path: string, deep: number): Promise<readonly string[]> {
  if (MIGRATIONS.test(basename(join(root, path)))) return [path];
  const it = await stat(join(root, path)).catch(() => undefined);
  if (!it?.isDirectory() || deep === 0) return [];
  const names = (await readdir(join(root, path))).filter((name) => !PASSED_OVER.test(name)).sort();
  const below = await Promise.all(names.map((name) => found(root, path === '' ? name : `${path}/${name}`, deep - 1)));
  return below.flat();
}
