import type { Activity } from '../../../src/domain/index.ts';
import type { Opened, Row } from '../../../src/sense/importers/importer.ts';
import { importHistory } from '../../../src/sense/importers/importHistory.ts';
import { IMPORTERS } from '../../../src/sense/importers/registry.ts';
import { createTally, type Tally } from '../../../src/sense/importers/tally.ts';

export const END = 1_800_000_000_000;

export interface Ran {
  readonly activities: readonly Activity[];
  readonly tally: Tally;
}

export interface RunOptions {
  readonly chunk?: number;
  readonly rereadable?: boolean;
  readonly rows?: readonly Row[];
  readonly pseudonym?: (client: string) => string;
}

/** Imports what stands in `content`, handed over in pieces of `chunk` bytes. */
export async function run(format: string, content: string | Uint8Array, options: RunOptions = {}): Promise<Ran> {
  const { chunk = 1 << 16, rereadable = true, rows = [], pseudonym } = options;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const opened: Opened = {
    bytes: async function* () {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
    rereadable,
    rows: async function* () {
      for (let at = 0; at < rows.length; at += chunk) yield rows.slice(at, at + chunk);
    },
  };
  return drained(format, opened, pseudonym);
}

export async function drained(format: string, opened: Opened, pseudonym?: (client: string) => string): Promise<Ran> {
  const importer = IMPORTERS[format];
  if (!importer) throw new Error(`no format ${format}`);
  const tally = createTally();
  const activities: Activity[] = [];
  for await (const batch of importHistory(importer, opened, { actor: 'me', endAt: END, ...(pseudonym ? { pseudonym } : {}) }, tally))
    activities.push(...batch);
  return { activities, tally };
}
