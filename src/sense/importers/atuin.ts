import { isUnixMs } from '../../domain/index.ts';
import { aside, type Entry, type Importer, misfit, type Row } from './importer.ts';

/**
 * Atuin's history.db: times and durations in ns, −1 for what was not known yet. Folders, hosts and sessions are left: a session of Atuin is the
 * life of a terminal, which may be days.
 */
export const atuin: Importer = {
  summary: 'Atuin’s history.db',
  times: 'kept',
  read: async function* ({ rows }) {
    let row = 0;
    for await (const batch of rows('SELECT * FROM history ORDER BY timestamp')) yield batch.map((raw) => entryOf(raw, ++row));
  },
};

function entryOf({ timestamp, duration, exit, command, deleted_at }: Row, line: number): Entry {
  const at = millisecondsOf(timestamp);
  if (!isUnixMs(at)) return misfit(line, 'no time in it');
  if (typeof command !== 'string') return misfit(line, 'no command in it');
  if (deleted_at !== undefined && deleted_at !== null) return aside(line, 'deleted');
  const durationMs = millisecondsOf(duration);
  return {
    is: 'command',
    line,
    text: command,
    at,
    ...(durationMs >= 0 ? { durationMs } : {}),
    ...(isInteger(exit) && exit >= 0 ? { ok: Number(exit) === 0 } : {}),
  };
}

const isInteger = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isSafeInteger(value);

/** NaN for what is no number of nanoseconds, and for −1. */
const millisecondsOf = (ns: unknown): number => (isInteger(ns) && ns >= 0 ? Number(BigInt(ns) / 1_000_000n) : Number.NaN);
