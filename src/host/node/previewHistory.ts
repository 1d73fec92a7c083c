import type { HistoryPreview, HistorySource } from '../../app/ports.ts';
import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import { previewOf } from '../../sense/importers/importHistory.ts';
import { IMPORTERS } from '../../sense/importers/registry.ts';
import { createTally } from '../../sense/importers/tally.ts';
import { openImportSource } from './importSource.ts';

/** It is read in the editor's thread, between other things; longer than most histories. */
const MOST_ENTRIES = 100_000;

/** Reads a history through the gate, and stores nothing. */
export async function previewHistory({ format, path }: HistorySource, now: UnixMs): Promise<Result<HistoryPreview>> {
  const importer = Object.hasOwn(IMPORTERS, format) ? IMPORTERS[format] : undefined;
  if (!importer) return failed('wrong-usage', 'never', `There is no importer of “${format}”.`);
  const tally = createTally();
  const counts = new Map<string, number>();
  let more = false;
  try {
    for await (const tokens of previewOf(importer, await openImportSource(path, now), tally)) {
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
      more = tally.read >= MOST_ENTRIES;
      if (more) break;
      // A batch is a chunk of the file; the editor gets its turn after each.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    return failed(
      'bad-file',
      'never',
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'of another format'}).`,
      String(error),
    );
  }
  return ok({
    read: tally.read,
    kept: tally.kept,
    rejected: tally.rejected,
    tokens: byCount(counts).map(([token, count]) => ({ token, count })),
    dropped: byCount(tally.dropped).map(([kind, count]) => ({ kind, count })),
    more,
  });
}

const byCount = <T extends string>(counts: ReadonlyMap<T, number>): readonly (readonly [T, number])[] =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
