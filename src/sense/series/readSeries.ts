import { parse } from 'csv-parse/sync';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Point } from '../feeds/evenSteps.ts';
import { momentOf } from '../feeds/table.ts';
import { UTC } from '../feeds/wallTime.ts';

/** Values one after the other, without times. */
export interface Row {
  readonly name: string;
  readonly values: Float64Array;
}

/** What a file of series holds: one series with times, or many without. */
export type SeriesFile =
  | { readonly shape: 'points'; readonly points: readonly Point[]; readonly rejected: readonly string[] }
  | { readonly shape: 'rows'; readonly rows: readonly Row[]; readonly rejected: readonly string[] };

/** As the parser gives it; `lines` is the line of the file where the row ends. */
interface Line {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** Named in full; more are only counted by their number of lines. */
const MOST_NAMED = 20;

/**
 * Reads `timestamp,value` (any header names; the first column that is a moment and the first other that is a number), or the layout of
 * the M4 competition: header `V1,V2,…`, one series a line, its name first. A line that fits neither is named and left out; a file of which
 * nothing fits fails.
 *
 * @param name for messages.
 */
export function readSeries(text: string, name: string): Result<SeriesFile> {
  let rows: Line[];
  try {
    rows = parse(text, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
      info: true,
    }) as unknown as Line[];
  } catch (error) {
    return failed('bad-file', 'never', `${name} is no table with commas: ${(error as Error).message}`);
  }
  const [header, ...body] = rows;
  if (!header || body.length === 0)
    return failed('bad-file', 'never', `${name} has no rows. A header timestamp,value and a row for each measurement are expected.`);
  return header.record[0] === 'V1' ? manyOf(body, name) : oneOf(header.record, body, name);
}

function oneOf(header: readonly string[], body: readonly Line[], name: string): Result<SeriesFile> {
  const sample = body.slice(0, 50).map((line) => line.record);
  // A column that is called so is one, though numbers could be either.
  const named = (pattern: RegExp): number => header.findIndex((h) => pattern.test(h));
  const timeColumn = first(
    named(/^(time|timestamp|at|date|datetime|ds)$/i),
    columnWhere(sample, (cell) => timeIn(cell) !== undefined && !isNumber(cell)),
    columnWhere(sample, (cell) => timeIn(cell) !== undefined),
  );
  const valueColumn = first(
    named(/^(value|y|count)$/i),
    columnWhere(sample, (cell, i) => i !== timeColumn && isNumber(cell)),
  );
  if (timeColumn < 0 || valueColumn < 0)
    return failed(
      'bad-file',
      'never',
      `${name} has no column of times and one of numbers beside it; its header is ${header.slice(0, 8).join(',')}. Expected is timestamp,value.`,
    );
  const points: Point[] = [];
  const rejected = rejections(name);
  for (const { record: cells, info } of body) {
    const at = timeIn(cells[timeColumn] ?? '');
    const cell = cells[valueColumn] ?? '';
    const value = cell === '' || /^nan$/i.test(cell) ? Number.NaN : isNumber(cell) ? Number(cell) : undefined;
    if (at === undefined) rejected.add(info.lines, `“${(cells[timeColumn] ?? '').slice(0, 40)}” is no time`);
    else if (value === undefined) rejected.add(info.lines, `“${cell.slice(0, 40)}” is no number`);
    else points.push({ at, value });
  }
  if (points.length === 0) return failed('bad-file', 'never', `${name} has no row with a time and a number: ${rejected.lines()[0]}`);
  return ok({ shape: 'points', points, rejected: rejected.lines() });
}

function manyOf(body: readonly Line[], name: string): Result<SeriesFile> {
  const rejected = rejections(name);
  const rows = body.flatMap(({ record: cells, info }): readonly Row[] => {
    const end = cells.findLastIndex((c) => c !== '') + 1;
    const values = cells.slice(1, end);
    const wrong = values.find((c) => c !== '' && !isNumber(c));
    if (wrong !== undefined) rejected.add(info.lines, `“${wrong.slice(0, 40)}” is no number`);
    else if (values.length === 0) rejected.add(info.lines, 'there is no value');
    else return [{ name: cells[0] ?? '', values: Float64Array.from(values, (c) => (c === '' ? Number.NaN : Number(c))) }];
    return [];
  });
  if (rows.length === 0) return failed('bad-file', 'never', `${name} has no series: ${rejected.lines()[0]}`);
  return ok({ shape: 'rows', rows, rejected: rejected.lines() });
}

function rejections(name: string) {
  const named: string[] = [];
  let count = 0;
  return {
    add(line: number, what: string): void {
      if (++count <= MOST_NAMED) named.push(`${name}:${line}: ${what}`);
    },
    lines: (): readonly string[] => (count > MOST_NAMED ? [...named, `… and ${count - MOST_NAMED} more lines`] : named),
  };
}

const first = (...columns: readonly number[]): number => columns.find((c) => c >= 0) ?? -1;
const columnWhere = (sample: readonly string[][], fits: (cell: string, column: number) => boolean): number =>
  (sample[0] ?? []).findIndex((_, i) => sample.every((cells) => fits(cells[i] ?? '', i)));
const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));

/** Without a zone it is UTC. */
const timeIn = (cell: string): number | undefined => momentOf(cell, UTC);
