import { pipeline, type Writable } from 'node:stream';
import type { Header } from 'tar-stream';
import type { Entry as ZipEntry, ZipFile } from 'yauzl';
import { type Part, type Step, sizeText } from './content.ts';
import { firstBytes, openPart } from './openPart.ts';

/** `PK` and what a zip archive begins with: a file, or its end where it is empty. */
const ZIP = ['504b0304', '504b0506'];

export type EntryHeader = Partial<Header> & Pick<Header, 'name'>;
export type Body = AsyncIterable<Uint8Array>;

/** One entry, its body (of files only) to be read before the next is asked for. */
export interface Entry {
  readonly header: EntryHeader;
  readonly body?: Body;
}

/** The entries of a tar (gzip or not) or zip archive, one by one; throws an error that names the file where it is neither, or damaged. */
export async function* entriesOf(part: Part, step: Step): AsyncGenerator<Entry> {
  const first = await firstBytes(part, 512, step.signal);
  if (ZIP.includes(first.toString('hex', 0, 4))) return yield* zipEntries(part, step);
  // The oldest tar has no mark of its own.
  if (first.toString('latin1', 257, 262) === 'ustar' || /\.(tar|tar\.gz|tgz)$/i.test(part.name)) return yield* tarEntries(part, step);
  throw new Error(`${part.name} is no tar, tar.gz or zip archive. Leave out “unpack” to put it in as it is.`);
}

async function* tarEntries(part: Part, step: Step): AsyncGenerator<Entry> {
  const { extract } = await import('tar-stream');
  const reader = extract();
  let broke: NodeJS.ErrnoException | null | undefined;
  pipeline(await openPart(part, step), reader as unknown as Writable, (error) => {
    broke = error;
  });
  try {
    for await (const entry of reader) {
      const { header } = entry;
      const isFile = header.type === 'file' || header.type === 'contiguous-file';
      yield isFile ? { header, body: clearly(part, entry as Body) } : { header };
      entry.resume();
    }
  } catch (error) {
    throw damaged(part, broke ?? (error as Error));
  } finally {
    reader.destroy();
  }
}

async function* zipEntries(part: Part, { signal, progress }: Step): AsyncGenerator<Entry> {
  const { openPromise } = await import('yauzl');
  let zip: ZipFile | undefined;
  let packed = 0;
  try {
    zip = await openPromise(part.file, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      if (signal.aborted) return;
      packed += entry.compressedSize;
      progress(`loading ${part.name}: ${sizeText(packed)} of ${sizeText(part.bytes)}`);
      const { header, body } = await zipEntry(zip, entry);
      yield body ? { header, body: clearly(part, body) } : { header };
    }
  } catch (error) {
    throw damaged(part, error as Error);
  } finally {
    zip?.close();
  }
}

/** Zip archives made on Unix keep the mode; owners they do not. */
async function zipEntry(zip: ZipFile, entry: ZipEntry): Promise<Entry> {
  const mode = entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & 0o170000;
  const isFolder = entry.fileName.endsWith('/');
  const header = { name: entry.fileName, mode: mode & 0o7777 || (isFolder ? 0o755 : 0o644), mtime: entry.getLastModDate() };
  if (isFolder) return { header: { ...header, type: 'directory' } };
  if (type !== 0 && type !== 0o100000 && type !== 0o120000) return { header };
  const body = await zip.openReadStreamPromise(entry);
  if (type !== 0o120000) return { header: { ...header, type: 'file', size: entry.uncompressedSize }, body: body as Body };
  const target: Buffer[] = [];
  for await (const chunk of body) if (target.length < 16) target.push(chunk as Buffer);
  return { header: { ...header, type: 'symlink', linkname: Buffer.concat(target).toString() } };
}

/** Its errors name the archive. */
async function* clearly(part: Part, body: Body): Body {
  try {
    yield* body;
  } catch (error) {
    throw damaged(part, error as Error);
  }
}

const damaged = ({ name }: Part, { message }: Error): Error =>
  new Error(message.startsWith(name) ? message : `${name} is damaged: it cannot be unpacked (${message}).`);
