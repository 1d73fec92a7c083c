import { plainOf, wellFormed } from '../../../src/sense/pdl/tree.ts';

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const CHARACTERS = [
  ...'{}[]",:/*\\\'0123456789.-+eEnulltruefalse \t\n\r',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '\uD800',
  '😀',
  '\\u12',
  '//',
  '/*',
];

/** Some characters are lost, doubled, put in, or swapped. */
export function damagedText(text: string, random: () => number): string {
  let result = text;
  for (let n = 1 + Math.floor(random() * 6); n > 0; n--) {
    const at = Math.floor(random() * (result.length + 1));
    const length = Math.floor(random() * (random() < 0.1 ? 400 : 4));
    const put = pick(random, ['', pick(random, CHARACTERS), result.slice(at, at + length).repeat(2)]);
    result = result.slice(0, at) + put + result.slice(at + length);
  }
  return result;
}

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  0.5,
  -0.001,
  1.001,
  1e308,
  3.7,
  '',
  'x',
  'PT0S',
  'P2Y',
  '-P1D',
  'session',
  'high',
  'name',
  'compose:shop/db',
  'compose:shop/dbb',
  'evening order',
  [],
  {},
  [[]],
  [{}],
  { value: 1 },
  [{ value: 1, probability: 1 }],
  '__proto__',
]; // prettier-ignore

/** One value of the document is another, is gone, is there twice, or has a name of another. */
export function damagedStructure(value: unknown, random: () => number): unknown {
  let left = Math.floor(random() * countOf(value));
  const walk = (one: unknown): unknown => {
    if (left-- === 0) return pick(random, [pick(random, VALUES), typeof one === 'number' ? -one : pick(random, VALUES)]);
    if (Array.isArray(one)) {
      const items = one.map(walk);
      if (left > -3 && left < 0 && random() < 0.3 && items.length > 0) {
        left = -9;
        return random() < 0.5 ? [...items, pick(random, items)] : items.slice(1);
      }
      return items;
    }
    if (typeof one !== 'object' || one === null) return one;
    const entries = Object.entries(one).map(([key, member]): [string, unknown] => [key, walk(member)]);
    if (left > -3 && left < 0 && random() < 0.3 && entries.length > 0) {
      left = -9;
      const at = Math.floor(random() * entries.length);
      const [key, member] = entries[at] as [string, unknown];
      if (random() < 0.5) entries.splice(at, 1);
      else entries[at] = [random() < 0.5 ? `${key}s` : pick(random, ['value', 'name', 'id', '__proto__', 'x']), member];
    }
    return Object.fromEntries(entries);
  };
  return walk(value);
}

const countOf = (value: unknown): number =>
  1 + (typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, one) => sum + countOf(one), 0) : 0);

export const plain = (text: string): unknown => {
  const root = wellFormed(text);
  if (!root) throw new Error('no JSON');
  return plainOf(root);
};
