import type { Resource, ResourceId } from '../../domain/index.ts';

/** A command, by program and what may follow, and the resources that it uses. */
export interface CommandUse {
  readonly match: { readonly program: string; readonly sub?: string };
  readonly resources: readonly ResourceId[];
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A client program, or an import in source code, tells the engine that it talks to. */
const CLIENTS: readonly { readonly images: RegExp; readonly programs: readonly string[]; readonly code: RegExp }[] = [
  {
    images: /postgres|postgis|pgvector|timescale|cockroach|yugabyte/,
    programs: ['psql', 'pg_dump', 'pg_restore', 'pgcli', 'pgbench', 'createdb', 'dropdb'],
    code: /['"](pg|pg-promise|postgres|@prisma\/client|typeorm|knex|sequelize|drizzle-orm\/(node-)?postgres)['"]|\b(psycopg2?|asyncpg|sqlalchemy)\b|lib\/pq|jackc\/pgx|org\.postgresql|require ['"]pg['"]/,
  },
  {
    images: /mysql|mariadb|percona/,
    programs: ['mysql', 'mysqldump', 'mariadb', 'mycli'],
    code: /['"](mysql2?|mariadb)['"]|\b(pymysql|mysqlclient|MySQLdb)\b|go-sql-driver\/mysql|com\.mysql/,
  },
  {
    images: /redis|valkey|keydb|dragonfly/,
    programs: ['redis-cli', 'redis-benchmark', 'valkey-cli'],
    code: /['"](redis|ioredis|bullmq|bull)['"]|^\s*(import|from) redis\b|redis\/go-redis|redis\.clients|require ['"]redis['"]/m,
  },
  {
    images: /mongo/,
    programs: ['mongosh', 'mongo', 'mongodump', 'mongorestore'],
    code: /['"](mongodb|mongoose)['"]|\bpymongo\b|mongo-driver/,
  },
  { images: /rabbitmq/, programs: ['rabbitmqctl', 'rabbitmqadmin'], code: /['"](amqplib|amqp-connection-manager)['"]|\bpika\b|amqp091-go/ },
  { images: /kafka|redpanda/, programs: ['kcat', 'rpk'], code: /['"]kafkajs['"]|confluent_kafka|segmentio\/kafka-go/ },
  {
    images: /elasticsearch|opensearch/,
    programs: [],
    code: /['"]@elastic\/elasticsearch['"]|\belasticsearch\b.*import|import elasticsearch/,
  },
  { images: /minio|localstack/, programs: ['mc', 'awslocal'], code: /['"]minio['"]/ },
];

const CODE = /\.(m?[jt]sx?|c[jt]s|py|go|rb|java|kt|cs|php)$/;
const RUNNERS = ['npm', 'pnpm', 'yarn', 'bun'];

/** Which resources a command uses, told from package.json, Makefile and what the source files import. */
export function commandUses(files: readonly SourceFile[], resources: readonly Resource[]): readonly CommandUse[] {
  const served = CLIENTS.map((client) => ({ ...client, ids: onlyOne(resources.filter((r) => client.images.test(imageOf(r)))) }));
  const direct = served.flatMap((c) =>
    c.ids.length > 0 ? c.programs.map((program): CommandUse => ({ match: { program }, resources: c.ids })) : [],
  );
  const usedBy = new Map(
    files.filter((f) => CODE.test(f.path)).map((f) => [f.path, served.filter((c) => c.code.test(f.text)).flatMap((c) => c.ids)]),
  );
  const reach = closure(files, usedBy);
  const runOf = (script: string): readonly ResourceId[] => {
    // A syntax check runs nothing.
    const text = script.replace(/\bnode\s+--check\s+\S+/g, '');
    return unique([
      ...served.filter((c) => c.programs.some((p) => new RegExp(`(^|[\\s;&|(@])${p}\\b`).test(text))).flatMap((c) => c.ids),
      ...[...reach].filter(([path]) => mentions(text, path)).flatMap(([, ids]) => ids),
      ...(/\b(test|vitest|jest|mocha|pytest|rspec)\b/.test(text)
        ? [...reach].filter(([path]) => isTest(path)).flatMap(([, ids]) => ids)
        : []),
    ]);
  };
  const scripts = [...reach].flatMap(([path, ids]) =>
    ids.length > 0 ? interpretersOf(path).map((program): CommandUse => ({ match: { program, sub: path }, resources: unique(ids) })) : [],
  );
  return [...direct, ...scripts, ...packageScripts(files, runOf), ...makeTargets(files, runOf)].filter((u) => u.resources.length > 0);
}

/** Two databases of one engine: which one is meant cannot be told, so none is claimed, except where one is not behind a profile. */
function onlyOne(candidates: readonly Resource[]): readonly ResourceId[] {
  const plain = candidates.filter((r) => r.spec.type !== 'compose' || r.spec.profiles.length === 0);
  const chosen = plain.length > 0 ? plain : candidates;
  return chosen.length === 1 ? [(chosen[0] as Resource).id] : [];
}

function imageOf({ spec, name }: Resource): string {
  const image = spec.type === 'compose' || spec.type === 'docker' ? spec.image : undefined;
  return (image ?? name).toLowerCase();
}

/** A file uses what it imports, and what the files of the workspace that it imports use. */
function closure(
  files: readonly SourceFile[],
  direct: ReadonlyMap<string, readonly ResourceId[]>,
): ReadonlyMap<string, readonly ResourceId[]> {
  const known = new Set(direct.keys());
  const next = new Map(files.filter((f) => known.has(f.path)).map((f) => [f.path, importsOf(f, known)]));
  const all = new Map<string, readonly ResourceId[]>();
  const visit = (path: string, open: ReadonlySet<string>): readonly ResourceId[] => {
    const done = all.get(path);
    if (done) return done;
    if (open.has(path)) return [];
    const below = (next.get(path) ?? []).flatMap((p) => visit(p, new Set([...open, path])));
    const ids = unique([...(direct.get(path) ?? []), ...below]);
    all.set(path, ids);
    return ids;
  };
  for (const path of known) visit(path, new Set());
  return all;
}

function importsOf(file: SourceFile, known: ReadonlySet<string>): readonly string[] {
  const folder = file.path.split('/').slice(0, -1);
  return [...file.text.matchAll(/(?:from|import|require\()\s*['"](\.{1,2}\/[^'"]+)['"]/g)].flatMap((m) => {
    const target = normalised([...folder, ...(m[1] as string).split('/')]);
    return [target, `${target}.ts`, `${target}.js`, `${target}.mjs`, `${target}/index.ts`, `${target}/index.js`]
      .filter((p) => known.has(p))
      .slice(0, 1);
  });
}

function normalised(parts: readonly string[]): string {
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.' && part !== '') out.push(part);
  }
  return out.join('/');
}

function packageScripts(files: readonly SourceFile[], runOf: (text: string) => readonly ResourceId[]): readonly CommandUse[] {
  return files
    .filter((f) => f.path === 'package.json')
    .flatMap((f) => {
      const scripts = scriptsOf(f.text);
      return Object.entries(scripts).flatMap(([name, text]) => {
        const resources = runOf(expand(text, scripts, 0));
        const subs = name === 'test' || name === 'start' ? [name, `run ${name}`] : [`run ${name}`, name];
        return RUNNERS.flatMap((program) => subs.map((sub): CommandUse => ({ match: { program, sub }, resources })));
      });
    });
}

/** `npm run lint && npm test` inside a script: what those run. */
function expand(text: string, scripts: Readonly<Record<string, string>>, depth: number): string {
  if (depth > 5) return text;
  return text.replace(/\b(?:npm|pnpm|yarn)\s+(?:run\s+)?([\w:-]+)/g, (whole, name: string) =>
    scripts[name] ? `${whole} ; ${expand(scripts[name], scripts, depth + 1)}` : whole,
  );
}

function scriptsOf(text: string): Readonly<Record<string, string>> {
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, unknown> };
    return Object.fromEntries(Object.entries(scripts ?? {}).filter((e): e is [string, string] => typeof e[1] === 'string'));
  } catch {
    return {};
  }
}

function makeTargets(files: readonly SourceFile[], runOf: (text: string) => readonly ResourceId[]): readonly CommandUse[] {
  return files
    .filter((f) => /^(GNUm|m|M)akefile$/.test(f.path))
    .flatMap((f) =>
      [...f.text.matchAll(/^([A-Za-z][\w.-]*)\s*:(?!=)[^\n]*\n((?:\t[^\n]*\n?)*)/gm)].map(
        ([, target, recipe]): CommandUse => ({ match: { program: 'make', sub: target as string }, resources: runOf(recipe ?? '') }),
      ),
    );
}

function mentions(text: string, path: string): boolean {
  const folder = path.split('/').slice(0, -1).join('/');
  return text.split(/[\s'"]+/).some((word) => {
    const clean = word.replace(/^\.\//, '');
    return (
      clean === path || (isTest(path) && folder !== '' && (clean === folder || clean === `${folder}/` || clean.startsWith(`${folder}/*`)))
    );
  });
}

const isTest = (path: string): boolean => /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.\w+$|(^|\/)test_\w+\.py$/.test(path);

function interpretersOf(path: string): readonly string[] {
  if (/\.py$/.test(path)) return ['python', 'python3'];
  if (/\.rb$/.test(path)) return ['ruby'];
  if (/\.(m|c)?[jt]sx?$/.test(path)) return ['node', 'tsx', 'bun', 'deno'];
  return [];
}

const unique = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];

/** Whether the scan reads this file to learn what commands use. */
export const commandFiles = (path: string): boolean => CODE.test(path) || path === 'package.json' || /^(GNUm|m|M)akefile$/.test(path);
