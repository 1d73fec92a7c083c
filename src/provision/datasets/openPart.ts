import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Part, type Step, sizeText } from './content.ts';

/** A file of a dataset as a stream, uncompressed where it was compressed by gzip; `through` may look at it on its way. */
export async function openPart(part: Part, { signal, progress }: Step, ...through: Transform[]): Promise<Readable> {
  let read = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      read += chunk.length;
      progress(`loading ${part.name}: ${sizeText(read)} of ${sizeText(part.bytes)}`);
      done(null, chunk);
    },
  });
  const unpacked = (await isGzip(part.file)) ? [clearly(part.name)] : [];
  const all = [createReadStream(part.file, { highWaterMark: 1 << 18, signal }), counted, ...unpacked, ...through];
  // An error anywhere ends the last stream with it, and its reader is told there.
  pipeline(all as [Readable, ...Transform[]], () => {});
  return all.at(-1) as Readable;
}

/** The first bytes, uncompressed, by which a format is told. */
export async function firstBytes(part: Part, length: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of await openPart(part, { signal, progress: () => {} })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= length) break;
    }
  } catch (error) {
    if (size === 0) throw error;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Its errors name the file. */
function clearly(name: string): Transform {
  const gunzip = createGunzip();
  const destroy = gunzip._destroy.bind(gunzip);
  gunzip._destroy = (error, done) => destroy(error && new Error(`${name} is damaged: it cannot be uncompressed (${error.message}).`), done);
  return gunzip;
}
