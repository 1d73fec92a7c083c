import { failed, ok, type Result } from '../../domain/index.ts';
import type { Part } from './content.ts';
import { firstBytes, openPart } from './openPart.ts';

export interface Column {
  readonly name: string;
  /** As PostgreSQL calls it. */
  readonly type: string;
}

export interface CsvShape {
  readonly delimiter: string;
  readonly columns: readonly Column[];
}

/** So many rows tell what a column holds. */
const SAMPLE = 1000;
const MOST_COLUMNS = 1600;

/** The columns that the first line of a CSV file names (RFC 4180; also by semicolon, tab or bar), and what its first rows hold. */
export async function csvShape(part: Part, name: string, signal: AbortSignal): Promise<Result<CsvShape>> {
  const delimiter = delimiterOf((await firstBytes(part, 65_536, signal)).toString('utf8'));
  const { parse } = await import('csv-parse');
  const rows: string[][] = [];
  const parser = parse({ delimiter, bom: true, to: SAMPLE + 1, relax_column_count: true, max_record_size: 16 << 20 });
  const source = await openPart(part, { signal, progress: () => {} });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const row of parser) rows.push(row as string[]);
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'never', `Loading ${name} was cancelled.`);
    return failed('bad-file', 'never', `${name}: ${part.name} is not CSV: ${firstSentence(error as Error)}.`);
  } finally {
    source.destroy();
  }
  const [header, ...sample] = rows;
  const problem = headerProblem(header);
  if (problem || !header) return failed('bad-file', 'never', `${name}: ${part.name} ${problem}. Its first line must name its columns.`);
  return ok({ delimiter, columns: header.map((column, i) => ({ name: column.trim(), type: typeOf(sample.map((row) => row[i] ?? '')) })) });
}

const firstSentence = ({ message }: Error): string => message.split('\n')[0]?.replace(/\.$/, '').slice(0, 200) ?? '';

function headerProblem(header: readonly string[] | undefined): string | undefined {
  if (!header) return 'is empty';
  const names = header.map((n) => n.trim());
  if (names.length > MOST_COLUMNS) return `has ${names.length} columns, and PostgreSQL takes ${MOST_COLUMNS}`;
  if (names.some((n) => n === '' || n.includes('\u0000') || Buffer.byteLength(n) > 63))
    return 'has a column without a name, or with one of more than 63 bytes';
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  return twice === undefined ? undefined : `has two columns “${twice}”`;
}

/** The one that stands most often in the first line, outside of quotes. */
export function delimiterOf(text: string): string {
  const line = (/^(?:[^"\r\n]|"(?:[^"]|"")*")*/.exec(text)?.[0] ?? '').replace(/"(?:[^"]|"")*"/g, '');
  const counts = [',', ';', '\t', '|'].map((d) => [d, line.split(d).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

const TYPES: readonly (readonly [type: string, form: RegExp])[] = [
  ['boolean', /^(true|false)$/i],
  ['bigint', /^-?(0|[1-9]\d{0,17})$/],
  ['numeric', /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['timestamp', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/],
  ['timestamptz', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
];

/** The narrowest type that all values have; an empty value is null. `007` is no number: its zeros would be lost. */
export function typeOf(values: readonly string[]): string {
  const filled = values.filter((v) => v !== '');
  if (filled.length === 0) return 'text';
  return TYPES.find(([, form]) => filled.every((v) => form.test(v)))?.[0] ?? 'text';
}
