import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { scan } from '../../../src/sense/scan/scan.ts';

const at = { name: 'shop', folder: '/work/shop' };

/** Files by path, each a text or its lines. */
function scanned(files: Readonly<Record<string, string | readonly string[]>>) {
  const read = Object.entries(files).map(([path, text]) => ({ path, text: typeof text === 'string' ? text : text.join('\n') }));
  const result = scan(at, read);
  const by = (name: string): Resource => result.resources.find((r) => r.name === name) as Resource;
  return { ...result, ids: result.resources.map((r) => r.id), by, messages: result.problems.map((p) => p.message) };
}

const compose = (...lines: string[]) => scanned({ 'compose.yaml': ['services:', ...lines.map((line) => `  ${line}`)] });

describe('what one service declares', () => {
  it.each([
    ['a list', '[A=1, "B=x=y", C, D]', { A: '1', B: 'x=y', C: 'from .env' }],
    ['a map', '{ A: 1, B: "x=y", C: , D: , E: true }', { A: '1', B: 'x=y', C: 'from .env', E: 'true' }],
  ])('environment as %s; a name alone takes the known value or none', (_, environment, expected) => {
    const { by } = scanned({ 'compose.yaml': `services: { a: { image: x, environment: ${environment} } }`, '.env': 'C=from .env' });
    expect(by('a').spec).toMatchObject({ environment: expected });
  });

  it('takes variables from env files, under its own', () => {
    const { by } = scanned({
      'compose.yaml': 'services: { db: { image: postgres, env_file: [db.env, {path: more.env}], environment: { POSTGRES_DB: own } } }',
      'db.env': 'POSTGRES_DB=file\nPOSTGRES_USER=me',
      'more.env': 'POSTGRES_PASSWORD=pw',
    });
    expect(by('db').spec).toMatchObject({ environment: { POSTGRES_DB: 'own', POSTGRES_USER: 'me', POSTGRES_PASSWORD: 'pw' } });
  });

  it.each([
    ['./init:/docker-entrypoint-initdb.d:ro', ['/work/shop/init/1.sql', '/work/shop/init/2.sql']],
    ['{ type: bind, source: ./init/2.sql, target: /docker-entrypoint-initdb.d/2.sql }', ['/work/shop/init/2.sql']],
    ['"${SEEDS:-./init}:/docker-entrypoint-initdb.d"', ['/work/shop/init/1.sql', '/work/shop/init/2.sql']],
    ['data:/docker-entrypoint-initdb.d', []],
    ['../elsewhere:/docker-entrypoint-initdb.d', []],
    ['./init:/somewhere/else', []],
  ])('seed mount %s', (volume, seedFiles) => {
    const { by } = scanned({
      'compose.yaml': `services: { db: { image: postgres, volumes: [ ${volume} ] } }`,
      'init/2.sql': '',
      'init/1.sql': '',
      'init/old/0.sql': '',
    });
    expect(by('db').spec).toMatchObject({ seedFiles });
  });

  it('puts the port that clients use first, and keeps exposed ones', () => {
    const { by } = compose(
      'mq: { image: "rabbitmq:3-management", ports: ["15672:15672", "5672:5672"] }',
      'db: { image: "mariadb:11", expose: [3306, "33060/tcp", "4000-4001"] }',
    );
    expect(by('mq').ports.map((p) => p.container)).toEqual([5672, 15672]);
    expect(by('mq').probe).toMatchObject({ type: 'port', port: 5672 });
    expect(by('db').ports).toEqual([3306, 33060, 4000, 4001].map((container) => ({ container, protocol: 'tcp' })));
  });

  it.each([
    ['{ image: node, restart: "no", command: ./report }', 'job'],
    ['{ image: node, restart: no, command: ./report }', 'job'],
    ['{ image: node, restart: "no", command: ./serve, ports: ["80:80"] }', 'service'],
    ['{ image: postgres, restart: "no" }', 'database'],
  ])('%s is a %s', (service, kind) => expect(compose(`thing: ${service}`).by('thing').kind).toBe(kind));

  it('knows a job by those that wait for its end', () => {
    const { by } = compose(
      'schema: { image: "postgres:16" }',
      'api: { build: ., depends_on: { schema: { condition: service_completed_successfully } } }',
    );
    expect(by('schema').kind).toBe('job');
  });

  it('says what is built from source, and leaves out an image whose name is not known', () => {
    const { by } = compose('a: { build: ., image: "shop/a:dev" }', 'b: { build: ., image: "${REGISTRY}:${TAG}-b" }', 'c: { image: redis }');
    expect(by('a').spec).toMatchObject({ built: true, image: 'shop/a:dev' });
    expect(by('b').spec).not.toHaveProperty('image');
    expect(by('c').spec).not.toHaveProperty('built');
  });

  it('depends on what it links to or shares a network with', () => {
    const { by } = compose('a: { image: x }', 'b: { image: x, links: ["a:alias"] }', 'c: { image: x, network_mode: "service:a" }');
    expect([by('b').dependsOn, by('c').dependsOn]).toEqual([['compose:shop/a'], ['compose:shop/a']]);
  });

  it('names a dependency that is not declared', () => {
    const { by, messages } = compose('a: { image: x, depends_on: [gone] }');
    expect(by('a').dependsOn).toEqual([]);
    expect(messages).toEqual(['compose.yaml: the service “a” depends on “gone”, which is not declared. Declare it or remove it there.']);
  });

  it('an empty profile is always on', () => {
    expect(compose('a: { image: x, profiles: ["", p] }').by('a').spec).toMatchObject({ profiles: [] });
  });

  it.each([
    ['512m', 512 * 2 ** 20],
    ['1.5gb', 1.5 * 2 ** 30],
    ['1073741824', 2 ** 30],
  ])('memory limit %s', (limit, bytes) => {
    expect(compose(`a: { image: x, deploy: { resources: { limits: { memory: ${limit} } } } }`).by('a').memoryBytes).toBe(bytes);
  });
});

