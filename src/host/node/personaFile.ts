import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DocumentFile } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';

export const PERSONA_FILE = '.prewarm/personas.json';

/** More than a persona document may be long. */
const MOST_BYTES = 4_000_000;

/** The persona document of a workspace. It is read where its time or size changed, and written beside and put in place. */
export function openPersonaFile(folder: string): DocumentFile {
  const file = join(folder, PERSONA_FILE);
  let last: { readonly mark: string; readonly text: Result<string | undefined> } | undefined;

  async function read(): Promise<Result<string | undefined>> {
    try {
      const { size, mtimeMs, ino, isFile } = await marked(file);
      const mark = `${mtimeMs} ${size} ${ino}`;
      if (last?.mark === mark) return last.text;
      const fault = !isFile ? 'it is no file' : size > MOST_BYTES ? 'it is larger than 4 MB' : undefined;
      const text = fault ? failed('bad-file', 'never', `${PERSONA_FILE} is not read: ${fault}.`) : ok(await readFile(file, 'utf8'));
      last = { mark, text };
      return text;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return ok(undefined);
      return failed('storage-failed', 'later', `${PERSONA_FILE} cannot be read (${code}). Check its permissions.`);
    }
  }

  return {
    name: PERSONA_FILE,
    read,
    async write(text, instead) {
      const draft = join(dirname(file), `.personas-${randomUUID().slice(0, 8)}.tmp`);
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(draft, text);
        last = undefined;
        const stands = await read();
        if (stands.ok && stands.value === instead) {
          await rename(draft, file);
          return ok(undefined);
        }
        await rm(draft, { force: true });
        return stands.ok ? failed('held-by-other', 'now', `${PERSONA_FILE} was changed meanwhile. Try again.`) : stands;
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        return failed('storage-failed', 'never', `${PERSONA_FILE} could not be written (${(error as NodeJS.ErrnoException).code}).`);
      }
    },
  };
}

async function marked(file: string) {
  const found = await stat(file);
  return { size: found.size, mtimeMs: found.mtimeMs, ino: found.ino, isFile: found.isFile() };
}
