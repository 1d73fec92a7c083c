import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { animation } from './animation.mjs';

const WIDTH = 64;
const HEIGHT = 40;

/** White, with a black square of this size in the corner and noise of many colours below, which no frame changes. */
function picture(square: number): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const grey = x < square && y < square ? 0 : 255;
      const noise = y >= HEIGHT / 2;
      png.data.set(noise ? [(x * 37) % 256, (y * 91) % 256, (x * y) % 256, 255] : [grey, grey, grey, 255], 4 * (y * WIDTH + x));
    }
  return PNG.sync.write(png);
}

interface Frame {
  readonly delayMs: number;
  readonly transparent: boolean;
  readonly bytes: number;
}

/** GIF89a as its specification says: header, colour table, then blocks up to the trailer. */
function parsed(gif: Uint8Array) {
  const view = new DataView(gif.buffer, gif.byteOffset, gif.byteLength);
  const tableOf = (packed: number): number => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const frames: Frame[] = [];
  let repeat: number | undefined;
  let control = { delayMs: 0, transparent: false };
  let at = 13 + tableOf(gif[10] as number);
  const skipBlocks = (): number => {
    const from = at;
    while (gif[at] !== 0) at += (gif[at] as number) + 1;
    at++;
    return at - from;
  };
  while (gif[at] !== 0x3b) {
    if (gif[at] === 0x21) {
      if (gif[at + 1] === 0xf9) control = { delayMs: view.getUint16(at + 4, true) * 10, transparent: ((gif[at + 3] as number) & 1) === 1 };
      else repeat = view.getUint16(at + 16, true);
      at += 2;
      skipBlocks();
    } else if (gif[at] === 0x2c) {
      at += 10 + tableOf(gif[at + 9] as number) + 1;
      frames.push({ ...control, bytes: skipBlocks() });
    } else throw new Error(`unknown block ${gif[at]} at ${at}`);
  }
  const text = Buffer.from(gif.subarray(0, 6)).toString('latin1');
  return { text, width: view.getUint16(6, true), height: view.getUint16(8, true), repeat, frames };
}

describe('the animated tour', () => {
  const gif = parsed(
    animation([
      { png: picture(2), at: 0 },
      { png: picture(2), at: 100 },
      { png: picture(8), at: 500 },
      { png: picture(12), at: 520 },
      { png: picture(16), at: 60_000 },
    ]),
  );

  it('is a GIF of the pictures’ size that runs for ever', () => {
    expect(gif).toMatchObject({ text: 'GIF89a', width: WIDTH, height: HEIGHT, repeat: 0 });
  });

  it('shows what is the same once, neither too shortly nor too long', () => {
    expect(gif.frames.map((f) => f.delayMs)).toEqual([500, 60, 1400, 3000]);
  });

  it('leaves out what does not change', () => {
    const [first, ...later] = gif.frames;
    expect(first?.transparent).toBe(false);
    for (const frame of later) {
      expect(frame.transparent).toBe(true);
      expect(frame.bytes).toBeLessThan((first as Frame).bytes / 3);
    }
  });
});
