import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { normalise } from '../../src/sense/normalise.ts';
import type { Signal } from '../../src/sense/signal.ts';

const db = { id: 'compose:shop/db', name: 'db', ports: [{ container: 5432, host: 5432, protocol: 'tcp' }] } as unknown as Resource;
const context = {
  actor: 'local',
  workspace: { id: 'shop-1', folder: '/work/shop' },
  resources: [db],
  uses: (c: { program: string }) => (c.program === 'psql' ? [db.id] : []),
};
const run = (signal: Signal) => normalise(signal, context).activities.map((a) => [a.resource, a.kind]);

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
    ['a connection', { type: 'connection', at: 1, did: 'opened', resource: db.id }, [[db.id, 'connection.opened']]],
  ])('%s', (_, signal, expected) => expect(run(signal)).toEqual(expected));

  it('keeps the confidence and the outcome', () => {
    const { activities } = normalise(
      { type: 'command', at: 1, did: 'ended', line: 'npm test', confidence: 'medium', exitCode: 1, durationMs: 5 },
      context,
    );
    expect(activities[0]).toMatchObject({ confidence: 'medium', ok: false, durationMs: 5 });
  });
});
