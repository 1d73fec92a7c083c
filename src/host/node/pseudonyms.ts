import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remembered } from '../../sense/importers/remembered.ts';

const KEY_BYTES = 32;

/**
 * Names for the clients of logs: the same client has the same name in every import of this user, and nobody without the key, which
 * never leaves `folder`, can try out addresses until one fits. The key is made for the first client; where it cannot be kept, it
 * holds for this once.
 */
export function createPseudonyms(folder: string): (client: string) => string {
  let key: Buffer | undefined;
  return remembered((client) => {
    key ??= keyIn(folder);
    return `client-${createHmac('sha256', key).update(client).digest('hex').slice(0, 12)}`;
  });
}

function keyIn(folder: string): Buffer {
  const path = join(folder, 'pseudonym.key');
  const fresh = randomBytes(KEY_BYTES);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, fresh, { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch {
    return keptKey(path) ?? fresh;
  }
}

function keptKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length === KEY_BYTES ? key : undefined;
  } catch {
    return undefined;
  }
}
