import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { createPsql, literal, type RunInside } from '../../provision/datasets/psql.ts';

export interface IndexStatement {
  /** As it is run. */
  readonly text: string;
  /** With its schema where the table has one. */
  readonly index: string;
}

const NAME = '(?:[A-Za-z_][A-Za-z0-9_$]*|"[^"]+")';
const CREATE_INDEX = new RegExp(
  `^create\\s+(unique\\s+)?index\\s+(?:concurrently\\s+)?(?:if\\s+not\\s+exists\\s+)?(${NAME})\\s+on\\s+((?:only\\s+)?(?:(${NAME})\\.)?${NAME}\\b.*)$`,
  'is',
);

/** One `CREATE INDEX name ON …` and nothing else. It needs a name, so that it can be taken back. */
export function indexStatement(text: string): Result<IndexStatement> {
  const said = text.trim().replace(/;$/, '').trim();
  const parts = /;|--|\/\*/.test(said) ? null : CREATE_INDEX.exec(said);
  if (!parts)
    return failed(
      'wrong-usage',
      'never',
      `“${text.slice(0, 200)}” is not one CREATE INDEX with a name. Write it like CREATE INDEX orders_by_customer ON orders (customer).`,
    );
  const [, unique, name, rest, schema] = parts;
  // Within a transaction, so without CONCURRENTLY; and where there is one already it is not ours.
  return ok({ text: `create ${unique ? 'unique ' : ''}index ${name} on ${rest}`, index: schema ? `${schema}.${name}` : `${name}` });
}

/** The mark of what was made here: only that is ever dropped. */
const markOf = (remedy: string): string => `prewarm remedy ${remedy}`;

/** Indexes in a PostgreSQL of ours, by the client in its own image. */
export function indexesIn(resource: Resource, run: RunInside) {
  const environment = 'environment' in resource.spec ? resource.spec.environment : {};
  const user = environment.POSTGRES_USER || 'postgres';
  const database = environment.POSTGRES_DB || user;
  const psql = createPsql(run, user, resource.id);

  /** Undefined: there is none; else its comment. */
  async function markAt(index: string): Promise<Result<string | undefined>> {
    const sql = `select coalesce(obj_description(c, 'pg_class'), '-') from (select to_regclass(${literal(index)}) c) t where c is not null;`;
    const seen = await psql.query(database, sql);
    return seen.ok ? ok(seen.value === '' ? undefined : seen.value) : seen;
  }

  return {
    /** Makes it where it is missing; what somebody else made is left alone and refused. */
    async ensure(remedy: string, { text, index }: IndexStatement): Promise<Result<void>> {
      const mark = await markAt(index);
      if (!mark.ok) return mark;
      if (mark.value === markOf(remedy)) return ok(undefined);
      if (mark.value !== undefined)
        return failed(
          'in-use',
          'never',
          `${resource.id} has an index ${index} already, which is not of this remedy. Give this one another name.`,
        );
      const made = await psql.query(
        database,
        `begin;\nset local lock_timeout = '10s';\n${text};\ncomment on index ${index} is ${literal(markOf(remedy))};\ncommit;`,
      );
      return made.ok ? ok(undefined) : made;
    },
    /** Gone already is as good. */
    async drop(remedy: string, { index }: IndexStatement): Promise<Result<void>> {
      const mark = await markAt(index);
      if (!mark.ok) return mark;
      if (mark.value !== markOf(remedy)) return ok(undefined);
      const dropped = await psql.query(database, `set lock_timeout = '10s';\ndrop index ${index};`);
      return dropped.ok ? ok(undefined) : dropped;
    },
  };
}

export const hasIndexes = ({ spec }: Resource): boolean =>
  (spec.type === 'compose' || spec.type === 'docker') && /(^|[/_-])(postgres|postgis|timescale|pgvector)/i.test(spec.image ?? '');
