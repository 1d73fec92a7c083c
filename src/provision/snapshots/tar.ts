import type { Root } from './volumes.ts';

const BLOCK = 512;

/** A tar archive (POSIX ustar) of empty folders. The engine unpacks it into a volume, with owners and modes, without running anything. */
export function tarFolders(folders: readonly (Root & { readonly name: string })[]): Buffer {
  return Buffer.concat([...folders.map(header), Buffer.alloc(2 * BLOCK)]);
}

/** The same of one file of zeros. */
export function tarFile(name: string, bytes: number): Buffer {
  return Buffer.concat([header({ name, mode: 0o600, uid: 0, gid: 0, bytes }), Buffer.alloc(Math.ceil(bytes / BLOCK) * BLOCK + 2 * BLOCK)]);
}

/** Owner and mode of the first entry of a tar archive, which is the folder that was asked for. */
export function rootOf(start: Buffer): Root {
  const octal = (from: number, to: number): number => Number.parseInt(start.toString('latin1', from, to).replace(/\0.*$/s, '').trim(), 8);
  return { mode: octal(100, 108) & 0o7777, uid: octal(108, 116), gid: octal(116, 124) };
}

function header({ name, mode, uid, gid, bytes }: Root & { readonly name: string; readonly bytes?: number }): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number): number => block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  block.write(bytes === undefined ? `${name}/` : name, 0);
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(bytes ?? 0, 124, 12);
  octal(0, 136, 12);
  // The checksum is taken with its own field blank.
  block.write('        ', 148);
  block.write(bytes === undefined ? '5' : '0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
