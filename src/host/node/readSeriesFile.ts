import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { failed, type Result } from '../../domain/index.ts';
import { readSeries, type SeriesFile } from '../../sense/series/readSeries.ts';
import { openImportSource } from './importSource.ts';

/** A file of series, plain or gzip, or `-` for standard input. */
export async function readSeriesFile(path: string): Promise<Result<SeriesFile>> {
  const name = path === '-' ? 'standard input' : path;
  try {
    const { bytes } = await openImportSource(path, Number.MAX_SAFE_INTEGER);
    return readSeries((await buffer(Readable.from(bytes()))).toString('utf8'), name);
  } catch (error) {
    return failed('not-found', 'never', `${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
}
