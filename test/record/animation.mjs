import { createRequire } from 'node:module';
import { PNG } from 'pngjs';

// Node and Vite disagree on what the default export of this package is.
const { GIFEncoder, applyPalette, quantize } = createRequire(import.meta.url)('gifenc');
/** One of 256 colours means “as before”. */
const COLOURS = 255;
const AS_BEFORE = 255;
const SHORTEST_MS = 60;
const LONGEST_MS = 1400;
const LAST_MS = 3000;
/** Enough pixels of all pictures together to choose colours from. */
const SAMPLES = 400_000;

/**
 * Pictures of one size as an animated GIF, for places that play no video. What did not change between two pictures is left
 * out, so a window that mostly stands still stays small; pauses are shortened, since nobody wants to watch a machine wait.
 *
 * @param {readonly { png: Buffer, at: number }[]} pictures with the time of each, ms
 * @returns {Uint8Array}
 */
export function animation(pictures) {
  const frames = pictures.map(({ png, at }) => ({ ...PNG.sync.read(png), at }));
  const palette = quantize(sampled(frames.map((f) => f.data)), COLOURS);
  const colours = [...palette, ...Array.from({ length: 256 - palette.length }, () => [0, 0, 0])];
  const shown = withoutRepeats(frames.map((f) => ({ ...f, index: applyPalette(f.data, palette) })));
  const gif = GIFEncoder();
  shown.forEach(({ index, width, height, at }, i) => {
    const before = shown[i - 1]?.index;
    const changes = before ? index.map((colour, p) => (colour === before[p] ? AS_BEFORE : colour)) : index;
    const next = shown[i + 1]?.at;
    const delay = next === undefined ? LAST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, next - at));
    gif.writeFrame(changes, width, height, {
      delay,
      dispose: 1,
      ...(i === 0 ? { palette: colours, repeat: 0 } : { transparent: true, transparentIndex: AS_BEFORE }),
    });
  });
  gif.finish();
  return gif.bytes();
}

/** Every n-th pixel of all pictures, n odd so that it does not stay in one column. */
function sampled(pictures) {
  const pixels = pictures.reduce((sum, data) => sum + data.length / 4, 0);
  const every = Math.max(1, Math.floor(pixels / SAMPLES)) | 1;
  const taken = [];
  for (const data of pictures) for (let p = 0; p < data.length; p += 4 * every) taken.push(data[p], data[p + 1], data[p + 2], 255);
  return Uint8Array.from(taken);
}

const withoutRepeats = (frames) => frames.filter(({ index }, i) => i === 0 || !Buffer.from(index).equals(Buffer.from(frames[i - 1].index)));