describe('what several files make together', () => {
  it('an override joins, resets and replaces', () => {
    const { by, ids } = scanned({
      'compose.yaml': [
        'services:',
        '  a: { image: x, ports: ["1:1"], environment: [A=1], command: [one] }',
        '  b: { image: x, ports: ["2:2"] }',
        '  c: { image: x, ports: ["3:3"], depends_on: [a] }',
      ],
      'compose.override.yml': [
        'services:',
        '  a: { ports: ["1:1", "10:10"], environment: { B: 2 }, depends_on: [d] }',
        '  b: { ports: !reset [] }',
        '  c: { ports: !override ["30:30"], depends_on: { b: { condition: service_started } } }',
        '  d: { image: y }',
      ],
    });
    expect(ids).toEqual(['compose:shop/a', 'compose:shop/b', 'compose:shop/c', 'compose:shop/d']);
    expect(by('a').ports.map((p) => p.host)).toEqual([1, 10]);
    expect(by('a').spec).toMatchObject({ environment: { A: '1', B: '2' } });
    expect(by('b').ports).toEqual([]);
    expect(by('c').ports.map((p) => p.host)).toEqual([30]);
    expect(by('c').dependsOn).toEqual(['compose:shop/a', 'compose:shop/b']);
    expect(by('d')).toMatchObject({ declaredIn: 'compose.yaml', spec: { file: '/work/shop/compose.yaml' } });
  });

  it('a broken override costs only what it adds', () => {
    const { ids, messages } = scanned({ 'compose.yaml': 'services: { a: { image: x } }', 'compose.override.yaml': 'services: [' });
    expect(ids).toEqual(['compose:shop/a']);
    expect(messages).toEqual([expect.stringMatching(/^compose\.override\.yaml:1: it is not valid YAML/)]);
  });

  it('an include becomes part of the project that includes it, and of no other', () => {
    const { by, ids, messages } = scanned({
      'compose.yaml':
        'name: main\ninclude: [db/compose.yaml, { path: "${MORE:-more/stack.yml}" }]\nservices: { api: { image: x, depends_on: [db, mq] } }',
      'db/compose.yaml': 'services: { db: { image: "postgres:${PG}", volumes: ["./init:/docker-entrypoint-initdb.d"] } }',
      'db/.env': 'PG=16',
      'db/init/a.sql': '',
      'more/stack.yml': 'services: { mq: { image: nats } }',
    });
    expect(ids.filter((id) => id.startsWith('compose'))).toEqual(['compose:main/db', 'compose:main/mq', 'compose:main/api']);
    expect(by('api').dependsOn).toEqual(['compose:main/db', 'compose:main/mq']);
    expect(by('db')).toMatchObject({
      declaredIn: 'db/compose.yaml',
      spec: { file: '/work/shop/compose.yaml', image: 'postgres:16', seedFiles: ['/work/shop/db/init/a.sql'] },
    });
    expect(messages).toEqual([]);
  });

  it.each([
    [
      'an include that is not there',
      'include: [gone.yaml]\nservices: { a: { image: x } }',
      /^compose\.yaml:1: it refers to gone\.yaml, which is not in/,
    ],
    ['an include of itself', 'include: [compose.yaml]\nservices: { a: { image: x } }', /^compose\.yaml:1: “compose\.yaml” leads back/],
    [
      'an extension that is not there',
      'services:\n  a:\n    image: x\n    extends: gone',
      /^compose\.yaml:4: it refers to the service “gone”/,
    ],
    ['an extension of itself', 'services:\n  a:\n    image: x\n    extends: a', /^compose\.yaml:4: “a” leads back/],
    ['a service that is no map', 'services:\n  b: 5\n  a: { image: x }', /^compose\.yaml:2: the service “b” is not a map/],
  ])('%s: one message, and the rest is found', (_, text, message) => {
    const { ids, messages } = scanned({ 'compose.yaml': text });
    expect(ids).toEqual(['compose:shop/a']);
    expect(messages).toEqual([expect.stringMatching(message)]);
  });

  it('two files that include each other end, and are read once', () => {
    const { ids } = scanned({
      'a/compose.yaml': 'include: [../b/compose.yaml]\nservices: { one: { image: x } }',
      'b/compose.yaml': 'include: [../a/compose.yaml]\nservices: { two: { image: x } }',
    });
    expect(ids).toEqual(['compose:a/two', 'compose:a/one']);
  });

  it('extends services of the same file and of another one, by steps', () => {
    const { by } = scanned({
      'compose.yaml': [
        'services:',
        '  db: { extends: { file: common/base.yml, service: store }, ports: ["6000:5432"] }',
        '  other: { extends: { service: db }, environment: { B: 2 } }',
      ],
      'common/base.yml': [
        'services:',
        '  root: { image: "postgres:16", environment: { A: 1 } }',
        '  store: { extends: root, volumes: ["./init:/docker-entrypoint-initdb.d"] }',
      ],
      'common/init/a.sql': '',
    });
    expect(by('db')).toMatchObject({ kind: 'database', ports: [{ container: 5432, host: 6000 }], spec: { image: 'postgres:16' } });
    expect(by('other').spec).toMatchObject({ environment: { A: '1', B: '2' }, seedFiles: ['/work/shop/common/init/a.sql'] });
  });

  it('of several files of one project, the one that a developer starts stands for a service', () => {
    const service = 'services: { db: { image: postgres } }';
    const { by } = scanned({
      'docker-compose.base.yml': service,
      'docker-compose.ci.yml': service,
      'docker-compose.hobby.yml': service,
      'docker-compose.dev.yml': 'services: { db: { extends: { file: docker-compose.base.yml, service: db }, ports: ["5432:5432"] } }',
    });
    expect(by('db')).toMatchObject({ declaredIn: 'docker-compose.dev.yml', ports: [{ host: 5432 }] });
  });

  it('projects of one folder that are named differently are apart', () => {
    const { ids } = scanned({
      'compose.yaml': 'name: one\nservices: { db: { image: postgres } }',
      'compose.two.yaml': 'name: two\nservices: { db: { image: postgres } }',
    });
    expect(ids).toEqual(['compose:one/db', 'compose:two/db']);
  });
});

