import type { UnixMs } from '../domain/index.ts';
import type { ForeignSource, Signal } from './signal.ts';

const SOURCES: readonly ForeignSource[] = ['editor', 'task', 'test', 'api', 'database'];
const DEEDS = ['started', 'ended', 'happened'] as const;
const NAME = /^[a-z][a-z0-9-]{1,39}$/;
/** What somebody tells late, or with a clock that is a little ahead, is still of this session. */
const LATE_MS = 60 * 60_000;
const AHEAD_MS = 60_000;
const LONGEST_NAME = 200;
const MOST_USES = 50;
/** So many at once, and so many a second on end: no sensor can flood the journal. */
const BURST = 100;
const PER_SECOND = 20;

export interface ForeignSensor {
  /** What was told becomes a signal; undefined where it was too much at once. Throws a TypeError that says what does not fit. */
  hear(raw: unknown, now: UnixMs): Signal | undefined;
  /** How many were too much. */
  dropped(): number;
}

/** One sensor of another extension. What it tells is foreign: checked field by field, bounded in number, and redacted like all signals. */
export function createForeignSensor(sensor: unknown, source: unknown): ForeignSensor {
  if (typeof sensor !== 'string' || !NAME.test(sensor))
    throw new TypeError('A sensor’s name is 2 to 40 characters of a–z, 0–9 and -, and begins with a letter.');
  if (!SOURCES.includes(source as ForeignSource)) throw new TypeError(`A sensor’s source is one of ${SOURCES.join(', ')}.`);
  let allowance = BURST;
  let at = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  return {
    hear(raw, now) {
      const signal = { ...parse(raw, now), sensor, source: source as ForeignSource };
      allowance = Math.min(BURST, allowance + (Math.max(0, now - at) / 1000) * PER_SECOND);
      at = now;
      if (allowance < 1) {
        dropped++;
        return undefined;
      }
      allowance--;
      return signal;
    },
    dropped: () => dropped,
  };
}

function parse(raw: unknown, now: UnixMs): Omit<Extract<Signal, { type: 'foreign' }>, 'sensor' | 'source'> {
  if (typeof raw !== 'object' || raw === null) throw new TypeError('An activity is an object with at least a name.');
  const { name, did = 'happened', at = now, ok, durationMs, uses = [] } = raw as Record<string, unknown>;
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME)
    throw new TypeError(`“name” is a string of 1 to ${LONGEST_NAME} characters.`);
  if (!DEEDS.includes(did as 'started')) throw new TypeError(`“did” is one of ${DEEDS.join(', ')}.`);
  if (!Number.isInteger(at) || (at as number) < now - LATE_MS || (at as number) > now + AHEAD_MS)
    throw new TypeError('“at” is Unix milliseconds of the last hour.');
  if (ok !== undefined && typeof ok !== 'boolean') throw new TypeError('“ok” is true or false.');
  if (durationMs !== undefined && !(typeof durationMs === 'number' && Number.isFinite(durationMs) && durationMs >= 0))
    throw new TypeError('“durationMs” is a number from 0.');
  if (!Array.isArray(uses) || uses.length > MOST_USES || uses.some((id) => typeof id !== 'string'))
    throw new TypeError(`“uses” is a list of at most ${MOST_USES} ids of resources.`);
  return {
    type: 'foreign',
    at: Math.min(at as number, now),
    name: name.trim(),
    did: did as 'happened',
    uses: uses as readonly string[],
    ...(ok === undefined ? {} : { ok }),
    ...(durationMs === undefined ? {} : { durationMs: durationMs as number }),
  };
}
