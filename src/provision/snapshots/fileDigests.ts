import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../replaceFile.ts';

/** One input file: where it is mounted below the mount's target, its SHA-256, and its size. */
export interface Digested {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
}

/** By absolute path: size and time of change for which the digest holds, so that half a gigabyte is read once. */
type Known = Record<string, { readonly size: number; readonly mtimeMs: number; readonly digest: string }>;

/** Seeds are files or small folders; a folder beyond this is not one, and is not walked to its end. */
const MOST_FILES = 5000;

/** Digests of a file, or of all files below a folder, sorted by path; `path` is relative to what was asked for. An absent one has none. */
export async function digestsOf(root: string, memory: string): Promise<readonly Digested[]> {
  const known = await recall(memory);
  const fresh: Known = {};
  const digested: Digested[] = [];
  for (const path of await filesBelow(root)) {
    const absolute = path === '' ? root : join(root, path);
    const { size, mtimeMs } = await stat(absolute);
    const before = known[absolute];
    const digest = before?.size === size && before.mtimeMs === mtimeMs ? before.digest : await digestOf(absolute);
    if (digest !== before?.digest || before.mtimeMs !== mtimeMs) fresh[absolute] = { size, mtimeMs, digest };
    digested.push({ path: path.replaceAll('\\', '/'), digest, bytes: size });
  }
  if (Object.keys(fresh).length > 0) await replaceFile(memory, JSON.stringify({ ...known, ...fresh }));
  return digested;
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const it = await stat(root).catch(() => undefined);
  if (!it) return [];
  if (!it.isDirectory()) return [''];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(root.replace(/[\\/]$/, '').length + 1));
  return files.sort().slice(0, MOST_FILES);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

async function recall(memory: string): Promise<Known> {
  try {
    return JSON.parse(await readFile(memory, 'utf8')) as Known;
  } catch {
    // Absent or torn: everything is read again.
    return {};
  }
}