describe('the project', () => {
  it.each([
    ['name: My-App_1', 'compose.yaml', {}, 'my-app_1'],
    ['name: "${NAME:-x}"', 'compose.yaml', {}, 'x'],
    ['', 'compose.yaml', { '.env': 'COMPOSE_PROJECT_NAME=env' }, 'env'],
    ['', 'deploy/Staging Env/compose.yaml', {}, 'stagingenv'],
    ['', '.devcontainer/docker-compose.yml', {}, 'devcontainer'],
    ['', 'compose.yaml', {}, 'shop'],
    ['name: "!!"', 'compose.yaml', {}, 'default'],
  ])('%s in %s', (name, path, more, project) => {
    const { ids } = scanned({ [path]: `${name}\nservices: { a: { image: x } }`, ...more });
    expect(ids).toEqual([`compose:${project}/a`]);
  });
});

describe('files that are odd', () => {
  it('reads a byte-order mark, Windows line ends and the form of 2014', () => {
    expect(scanned({ 'compose.yaml': '\uFEFFservices:\r\n  a:\r\n    image: x\r\n' }).ids).toEqual(['compose:shop/a']);
    expect(scanned({ 'docker-compose.yml': 'web: { build: ., links: [db] }\ndb: { image: postgres }' }).ids).toEqual([
      'compose:shop/web',
      'compose:shop/db',
    ]);
  });

  it.each(['include: []', 'volumes: { a: }', 'x-parts: { a: 1 }'])('%s alone is no mistake', (text) => {
    expect(scanned({ 'compose.yaml': text }).messages).toEqual([]);
  });

  // Each of these once ended the process: the parsers recurse, and V8 does not survive an overflow while it compiles a pattern.
  it.each([
    ['[', 200_000],
    ['{"a":', 100_000],
    ['- ', 300_000],
    ['? ', 300_000],
    ['a: [', 100_000],
  ])('refuses %s over and over', (piece, times) => {
    const { ids, messages } = scanned({
      'compose.yaml': `services: {}\nx: ${piece.repeat(times)}`,
      'compose.dev.yaml': piece.repeat(times),
      '.devcontainer.json': piece.repeat(times),
      'sub/compose.yaml': 'services: { a: { image: x } }',
    });
    expect(ids).toEqual(['compose:sub/a']);
    expect(messages).toHaveLength(3);
  });

  it('does not follow nested defaults without end', () => {
    const { by } = compose(`a: { image: "${'${A:-'.repeat(150)}x${'}'.repeat(150)}" }`, 'b: { image: "${A:-${B:-${C:-redis}}}" }');
    expect(by('b').kind).toBe('cache');
  });

  it('reads a large honest file of merged anchors, and refuses a bomb of aliases at once', () => {
    const names = Array.from({ length: 80 }, (_, i) => `s${i}`);
    const honest = [
      'x-wait: &wait { condition: service_started }',
      'x-all: &all',
      '  image: x',
      '  depends_on: &deps',
      ...names.slice(0, 20).map((n) => `    ${n}: { <<: *wait }`),
      'x-more: &more { <<: *all, depends_on: { <<: *deps, s20: { <<: *wait } } }',
      'services:',
      ...names.slice(0, 21).map((n) => `  ${n}: { image: x }`),
      ...names.slice(21).map((n) => `  ${n}: { <<: *more }`),
    ];
    const { by, messages } = scanned({ 'compose.yaml': honest });
    expect(messages).toEqual([]);
    expect(by('s79').dependsOn).toHaveLength(21);
    const bomb = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
      'services: {}',
    ];
    expect(scanned({ 'compose.yaml': bomb }).messages).toEqual([expect.stringMatching(/^compose\.yaml: it cannot be read as YAML/)]);
  });
});
