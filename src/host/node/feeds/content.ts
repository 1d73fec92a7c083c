import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { failed, ok, type Result } from '../../../domain/index.ts';
import { LIMITS } from './request.ts';

export interface Reading {
  /** Of a file that is longer than `most`, as much as may be from its end, from the begin of a line on, as logs want it; else it is refused. */
  readonly tooLong?: 'end' | 'refuse';
  /** Bytes. */
  readonly most?: number;
}

/** A file of the workspace; links that lead out of it are not followed. Packed with gzip, it is unpacked. */
export async function readInside(
  folder: string,
  file: string,
  name: string,
  { tooLong = 'refuse', most = LIMITS.bytes }: Reading = {},
): Promise<Result<Uint8Array>> {
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(resolve(folder, file))]);
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside))
      return failed('not-found', 'never', `${name}: ${file} is not inside the workspace. Mend “file”.`);
    const found = await stat(path);
    if (!found.isFile()) return failed('bad-file', 'never', `${name}: ${file} is no file. Mend “file”.`);
    if (found.size <= most) return unpacked(await bytesOf(path, 0, found.size), name);
    if (tooLong === 'end') return ok(fromLine(await bytesOf(path, found.size - most, most)));
    return failed('bad-file', 'never', `${name}: ${file} has more than ${most / 2 ** 20} MB. Name a smaller one.`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return failed('not-found', 'later', `${name}: there is no file ${file}. Mend “file”, or make it.`);
    return failed('bad-file', 'later', `${name}: ${file} could not be read (${code ?? 'no reason given'}).`);
  }
}

/** No more than was there when it was looked at: a log may grow meanwhile. */
async function bytesOf(path: string, from: number, length: number): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const fromLine = (bytes: Uint8Array): Uint8Array => bytes.subarray(bytes.indexOf(10) + 1);

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
