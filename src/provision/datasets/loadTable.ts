import type { Readable } from 'node:stream';
import { type DatabaseTarget, failed, ok, type Result } from '../../domain/index.ts';
import type { Column } from './csv.ts';
import { type Mark, markOf, markText } from './mark.ts';
import { literal, type Psql, quoted } from './psql.ts';

/** Rows that PostgreSQL's COPY reads as CSV. */
export interface Rows {
  readonly columns: readonly Column[];
  /** Each to its end before the next is opened; `names` are the columns in its order. */
  readonly batches: () => AsyncIterable<{ readonly names: readonly string[]; readonly options: string; readonly input: Readable }>;
}

export interface TableLoad {
  readonly psql: Psql;
  readonly target: DatabaseTarget & { readonly table: string };
  readonly dataset: string;
  readonly digest: string;
}

/** What stands in the table's place: nothing, what we made or filled, an empty table of the developer's, or their data. */
type State = { readonly type: 'none' | 'empty' | 'theirs' } | { readonly type: 'ours'; readonly mark: Mark };

/** Whether the table holds this content by its mark. */
export async function tableHolds(load: TableLoad): Promise<Result<boolean>> {
  const state = await stateOf(load);
  return state.ok ? ok(state.value.type === 'ours' && state.value.mark.digest === load.digest) : state;
}

/**
 * Loads rows beside the table and then puts them in its place in one transaction, so that readers see all of the old or all of the
 * new, and a load that fails leaves the old as it was. A table that we made is swapped, its predecessor kept as
 * `…__prewarm_previous`; one that the developer made keeps its definition, keys and rights, and its rows are exchanged. A table with
 * rows that are not ours is refused.
 */
export async function loadTable(load: TableLoad, rows: () => Promise<Result<Rows>>): Promise<Result<void>> {
  const { psql, target, dataset, digest } = load;
  const state = await stateOf(load);
  if (!state.ok) return state;
  if (state.value.type === 'ours' && state.value.mark.digest === digest) return ok(undefined);
  if (state.value.type === 'theirs')
    return failed(
      'in-use',
      'never',
      `${dataset}: the table ${target.table} has rows of yours, which are not replaced. Empty or rename it, or give “table” another name.`,
    );
  const found = await rows();
  if (!found.ok) return found;
  const { columns } = found.value;
  const made = state.value.type === 'none' || (state.value.type === 'ours' && state.value.mark.origin === 'made');
  const prepared = await psql.query(target.database, made ? makeLoading(target, columns) : likeLoading(target, columns));
  if (!prepared.ok) return prepared;
  for await (const { names, options, input } of found.value.batches()) {
    const command = `copy ${loadingOf(target.table)} (${list(names)}) from stdin with (format csv${options})`;
    const fed = await psql.feed(target.database, command, input);
    if (!fed.ok) return fed;
  }
  const mark = markText({ dataset, digest, origin: made ? 'made' : 'filled' });
  const swapped = await psql.query(target.database, made ? swap(target, mark) : exchange(target, columns, mark));
  return swapped.ok ? ok(undefined) : swapped;
}

async function stateOf({ psql, target }: TableLoad): Promise<Result<State>> {
  const table = nameOf(target.table);
  const seen = await psql.query(
    target.database,
    `select c.relkind, coalesce(obj_description(c.oid, 'pg_class'), '') from pg_class c where c.oid = to_regclass(${literal(table)});`,
  );
  if (!seen.ok) return seen;
  if (seen.value === '') return ok({ type: 'none' });
  const [kind, ...comment] = seen.value.split('|');
  const mark = markOf(comment.join('|'));
  if (mark) return ok({ type: 'ours', mark });
  if (kind !== 'r' && kind !== 'p') return ok({ type: 'theirs' });
  const rows = await psql.query(target.database, `select exists (select from ${table});`);
  return rows.ok ? ok({ type: rows.value === 'f' ? 'empty' : 'theirs' }) : rows;
}

const list = (names: readonly string[]): string => names.map(quoted).join(', ');

/** Schema and name; `public` where none is declared. */
const pieces = (table: string): readonly [schema: string, name: string] => {
  const [first = '', second] = table.split('.');
  return second === undefined ? ['public', first] : [first, second];
};
const nameOf = (table: string, ending = ''): string => {
  const [schema, name] = pieces(table);
  return `${quoted(schema)}.${quoted(`${name}${ending}`)}`;
};
const loadingOf = (table: string): string => nameOf(table, '__prewarm_loading');

function makeLoading({ table }: TableLoad['target'], columns: readonly Column[]): string {
  const [schema] = pieces(table);
  const defined = columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ');
  return [
    'set client_min_messages = warning;',
    `create schema if not exists ${quoted(schema)};`,
    `drop table if exists ${loadingOf(table)};`,
    `create table ${loadingOf(table)} (${defined});`,
  ].join('\n');
}

/** Of the developer's definition only what the data names, without its rules: those are asked when the rows go in. */
function likeLoading({ table }: TableLoad['target'], columns: readonly Column[]): string {
  return [
    'set client_min_messages = warning;',
    `drop table if exists ${loadingOf(table)};`,
    `create table ${loadingOf(table)} as select ${list(columns.map((c) => c.name))} from ${nameOf(table)} limit 0;`,
  ].join('\n');
}

/** Who reads a table for long would hold up everybody behind us, so we do not wait for long. */
const BRIEFLY = "set client_min_messages = warning; set lock_timeout = '10s';";

function swap({ table }: TableLoad['target'], mark: string): string {
  const [, name] = pieces(table);
  return [
    BRIEFLY,
    'begin;',
    `drop table if exists ${nameOf(table, '__prewarm_previous')};`,
    `alter table if exists ${nameOf(table)} rename to ${quoted(`${name}__prewarm_previous`)};`,
    `alter table ${loadingOf(table)} rename to ${quoted(name)};`,
    `comment on table ${nameOf(table)} is ${literal(mark)};`,
    'commit;',
    `analyze ${nameOf(table)};`,
  ].join('\n');
}

/** Sequences go on after the highest key that came in. */
function exchange({ table }: TableLoad['target'], columns: readonly Column[], mark: string): string {
  const names = list(columns.map((c) => c.name));
  const own = nameOf(table);
  return [
    BRIEFLY,
    'begin;',
    `delete from ${own};`,
    `insert into ${own} (${names}) overriding system value select ${names} from ${loadingOf(table)};`,
    `do $$ declare c record; begin
       for c in select attname, pg_get_serial_sequence(${literal(own)}, attname) s from pg_attribute
         where attrelid = ${literal(own)}::regclass and attnum > 0 and not attisdropped loop
         if c.s is not null then
           execute format('select setval(%L, max(%I)) from ${own.replaceAll('%', '%%').replaceAll("'", "''")} having max(%I) is not null', c.s, c.attname, c.attname);
         end if;
       end loop; end $$;`,
    `comment on table ${own} is ${literal(mark)};`,
    `drop table ${loadingOf(table)};`,
    'commit;',
    `analyze ${own};`,
  ].join('\n');
}
