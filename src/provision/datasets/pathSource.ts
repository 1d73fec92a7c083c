import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { type DatasetSource, failed, ok, type Result } from '../../domain/index.ts';
import type { Known } from './cache.ts';
import { digestOf, type Part, type Step, sha256Of, sizeText } from './content.ts';

type PathSource = Extract<DatasetSource, { type: 'path' }>;

/** They are looked at again and again. */
const MOST_FILES = 10_000;

type Found = {
  readonly form: 'file' | 'folder';
  readonly files: readonly { readonly file: string; readonly name: string; readonly stats: Stats }[];
};

/** A file or folder of this machine: never copied, read where it lies. Unchanged (by sizes and times), it is not read again. */
export async function fromPath(
  { path, deep }: PathSource,
  name: string,
  known: Known | undefined,
  { signal, progress }: Step,
): Promise<Result<Known>> {
  try {
    const found = await look(path, deep);
    if (!found)
      return failed(
        'unsupported',
        'never',
        `${name}: the folder ${path} has more than ${MOST_FILES} files. Pack them into an archive, and declare “unpack”.`,
      );
    if (found.files.length === 0) return failed('not-found', 'never', `${name}: the folder ${path} has no files. Put its data there.`);
    const stamp = stampOf(found);
    if (known?.stamp === stamp) return ok(known);
    const parts: Part[] = [];
    for (const { file, name: partName, stats } of found.files) {
      progress(`reading ${partName} (${sizeText(stats.size)})`);
      parts.push({ file, name: partName, bytes: stats.size, digest: await sha256Of(file, signal) });
    }
    const bytes = parts.reduce((sum, p) => sum + p.bytes, 0);
    return ok({ stamp, content: { digest: digestOf(parts, found.form), bytes, parts, name: basename(path) } });
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'never', `Reading ${name} was cancelled.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return failed('not-found', 'never', `${name}: there is no file or folder ${path}. Put it there, or mend “from”.`);
    return failed('fetch-failed', 'later', `${name}: ${path} cannot be read (${code ?? (error as Error).message}). Check its permissions.`);
  }
}

/** Whether the files are as they were; cheap, for looking. */
export async function pathStamp({ path, deep }: PathSource): Promise<string | undefined> {
  return look(path, deep).then(
    (found) => found && stampOf(found),
    () => undefined,
  );
}

/** Hidden files and folders in folders are left out, and so are links to folders, which may lead round in a circle. Undefined: too many. */
async function look(path: string, deep = false): Promise<Found | undefined> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return { form: 'file', files: [{ file: path, name: basename(path), stats }] };
  const files: string[] = [];
  const open = [path];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      if (!entry.isDirectory()) files.push(join(folder, entry.name));
      else if (deep) open.push(join(folder, entry.name));
    }
    if (deep && files.length > MOST_FILES) return undefined;
  }
  const nameOf = (file: string): string => relative(path, file).split(sep).join('/');
  const all = await Promise.all(files.map(async (file) => ({ file, name: nameOf(file), stats: await stat(file) })));
  return { form: 'folder', files: all.filter((f) => f.stats.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

const stampOf = ({ files }: Found): string => JSON.stringify(files.map(({ name, stats }) => [name, stats.size, stats.mtimeMs, stats.ino]));
