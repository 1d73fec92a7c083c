import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where what is kept of one workspace is, below its folder. */
export const journalIn = (storage: string): string => join(storage, 'journal');
export const importsIn = (storage: string): string => join(storage, 'imports');
export const memoryIn = (storage: string): string => join(storage, 'memory.json');
/** The last good answer of each feed. */
export const feedsIn = (storage: string): string => join(storage, 'feeds');
/** Rehearsals that were saved, a file each. */
export const rehearsalsIn = (storage: string): string => join(storage, 'rehearsals');
export const versionsIn = (storage: string): string => join(storage, 'personaVersions.json');
/** Datasets that were fetched, by their content: of all workspaces together. */
export const datasetsIn = (root: string): string => join(root, 'cache', 'datasets');

/** All files below a folder, with their sizes; none where it is not there. */
export async function filesBelow(folder: string): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  const sizes = await Promise.all(
    files.map((path) =>
      stat(path)
        .then((s) => s.size)
        .catch(() => 0),
    ),
  );
  return files.map((path, i) => ({ path, bytes: sizes[i] as number }));
}

export const bytesBelow = async (folder: string): Promise<number> => (await filesBelow(folder)).reduce((sum, f) => sum + f.bytes, 0);
export const bytesOf = async (file: string): Promise<number> =>
  stat(file)
    .then((s) => s.size)
    .catch(() => 0);
