import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { failed, ok, type Result } from '../../../domain/index.ts';
import { LIMITS } from './request.ts';

/** A file of the workspace; links that lead out of it are not followed. Packed with gzip, it is unpacked. */
export async function readInside(folder: string, file: string, name: string): Promise<Result<Uint8Array>> {
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(resolve(folder, file))]);
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside))
      return failed('not-found', 'never', `${name}: ${file} is not inside the workspace. Mend “file”.`);
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > LIMITS.bytes)
        return failed('bad-file', 'never', `${name}: ${file} has more than ${LIMITS.bytes / 2 ** 20} MB. Name a smaller one.`);
      return unpacked(await handle.readFile(), name);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return failed('not-found', 'later', `${name}: there is no file ${file}. Mend “file”, or make it.`);
    return failed('bad-file', 'later', `${name}: ${file} could not be read (${code ?? 'no reason given'}).`);
  }
}

/** By its first two bytes. */
export function unpacked(bytes: Uint8Array, name: string): Result<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: LIMITS.bytes }));
  } catch {
    return failed('bad-file', 'never', `${name}: it is no gzip, or it is cut off or unpacks to more than ${LIMITS.bytes / 2 ** 20} MB.`);
  }
}

export function jsonOf(bytes: Uint8Array, name: string): Result<unknown> {
  try {
    return ok(JSON.parse(new TextDecoder().decode(bytes)) as unknown);
  } catch {
    return failed('fetch-failed', 'later', `${name}: the answer is no JSON, or it is cut off.`);
  }
}
