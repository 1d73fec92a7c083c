import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Workspace } from '../../app/ports.ts';

/** A workspace is its folder: the name is readable, the hash keeps two checkouts of one name apart. No path is stored. */
export function workspaceOf(folder: string): Workspace {
  const path = realpathOf(resolve(folder));
  const name = basename(path) || 'root';
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return { id: `${name.toLowerCase().replace(/[^a-z0-9_.-]+/g, '-')}-${hash}`, name, folder: path };
}

function realpathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
