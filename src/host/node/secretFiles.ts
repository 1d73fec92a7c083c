import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { keptPrivate, makePrivate } from './privateFolder.ts';

/**
 * Secrets of the command line, which has no editor to keep them: one file each, in a folder that the operating system shows to this user
 * alone (mode 0700 and 0600; on Windows an access list). Looked at before every use: what others could read is refused.
 */
export function openSecretFiles(folder: string): Secrets {
  const fileOf = (name: string): string => join(folder, `${name.replace(/[^\w.-]+/g, '_')}-${digest(name).slice(0, 8)}`);

  async function write(name: string, value: string): Promise<void> {
    const draft = join(folder, `.${randomUUID()}`);
    await writeFile(draft, value, { mode: 0o600, flag: 'wx' });
    await rename(draft, fileOf(name));
  }

  return {
    keeper: keeperOf('cli', folder),
    async get(name) {
      return attempted(async () => {
        for (const path of [folder, fileOf(name)]) {
          const kept = await keptPrivate(path);
          if (!kept.ok) return kept;
        }
        return ok(await readFile(fileOf(name), 'utf8'));
      });
    },
    async set(name, value) {
      const made = await makePrivate(folder);
      return made.ok ? attempted(async () => ok(await write(name, value))) : made;
    },
    async delete(name) {
      return attempted(async () => ok(await rm(fileOf(name), { force: true })));
    },
  };

  /** What is not there is nothing to tell of. */
  async function attempted<T>(act: () => Promise<Result<T>>): Promise<Result<T | undefined>> {
    try {
      return await act();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? ok(undefined) : failed('storage-failed', 'later', `Secrets in ${folder} could not be reached (${code}).`);
    }
  }
}

/** A window's and a command line's stores are as many keepers; so are those of two state folders. */
export const keeperOf = (host: 'code' | 'cli', folder: string): string => `${host}_${digest(folder).slice(0, 4)}`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
