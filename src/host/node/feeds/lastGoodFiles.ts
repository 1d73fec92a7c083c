import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedCache, KeptAnswer } from '../../../app/feeds/feed.ts';
import { QUANTITIES, type Quantity } from '../../../domain/index.ts';
import { replaceFile } from '../../../provision/replaceFile.ts';
import { listOf, number, objectWith, oneOf, optional, type Shape, shaped, text } from '../../../sense/feeds/shape.ts';

/** Of a series, what is kept over the end of a session. */
const MOST_STEPS = 4096;

/** Gaps are `null` in JSON. */
const values: Shape<Float64Array> = (raw, path) =>
  Float64Array.from(listOf((value, at) => (value === null ? Number.NaN : number(value, at)))(raw, path));
const kept = objectWith({
  version: oneOf('1'),
  settings: text,
  answeredAt: number,
  series: listOf(
    objectWith({ id: text, quantity: oneOf(...(Object.keys(QUANTITIES) as Quantity[])), startAt: number, stepMs: number, values }),
  ),
  events: listOf(objectWith({ name: text, from: number, until: number, factor: optional(number), source: text })),
});

/** The last good answer of each feed, a file each, whole or not at all. What can't be written is lost with the session, and nothing else. */
export function openLastGood(folder: string, log: (line: string) => void): FeedCache {
  const fileOf = (name: string): string => join(folder, `${name}.json`);
  let writing = Promise.resolve();
  const inTurn = (act: () => Promise<void>): void => {
    writing = writing.then(act).catch((error: NodeJS.ErrnoException) => log(`! A feed’s last answer was not kept (${error.code}).`));
  };
  return {
    async load(name) {
      const json = await readFile(fileOf(name), 'utf8')
        .then(JSON.parse, () => undefined)
        .catch(() => undefined);
      const read = shaped(kept, json);
      if ('problem' in read) return undefined;
      const events = read.value.events.map(({ factor, ...event }) => (factor === undefined ? event : { ...event, factor }));
      return { ...read.value, events };
    },
    save: (name, answer) => inTurn(() => write(fileOf(name), answer)),
    forget: (name) => inTurn(() => rm(fileOf(name), { force: true })),
    flush: () => writing,
  };
}

async function write(file: string, { settings, answeredAt, series, events }: KeptAnswer): Promise<void> {
  const short = series.map((one) => {
    const gone = Math.max(0, one.values.length - MOST_STEPS);
    return { ...one, startAt: one.startAt + gone * one.stepMs, values: Array.from(one.values.subarray(gone)) };
  });
  await replaceFile(file, JSON.stringify({ version: '1', settings, answeredAt, series: short, events }));
}
