import { type DatabaseTarget, type DatasetFormat, failed, ok, type Result } from '../../domain/index.ts';
import { type Content, type Part, type Step, stillWhole } from './content.ts';
import { type CsvShape, csvShape } from './csv.ts';
import { formatOf } from './format.ts';
import { databaseHolds, loadDatabase } from './loadDatabase.ts';
import { loadTable, type Rows, tableHolds } from './loadTable.ts';
import { openPart } from './openPart.ts';
import { openParquet, type ParquetFile, type ParquetThread } from './parquetClient.ts';
import { createPsql, type Psql, type RunInside } from './psql.ts';
import { sqlGuard } from './sqlGuard.ts';

export interface Load {
  readonly dataset: string;
  readonly target: DatabaseTarget;
  readonly run: RunInside;
  readonly parquet: ParquetThread;
}

type TableTarget = DatabaseTarget & { readonly table: string };
const isTable = (target: DatabaseTarget): target is TableTarget => target.table !== undefined;

/** Whether the target holds this content already, by the mark on it. */
export function holds({ dataset, target, run }: Load, digest: string): Promise<Result<boolean>> {
  const psql = createPsql(run, target.user, dataset);
  return isTable(target) ? tableHolds({ psql, target, dataset, digest }) : databaseHolds({ psql, target, dataset, digest });
}

/** Loads content into its target, unless it is there; what was there before is left in use until the new is whole. */
export async function load(how: Load, content: Content, declared: DatasetFormat | undefined, step: Step): Promise<Result<void>> {
  const { dataset, target, run } = how;
  const there = await holds(how, content.digest);
  if (!there.ok || there.value) return there.ok ? ok(undefined) : there;
  const whole = await stillWhole(content, dataset, step);
  if (!whole.ok) return whole;
  const format = await formatOf(content, dataset, declared, step.signal);
  if (!format.ok) return format;
  const psql = createPsql(run, target.user, dataset);
  const rowsOf = format.value === 'csv' ? csvRows : format.value === 'parquet' ? parquetRows(how.parquet) : undefined;
  const { digest } = content;
  if (isTable(target) && rowsOf) return loadTable({ psql, target, dataset, digest }, () => rowsOf(content, dataset, step));
  if (!isTable(target) && !rowsOf)
    return loadDatabase({ psql, target, dataset, digest }, (scratch) => fill(scratch, content, format.value, psql, step));
  const advice = isTable(target) ? 'leave out “table”: it is loaded as a whole database' : 'give the “table” that it goes into';
  return failed('wrong-usage', 'never', `${dataset} is ${format.value}; ${advice}.`);
}

async function fill(scratch: string, { parts }: Content, format: DatasetFormat, psql: Psql, step: Step): Promise<Result<void>> {
  for (const part of parts) {
    const done =
      format === 'pg_dump'
        ? await psql.restore(scratch, await openPart(part, step))
        : await psql.script(scratch, await openPart(part, step, sqlGuard(part.name)));
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** Each file names its columns itself, in its own order; the first says which there are. */
async function csvRows({ parts }: Content, dataset: string, step: Step): Promise<Result<Rows>> {
  const shapes: (CsvShape & { readonly part: Part })[] = [];
  for (const part of parts) {
    const shape = await csvShape(part, dataset, step.signal);
    if (!shape.ok) return shape;
    shapes.push({ part, ...shape.value });
  }
  return ok({
    columns: shapes[0]?.columns ?? [],
    async *batches() {
      for (const { part, columns, delimiter } of shapes)
        yield { names: columns.map((c) => c.name), options: `, header true, delimiter '${delimiter}'`, input: await openPart(part, step) };
    },
  });
}

const parquetRows =
  (thread: ParquetThread) =>
  async ({ parts }: Content, dataset: string, step: Step): Promise<Result<Rows>> => {
    const files: ParquetFile[] = [];
    for (const part of parts) {
      const file = await openParquet(part, dataset, thread, step);
      if (!file.ok) return file;
      files.push(file.value);
    }
    return ok({
      columns: files[0]?.columns ?? [],
      async *batches() {
        for (const file of files) yield { names: file.columns.map((c) => c.name), options: '', input: file.lines() };
      },
    });
  };
