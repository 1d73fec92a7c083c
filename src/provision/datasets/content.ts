import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { failed, ok, type Result } from '../../domain/index.ts';

/** The content of a dataset on this machine: one file or the files of a folder, in the order of their names. */
export interface Content {
  /** SHA-256, hexadecimal: of the file, or of names and digests of the files of a folder. */
  readonly digest: string;
  readonly bytes: number;
  readonly parts: readonly Part[];
  /** What it is called where it comes from; its ending tells its format. */
  readonly name: string;
}

export interface Part {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
  readonly bytes: number;
  readonly digest: string;
}

export interface Step {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** One file is its own digest; a folder is that of the list which `sha256sum *` would print. */
export function digestOf(parts: readonly Part[], form: 'file' | 'folder'): string {
  if (form === 'file') return parts[0]?.digest ?? '';
  return createHash('sha256')
    .update(parts.map((p) => `${p.digest}  ${p.name}\n`).join(''))
    .digest('hex');
}

/** SHA-256 of a file, streamed; throws what the file system throws, and when aborted. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

/** Reads it all once more, so that a file which was damaged or changed since is never loaded. */
export async function stillWhole(content: Content, name: string, { signal, progress }: Step): Promise<Result<void>> {
  progress(`checking ${sizeText(content.bytes)}`);
  for (const part of content.parts) {
    const digest = await sha256Of(part.file, signal).catch((error: NodeJS.ErrnoException) => error);
    if (signal.aborted) return failed('cancelled', 'never', `Loading ${name} was cancelled.`);
    if (digest instanceof Error)
      return failed('storage-failed', 'later', `${name}: ${part.name} cannot be read (${digest.code ?? digest.message}).`);
    if (digest !== part.digest)
      return failed(
        'storage-failed',
        'now',
        `${name}: ${part.name} is not what was fetched (it was damaged or changed since). It is fetched again.`,
      );
  }
  return ok(undefined);
}

/** `120 MB`; below a megabyte in kB. */
export const sizeText = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
