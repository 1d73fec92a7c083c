import { type DatabaseTarget, failed, ok, type Result } from '../../domain/index.ts';
import { type Mark, markOf, markText } from './mark.ts';
import { literal, type Psql, quoted } from './psql.ts';

export interface DatabaseLoad {
  readonly psql: Psql;
  readonly target: DatabaseTarget;
  readonly dataset: string;
  readonly digest: string;
}

/** A database that always exists, so that the others can be renamed from it. */
const BESIDE = 'template1';

/** Whether the database holds this content by its mark. */
export async function databaseHolds(load: DatabaseLoad): Promise<Result<boolean>> {
  const mark = await markIn(load, load.target.database);
  return mark.ok ? ok(mark.value?.mark?.digest === load.digest) : mark;
}

/**
 * Loads a dump into a database beside the one that is wanted, and renames it into its place when it is whole; its predecessor is kept
 * as `…__prewarm_previous`. A database with anything in it that is not ours is refused, and so is one that others are connected to;
 * what was loaded then waits.
 */
export async function loadDatabase(load: DatabaseLoad, fill: (scratch: string) => Promise<Result<void>>): Promise<Result<void>> {
  const { psql, target, dataset, digest } = load;
  const wanted = markText({ dataset, digest, origin: 'made' });
  const now = await markIn(load, target.database);
  if (!now.ok) return now;
  if (now.value?.mark?.digest === digest) return ok(undefined);
  if (now.value && !now.value.mark) {
    const empty = await isEmpty(psql, target.database);
    if (!empty.ok) return empty;
    if (!empty.value)
      return failed(
        'in-use',
        'never',
        `${dataset}: the database ${target.database} has tables of yours, which are not replaced. Empty it, or load into a “table”.`,
      );
  }
  const scratch = `${target.database}__prewarm_loading`;
  const waiting = await markIn(load, scratch);
  if (!waiting.ok) return waiting;
  if (waiting.value?.mark?.digest !== digest) {
    const filled = await make(load, scratch, wanted, fill);
    if (!filled.ok) return filled;
  }
  const swapped = await psql.query(BESIDE, swap(target.database, scratch, now.value !== undefined));
  return swapped.ok ? ok(undefined) : swapped;
}

async function make(
  { psql, target }: DatabaseLoad,
  scratch: string,
  mark: string,
  fill: (scratch: string) => Promise<Result<void>>,
): Promise<Result<void>> {
  const created = await psql.query(
    BESIDE,
    `${drop(scratch)}\ncreate database ${quoted(scratch)} owner ${quoted(target.user)} template template0;`,
  );
  if (!created.ok) return created;
  const filled = await fill(scratch);
  if (!filled.ok) {
    // Half a database is of no use and takes its room; where it cannot be dropped now, the next load does.
    await psql.query(BESIDE, drop(scratch));
    return filled;
  }
  const marked = await psql.query(BESIDE, `comment on database ${quoted(scratch)} is ${literal(mark)};`);
  return marked.ok ? ok(undefined) : marked;
}

/** A load that was broken off may still be connected to it. */
const drop = (scratch: string): string =>
  [
    'set client_min_messages = warning;',
    `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = ${literal(scratch)};`,
    `drop database if exists ${quoted(scratch)};`,
  ].join('\n');

function swap(database: string, scratch: string, exists: boolean): string {
  const previous = `${database}__prewarm_previous`;
  return [
    'set client_min_messages = warning;',
    `drop database if exists ${quoted(previous)};`,
    'begin;',
    ...(exists ? [`alter database ${quoted(database)} rename to ${quoted(previous)};`] : []),
    `alter database ${quoted(scratch)} rename to ${quoted(database)};`,
    'commit;',
  ].join('\n');
}

/** Undefined: there is no such database. */
async function markIn({ psql }: DatabaseLoad, database: string): Promise<Result<{ readonly mark: Mark | undefined } | undefined>> {
  const seen = await psql.query(
    BESIDE,
    `select 'there', coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname = ${literal(database)};`,
  );
  if (!seen.ok) return seen;
  return ok(seen.value === '' ? undefined : { mark: markOf(seen.value.slice('there|'.length)) });
}

/** Nothing of its own: what extensions brought does not count. */
async function isEmpty(psql: Psql, database: string): Promise<Result<boolean>> {
  const seen = await psql.query(
    database,
    `select not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e'));`,
  );
  return seen.ok ? ok(seen.value === 't') : seen;
}
