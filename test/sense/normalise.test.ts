import { describe, expect, it } from 'vitest';
import { parseActivity, type Resource } from '../../src/domain/index.ts';
import { normalise } from '../../src/sense/normalise.ts';
import type { Peer, Signal } from '../../src/sense/signal.ts';

const db = {
  id: 'compose:shop/db',
  name: 'db',
  kind: 'database',
  ports: [{ container: 5432, host: 5432, protocol: 'tcp' }],
} as unknown as Resource;
const context = {
  actor: 'local',
  workspace: { id: 'shop-1', folder: '/work/shop' },
  resources: [db],
  uses: (c: { program: string }) => (c.program === 'psql' ? [db.id] : []),
};
const run = (signal: Signal) => normalise(signal, context).activities.map((a) => [a.resource, a.kind]);

const call = (peer: Peer | undefined, source: 'api' | 'database' = 'database'): Signal => ({
  type: 'call',
  at: 1,
  source,
  name: source === 'api' ? 'GET /x' : 'postgresql/shop',
  kind: source === 'api' ? 'request.ended' : 'query.ended',
  durationMs: 2,
  ok: true,
  ...(peer ? { peer } : {}),
});
const used = [db.id, 'resource.used'];
const query = ['database:postgresql/shop', 'query.ended'];
const calls: [string, Signal, unknown][] = [
  ['a query to a declared port is a use of what serves there', call({ address: 'localhost', port: 5432 }), [used]],
  ['the same from inside a container', call({ address: 'db', port: 5432 }), [used]],
  ['the same without a port', call({ address: 'db' }), [used]],
  ['a query to another port', call({ address: '127.0.0.1', port: 5433 }), [query]],
  ['a query to a port that is not known', call({ address: '127.0.0.1' }), [query]],
  ['a query to elsewhere', call({ address: 'db.example.org', port: 5432 }), [query]],
  ['a request that was served', call(undefined, 'api'), [['api:GET /x', 'request.ended']]],
  ['a request to a declared port', call({ address: '::1', port: 5432 }, 'api'), [['api:GET /x', 'request.ended'], used]],
];

