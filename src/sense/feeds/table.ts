import { parse } from 'csv-parse/sync';
import { failed, ok, type Quantity, type Result, type Series } from '../../domain/index.ts';
import { numberOf, timeOf } from '../importers/times.ts';
import { MOST_STEPS, type Point, type Steps, seriesOf } from './evenSteps.ts';
import type { WallMs, Zone } from './wallTime.ts';

/** Which columns of a table are what. */
export interface TableOptions {
  readonly feed: string;
  /** ISO 8601 or Unix time, in seconds or milliseconds. */
  readonly time: string;
  readonly value: string;
  /** One series for each text in this column; undefined: one in all. */
  readonly by: string | undefined;
  readonly quantity: Quantity;
  readonly scale: number;
  /** Undefined: as far apart as times usually are. */
  readonly stepMs: number | undefined;
  readonly combine: Steps['combine'];
  /** Of times without a zone. */
  readonly zone: Zone;
}

type Row = Readonly<Record<string, unknown>>;

const MOST_ROWS = 500_000;
const MOST_SERIES = 100;
const SHORTEST_STEP_MS = 1000;

/** A text of comma-separated values with a header. */
export function readCsv(text: string, options: TableOptions): Result<readonly Series[]> {
  try {
    const rows = parse(text, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      trim: true,
      to: MOST_ROWS,
    });
    return readRows(rows as readonly Row[], options);
  } catch (error) {
    const line = (error as { lines?: unknown }).lines;
    const where = typeof line === 'number' ? ` in line ${line}` : '';
    return failed(
      'bad-file',
      'never',
      `${options.feed}: this is no table of comma-separated values${where}. Check its quotes and columns.`,
    );
  }
}

/** Rows of a JSON document: the list that stands at `rows`, names separated by dots; empty: the document is the list. */
export function readJsonRows(document: unknown, rows: string, options: TableOptions): Result<readonly Series[]> {
  let list = document;
  for (const name of rows === '' ? [] : rows.split('.'))
    list = typeof list === 'object' && list !== null && Object.hasOwn(list, name) ? (list as Row)[name] : undefined;
  if (!Array.isArray(list))
    return failed(
      'bad-file',
      'never',
      `${options.feed}: there is no list ${rows === '' ? 'in the document' : `at “${rows}”`}. Mend “rows”.`,
    );
  return readRows(list.slice(0, MOST_ROWS).filter((row) => typeof row === 'object' && row !== null) as readonly Row[], options);
}

function readRows(rows: readonly Row[], options: TableOptions): Result<readonly Series[]> {
  const { feed, quantity, scale, combine, by } = options;
  const first = rows[0];
  if (first === undefined) return ok([]);
  const missing = [options.time, options.value, ...(by === undefined ? [] : [by])].find((name) => cellOf(first, name) === undefined);
  if (missing !== undefined)
    return failed(
      'bad-file',
      'never',
      `${feed}: there is no column “${missing}”. There are ${Object.keys(first).slice(0, 20).join(', ')}.`,
    );
  const groups = new Map<string, Point[]>();
  for (const row of rows) {
    const at = momentOf(cellOf(row, options.time), options.zone);
    if (at === undefined) continue;
    const group = by === undefined ? '' : String(cellOf(row, by) ?? '');
    const points = groups.get(group) ?? [];
    points.push({ at, value: numberOf(cellOf(row, options.value)) * scale });
    groups.set(group, points);
  }
  if (groups.size === 0)
    return failed('bad-file', 'never', `${feed}: no row has a time in “${options.time}”. Times are ISO 8601 or Unix time.`);
  if (groups.size > MOST_SERIES)
    return failed(
      'bad-file',
      'never',
      `${feed}: “${by}” makes ${groups.size} series, of at most ${MOST_SERIES}. Choose another column for “by”.`,
    );
  const stepMs = options.stepMs ?? stepOf([...groups.values()].reduce((a, b) => (b.length > a.length ? b : a)));
  if (stepMs === undefined) return failed('bad-file', 'never', `${feed}: one time alone does not tell the step. Set “step”.`);
  return ok(
    [...groups].map(([group, points]) => {
      const id = `table:${feed}/${group === '' ? options.value : group.slice(0, 200)}`;
      return seriesOf(points, { id, quantity, stepMs, combine });
    }),
  );
}

/** A column; of JSON rows also one inside another, `metrics.count`. */
function cellOf(row: Row, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  let value: unknown = row;
  for (const part of name.split('.'))
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? (value as Row)[part] : undefined;
  return value;
}

/** A date alone is its midnight; without a zone, a time is one of the feed's zone. */
export function momentOf(cell: unknown, zone: Zone): number | undefined {
  const wall = typeof cell === 'string' ? wallOf(cell) : undefined;
  return wall === undefined ? timeOf(cell) : zone.unixOf(wall);
}

function wallOf(text: string): WallMs | undefined {
  const [, date, time = '00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?$/.exec(text.trim()) ?? [];
  const wall = date === undefined ? Number.NaN : Date.parse(`${date}T${time}Z`);
  return Number.isNaN(wall) ? undefined : Math.floor(wall);
}

/** The lower quartile of the distances between times that follow one another, since gaps only lengthen them; at least a second. */
export function stepOf(points: readonly Point[]): number | undefined {
  const times = [...new Set(points.map((p) => p.at))].sort((a, b) => a - b).slice(-MOST_STEPS);
  const distances = times
    .slice(1)
    .map((at, i) => at - (times[i] as number))
    .sort((a, b) => a - b);
  const step = distances[(distances.length - 1) >> 2];
  return step === undefined ? undefined : Math.max(SHORTEST_STEP_MS, step);
}
