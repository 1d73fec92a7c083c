import { parseActivity } from '../../domain/index.ts';
import type { Importer } from './importer.ts';
import { objectOf } from './json.ts';
import { IMPORTERS } from './registry.ts';

/** What a file that tells of requests may be: an activity trace, OpenTelemetry's, or one of `IMPORTERS`. */
export type RequestFormat = 'trace' | 'otlp' | (typeof LOGS)[number];

/** Formats of requests that are served or made; where a beginning fits several equally, the first. */
const LOGS = ['access-log', 'nginx-json', 'har', 'cloudtrail', 'kubernetes-audit'] as const;
export const REQUEST_FORMATS: readonly RequestFormat[] = ['trace', 'otlp', ...LOGS];

/** So much of a file is enough to tell its format. */
export const HEAD_BYTES = 65_536;

/**
 * The format of which the beginning of a file (`HEAD_BYTES` or less, unzipped) holds the most entries; undefined where it holds none of any. Each
 * importer is asked, rather than a list of marks kept, so that what is guessed is what can be read.
 */
export async function guessRequests(head: Uint8Array): Promise<RequestFormat | undefined> {
  const text = new TextDecoder().decode(head).replace(/^\uFEFF/, '');
  if (/"resource_?spans"\s*:/i.test(text)) return 'otlp';
  if (isTrace(text)) return 'trace';
  const counts = await Promise.all(LOGS.map(async (name) => ({ name, entries: await entriesIn(IMPORTERS[name] as Importer, head) })));
  const best = counts.reduce((a, b) => (b.entries > a.entries ? b : a));
  return best.entries > 0 ? best.name : undefined;
}

const FIRST_LINES = 20;

function isTrace(text: string): boolean {
  const lines = text.split('\n', FIRST_LINES).filter((line) => line.trim() !== '');
  const names = (lines[0] ?? '').split(',').map((name) => name.trim().replaceAll('"', ''));
  if (['at', 'actor', 'resource'].every((name) => names.includes(name))) return true;
  return lines.some((line) => 'activity' in parseActivity(objectOf(line)));
}

async function entriesIn(importer: Importer, head: Uint8Array): Promise<number> {
  async function* bytes() {
    yield head;
  }
  async function* rows() {}
  let count = 0;
  for await (const entries of importer.read({ bytes, rereadable: true, rows }))
    count += entries.filter(({ is }) => is === 'deed' || is === 'aside').length;
  return count;
}
