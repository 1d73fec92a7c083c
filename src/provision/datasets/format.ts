import { type DatasetFormat, failed, ok, type Result } from '../../domain/index.ts';
import type { Content } from './content.ts';
import { firstBytes } from './openPart.ts';

/** What a dataset is, by what its first bytes say, then its name; all its files must be the same. */
export async function formatOf(
  content: Content,
  name: string,
  declared: DatasetFormat | undefined,
  signal: AbortSignal,
): Promise<Result<DatasetFormat>> {
  if (declared) return ok(declared);
  const formats = new Set<DatasetFormat | undefined>();
  for (const part of content.parts) formats.add(guess(part.name, await firstBytes(part, 512, signal)));
  const [format] = formats;
  if (formats.size === 1 && format) return ok(format);
  const what = formats.size > 1 ? 'its files are of different formats' : `what “${content.name}” is cannot be told`;
  return failed('bad-file', 'never', `${name}: ${what}. Declare its “format”: sql, csv, parquet or pg_dump.`);
}

/** By magic numbers where there are some. A tar that `pg_dump` wrote begins with its table of contents. */
export function guess(name: string, first: Buffer): DatasetFormat | undefined {
  const magic = first.subarray(0, 7).toString('latin1');
  if (magic.startsWith('PGDMP') || magic === 'toc.dat') return 'pg_dump';
  if (magic.startsWith('PAR1')) return 'parquet';
  if (/\.(csv|tsv)(\.gz)?$/i.test(name)) return 'csv';
  if (/\.sql(\.gz)?$/i.test(name) || /^\s*(--|create |insert |set |begin|copy )/i.test(first.toString('latin1'))) return 'sql';
  return undefined;
}
