import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;

/**
 * Names for the clients of logs: the same client has the same name in every import of this user, and nobody without the key, which
 * never leaves `folder`, can try out addresses until one fits. Where the key cannot be kept, it holds for this once.
 */
export async function openPseudonyms(folder: string): Promise<(client: string) => string> {
  const key = await keyIn(folder);
  return (client) => `client-${createHmac('sha256', key).update(client).digest('hex').slice(0, 12)}`;
}

async function keyIn(folder: string): Promise<Buffer> {
  const path = join(folder, 'pseudonym.key');
  const fresh = randomBytes(KEY_BYTES);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, fresh, { mode: 0o600, flag: 'wx' });
  } catch {
    const known = await readFile(path).catch(() => undefined);
    if (known?.length === KEY_BYTES) return known;
  }
  return fresh;
}