describe('normalise', () => {
  it.each<[string, Signal, unknown]>([
    [
      'a file inside',
      { type: 'file', at: 1, did: 'saved', path: '/work/shop/api/routes/deep/x.ts', language: 'typescript' },
      [['editor:api/routes/ts', 'file.saved']],
    ],
    [
      'a file at the top',
      { type: 'file', at: 1, did: 'opened', path: '/work/shop/README.md', language: 'markdown' },
      [['editor:md', 'file.opened']],
    ],
    [
      'a file outside',
      { type: 'file', at: 1, did: 'opened', path: '/home/me/secret.txt', language: 'x' },
      [['editor:outside', 'file.opened']],
    ],
    [
      'a neighbour with the same beginning',
      { type: 'file', at: 1, did: 'opened', path: '/work/shop2/x.ts', language: 'x' },
      [['editor:outside', 'file.opened']],
    ],
    [
      'a command and what it uses',
      { type: 'command', at: 1, did: 'started', line: 'psql -c "select 1"', confidence: 'high' },
      [
        ['command:psql', 'command.started'],
        ['compose:shop/db', 'resource.used'],
      ],
    ],
    [
      'a command that names a port',
      { type: 'command', at: 1, did: 'started', line: 'curl http://localhost:5432', confidence: 'low' },
      [
        ['command:curl', 'command.started'],
        ['compose:shop/db', 'resource.used'],
      ],
    ],
    [
      'a service by name',
      { type: 'command', at: 1, did: 'started', line: 'docker compose up db', confidence: 'low' },
      [
        ['command:docker compose up db', 'command.started'],
        ['compose:shop/db', 'resource.used'],
      ],
    ],
    [
      'its end',
      { type: 'command', at: 1, did: 'ended', line: 'psql', confidence: 'high', exitCode: 2 },
      [['command:psql', 'command.ended']],
    ],
    ['a usual branch', { type: 'branch', at: 1, to: 'main' }, [['branch:main', 'branch.switched']]],
    ['a branch of a kind', { type: 'branch', at: 1, to: 'feature/buy-acme-corp' }, [['branch:feature', 'branch.switched']]],
    ['a telling branch', { type: 'branch', at: 1, to: 'acquire-acme' }, [['branch:other', 'branch.switched']]],
    ['a task', { type: 'task', at: 1, did: 'started', name: 'build' }, [['task:build', 'task.started']]],
    ['a debug session', { type: 'debug', at: 1, did: 'started', kind: 'node', name: 'x' }, [['debug:node', 'debug.started']]],
    [
      'a container of the workspace',
      { type: 'container', at: 1, did: 'started', resource: db.id, image: 'postgres:16' },
      [[db.id, 'container.started']],
    ],
    [
      'another container',
      { type: 'container', at: 1, did: 'died', image: 'redis:7@sha256:x' },
      [['container:image/redis', 'container.died']],
    ],
    [
      'a file on Windows',
      { type: 'file', at: 1, did: 'saved', path: '\\work\\shop\\api\\x.ts', language: 'typescript' },
      [['editor:api/ts', 'file.saved']],
    ],
    [
      'a port of a client',
      { type: 'command', at: 1, did: 'started', line: 'pg_dump -p 5432', confidence: 'high' },
      [
        ['command:pg_dump', 'command.started'],
        [db.id, 'resource.used'],
      ],
    ],
    ...calls,
    ['a connection', { type: 'connection', at: 1, did: 'opened', resource: db.id }, [[db.id, 'connection.opened']]],
  ])('%s', (_, signal, expected) => expect(run(signal)).toEqual(expected));

  it('keeps the confidence and the outcome', () => {
    const { activities } = normalise(
      { type: 'command', at: 1, did: 'ended', line: 'npm test', confidence: 'medium', exitCode: 1, durationMs: 5 },
      context,
    );
    expect(activities[0]).toMatchObject({ confidence: 'medium', ok: false, durationMs: 5 });
  });

  it('keeps what the gateway counted, and the first byte only where the client was not held', () => {
    const closed = { type: 'connection', at: 9, did: 'closed', resource: db.id, bytes: 70, durationMs: 8, firstByteMs: 2 } as const;
    expect(normalise(closed, context).activities).toMatchObject([{ kind: 'connection.closed', bytes: 70, durationMs: 8, firstByteMs: 2 }]);
    expect(normalise({ ...closed, heldMs: 900 }, context).activities[0]).not.toHaveProperty('firstByteMs');
  });

  it('tells of a database as one', () => {
    const { activities } = normalise({ type: 'command', at: 1, did: 'started', line: 'psql', confidence: 'low' }, context);
    expect(activities.map((a) => [a.source, a.confidence])).toEqual([
      ['terminal', 'low'],
      ['database', 'low'],
    ]);
  });

  const secret = 'ghp_a1B2a1B2a1B2a1B2a1B2a1B2';
  it.each<[string, Signal]>([
    ['a folder', { type: 'file', at: 1, did: 'opened', path: `/work/shop/${secret}/x.ts`, language: 'x' }],
    ['a task', { type: 'task', at: 1, did: 'started', name: `deploy ${secret}` }],
    ['a kind of debugger', { type: 'debug', at: 1, did: 'started', kind: secret, name: 'x' }],
    ['an image', { type: 'container', at: 1, did: 'started', image: `example.org/${secret}` }],
    ['a command', { type: 'command', at: 1, did: 'started', line: `npm run ${secret}`, confidence: 'high' }],
    ['a call', { type: 'call', at: 1, source: 'api', name: `GET /${secret}`, kind: 'request.ended', durationMs: 0, ok: true }],
  ])('lets no secret in the name of %s through, and counts it', (_, signal) => {
    const { activities, dropped } = normalise(signal, context);
    expect(activities.length).toBeGreaterThan(0);
    expect(JSON.stringify(activities)).not.toContain(secret);
    expect(dropped).toContainEqual({ kind: 'token', count: 1 });
  });

  it('makes only lines that the trace may hold', () => {
    const { activities } = normalise({ type: 'command', at: 5, did: 'started', line: 'sudo -u me psql | ls', confidence: 'high' }, context);
    for (const activity of activities) expect(parseActivity(JSON.parse(JSON.stringify(activity)))).toEqual({ activity });
  });
});
