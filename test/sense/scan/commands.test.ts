import { describe, expect, it } from 'vitest';
import { scan } from '../../../src/sense/scan/scan.ts';

const STACK = {
  'compose.yaml': [
    'name: s',
    'services:',
    '  db: { image: "postgres:16" }',
    '  cache: { image: "redis:7" }',
    '  old: { image: "postgres:9", profiles: [legacy] }',
    '  exporter: { image: "prometheuscommunity/postgres-exporter" }',
  ].join('\n'),
};

/** What `npm test` and the like use, by command line. */
function uses(files: Readonly<Record<string, string>>) {
  const read = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { commands } = scan({ name: 's', folder: '/s' }, read);
  return (line: string): readonly string[] => {
    const [program = '', ...rest] = line.split(' ');
    const found = commands.filter((c) => c.match.program === program && (c.match.sub ?? rest.join(' ')) === rest.join(' '));
    return [...new Set(found.flatMap((c) => c.resources))].map((id) => id.replace('compose:s/', '')).sort();
  };
}

describe('commandUses', () => {
  it('client programs use the one engine of their kind that is on by default', () => {
    const of = uses(STACK);
    expect([of('psql'), of('redis-cli'), of('mongosh')]).toEqual([['db'], ['cache'], []]);
  });

  it('claims nothing where two of one engine are on', () => {
    const of = uses({ 'compose.yaml': 'services: { a: { image: postgres }, b: { image: postgis/postgis } }' });
    expect(of('psql')).toEqual([]);
  });

  it('follows imports, in circles too', () => {
    const of = uses({
      ...STACK,
      'api/db.ts': "import pg from 'pg';\nimport './cache';",
      'api/cache/index.ts': "import Redis from 'ioredis';\nimport { x } from '../routes.ts';",
      'api/routes.ts': "import { pool } from './db';",
      'web/app.ts': "import { html } from './html.ts';",
      'web/html.ts': 'export const html = 1;',
    });
    expect(of('node api/routes.ts')).toEqual(['cache', 'db']);
    expect(of('tsx web/app.ts')).toEqual([]);
  });

  it('knows scripts by what they run, and those that they run', () => {
    const of = uses({
      ...STACK,
      'package.json': JSON.stringify({
        scripts: {
          test: 'node --test',
          start: 'node ./api/server.mjs --watch',
          check: 'npm run lint && npm test',
          lint: 'node --check api/server.mjs && eslint .',
          shell: 'redis-cli -p 6379',
          loop: 'npm run loop',
          docs: 'vitepress dev docs',
        },
      }),
      'api/server.mjs': "import pg from 'pg'",
      'test/a.test.mjs': "import '../api/server.mjs'",
    });
    expect([of('npm test'), of('npm run start'), of('pnpm check'), of('yarn shell')]).toEqual([['db'], ['db'], ['db'], ['cache']]);
    expect([of('npm run lint'), of('npm run docs'), of('npm run loop')]).toEqual([[], [], []]);
  });

  it('knows targets by their recipes, what they need and the scripts that they call', () => {
    const of = uses({
      ...STACK,
      'package.json': '{ "scripts": { "report": "node report.js" } }',
      'report.js': "require('pg')",
      Makefile:
        'URL := x\n.PHONY: all\nall: report console\nreport:\n\tnpm run report\nconsole:\n\t@redis-cli\nweb: ; echo web\nloop: loop\n',
    });
    expect([of('make report'), of('make console'), of('make all'), of('make web'), of('make loop')]).toEqual([
      ['db'],
      ['cache'],
      ['cache', 'db'],
      [],
      [],
    ]);
  });

  it('of a script in several packages, claims what all of them use; the top one decides where there is one', () => {
    const packages = {
      ...STACK,
      'api/package.json': '{ "scripts": { "test": "node --test", "dev": "node src/main.js" } }',
      'api/src/main.js': "require('pg'); require('redis')",
      'api/test/a.test.js': "require('../src/main.js')",
      'jobs/package.json': '{ "scripts": { "dev": "node main" } }',
      'jobs/main.js': "require('redis')",
      'web/package.json': '{ "scripts": { "test": "node --test" } }',
      'web/test/a.test.js': '1',
    };
    expect(uses(packages)('npm run dev')).toEqual(['cache']);
    expect(uses(packages)('npm test')).toEqual([]);
    expect(uses({ ...packages, 'package.json': '{ "scripts": { "test": "node api/src/main.js" } }' })('npm test')).toEqual(['cache', 'db']);
  });

  it.each([
    ['app/db.py', 'import psycopg', 'tests/test_a.py', 'from app.db import connect', 'pytest', ['db']],
    ['app/db.py', 'import psycopg', 'app/test_a.py', 'from .db import connect', 'python -m pytest', ['db']],
    ['app/db.py', 'import psycopg', 'tests/test_a.py', 'import json', 'pytest', []],
    ['shop/settings.py', "'ENGINE': 'django.db.backends.postgresql'", 'manage.py', 'x', 'python manage.py', ['db']],
    ['store/db.go', 'import "github.com/jackc/pgx/v5"', 'store/db_test.go', 'package store', 'go test', ['db']],
    ['lib/cache.rb', 'Redis.new', 'spec/a_spec.rb', 'x', 'rspec', ['cache']],
    ['src/main/java/Db.java', 'import org.postgresql.Driver;', 'src/test/java/T.java', 'x', 'mvn test', ['db']],
    ['src/db.rs', 'use tokio_postgres::Client;', 'src/main.rs', 'mod db;', 'cargo test', ['db']],
    ['Api/Db.cs', 'using Npgsql;', 'Api/P.cs', 'x', 'dotnet test', ['db']],
  ])('%s with “%s”: %s runs it', (path, text, other, otherText, line, expected) => {
    expect(uses({ ...STACK, [path]: text, [other]: otherText })(line)).toEqual(expected);
  });

  it('a broken package.json declares nothing and breaks nothing', () => {
    expect(uses({ ...STACK, 'package.json': '{', Makefile: 'x:\n\tpsql\n' })('make x')).toEqual(['db']);
  });
});
