import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable, type Writable } from 'node:stream';
import type { Pack } from 'tar-stream';
import { type Body, type Entry, type EntryHeader, entriesOf } from './archive.ts';
import { type Content, type Part, type Step, sizeText } from './content.ts';
import { entryGuard } from './entryGuard.ts';

export interface Packing {
  /** The folder under which everything goes. */
  readonly under: string;
  readonly unpack: boolean;
}

/**
 * The files of a dataset as one tar stream, made while it is read, so that nothing needs to fit into memory. Of archives that are
 * unpacked, owners, modes and links stay as they are; what would leave the folder breaks the stream with an error that names it.
 */
export async function packFiles(content: Content, { under, unpack }: Packing, step: Step): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const stream = pack();
  const fill = async (): Promise<void> => {
    const folders = new Set<string>();
    const folder = async (path: string): Promise<void> => {
      if (folders.has(path)) return;
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (parent !== '') await folder(parent);
      folders.add(path);
      await put(stream, { name: path, type: 'directory', mode: 0o755 });
    };
    await folder(under);
    for (const part of content.parts) {
      const guard = entryGuard();
      for await (const { header, body } of unpack ? entriesOf(part, step) : asItIs(part, step)) {
        const judged = guard(header);
        if ('refused' in judged) throw new Error(`${part.name}: “${header.name}” is refused: ${judged.refused}.`);
        const name = judged.name === '' ? under : `${under}/${judged.name}`;
        if (judged.name !== '') await folder(name.slice(0, name.lastIndexOf('/')));
        if (header.type === 'directory') folders.add(name);
        const { linkname } = judged;
        await put(
          stream,
          { ...plain(header), name, ...(linkname === undefined ? {} : { linkname: linkOf(header, linkname, under) }) },
          body,
        );
      }
    }
    stream.finalize();
  };
  fill().catch((error: Error) => stream.destroy(error));
  return Readable.from(stream as AsyncIterable<Uint8Array>, { objectMode: false });
}

const linkOf = ({ type }: EntryHeader, linkname: string, under: string): string => (type === 'link' ? `${under}/${linkname}` : linkname);

/** Without what a source said of names in other ways, which would come before `name`. */
const plain = ({ name, linkname: _, pax: __, size, ...rest }: EntryHeader): EntryHeader => ({
  name,
  ...rest,
  ...(size !== undefined && (rest.type === 'file' || rest.type === 'contiguous-file') ? { size } : {}),
});

function put(stream: Pack, header: EntryHeader, body?: Body): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = stream.entry(header, (error) => (error ? reject(error) : resolve()));
    if (body)
      pipeline(body, sink as unknown as Writable, (error) => {
        if (error) reject(error);
      });
  });
}

async function* asItIs(part: Part, { signal, progress }: Step): AsyncGenerator<Entry> {
  const { mode, mtime } = await stat(part.file);
  async function* body(): Body {
    let read = 0;
    for await (const chunk of createReadStream(part.file, { highWaterMark: 1 << 18, signal })) {
      read += chunk.length;
      progress(`loading ${part.name}: ${sizeText(read)} of ${sizeText(part.bytes)}`);
      yield chunk;
    }
  }
  yield { header: { name: part.name, type: 'file', size: part.bytes, mode: (mode & 0o777) | 0o444, mtime }, body: body() };
}
