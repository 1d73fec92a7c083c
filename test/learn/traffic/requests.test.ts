import { describe, expect, it } from 'vitest';
import { type Activity, INTERACTION_TYPES } from '../../../src/domain/index.ts';
import { interactionOf } from '../../../src/learn/traffic/interaction.ts';
import { addRequest, createRequests, isRequest } from '../../../src/learn/traffic/requests.ts';

const activity = (more: Partial<Activity>): Activity => ({ at: 1_700_000_000_000, actor: 'a', resource: 'api:GET /', ...more });

describe('what is a request', () => {
  it.each<[string, Partial<Activity>, boolean]>([
    ['a request that was served', { source: 'api', kind: 'request.served' }, true],
    ['a query', { source: 'database', kind: 'select.ended', durationMs: 3 }, true],
    ['a connection that closed', { source: 'database', kind: 'connection.closed', bytes: 10 }, true],
    ['a connection that opened: its end is told of too', { source: 'database', kind: 'connection.opened' }, false],
    ['a use that a span told of', { source: 'database', kind: 'resource.used', durationMs: 3 }, true],
    ['a use by a command', { source: 'database', kind: 'resource.used' }, false],
    ['a line of a trace that says no more', {}, true],
    ['a command that a trace tells no more of', { resource: 'command:ls' }, false],
    ['a command of no source', { kind: 'command.started' }, false],
    ['a command', { source: 'terminal', kind: 'command.started' }, false],
    ['a file', { source: 'editor', kind: 'file.opened' }, false],
    ['a history', { source: 'import', kind: 'command.started' }, false],
  ])('%s', (_, more, is) => expect(isRequest(activity(more))).toBe(is));

  it('stands in columns, NaN where nothing is known; of a connection the first byte is its latency, not how long it was open', () => {
    const requests = createRequests();
    addRequest(requests, activity({ source: 'api', bytes: 7, durationMs: 5, ok: false }));
    addRequest(requests, activity({ source: 'terminal' }));
    addRequest(requests, activity({ source: 'database', resource: 'compose:shop/db', kind: 'connection.closed', durationMs: 60_000 }));
    addRequest(requests, activity({ source: 'api', ok: true }));
    addRequest(requests, activity({ resource: 'compose:shop/db', kind: 'connection.closed', durationMs: 60_000, firstByteMs: 4 }));
    expect(requests.resources).toEqual(['api:GET /', 'compose:shop/db']);
    expect(requests.interactions).toEqual(['content_view', 'query']);
    expect(requests.resource).toEqual([0, 1, 0, 1]);
    expect(requests.bytes).toEqual([7, Number.NaN, Number.NaN, Number.NaN]);
    expect(requests.latencyMs).toEqual([5, Number.NaN, Number.NaN, 4]);
    expect(requests.failed).toEqual([1, Number.NaN, 0, Number.NaN]);
    expect(requests.others).toBe(1);
  });
});

describe('the kind of interaction', () => {
  it.each([
    ['api:GET /', 'content_view'],
    ['api:GET /shuttle/missions/sts-71/mission.html', 'content_view'],
    ['api:HEAD /style.css', 'content_view'],
    ['api:GET shop.test:8080/orders/{id}', 'content_view'],
    ['api:GET /search', 'search'],
    ['api:GET /docs/search.html', 'search'],
    ['api:GET /research', 'content_view'],
    ['api:POST /login', 'login'],
    ['api:GET /wp-login.php', 'login'],
    ['api:POST /oauth/token', 'login'],
    ['api:GET /downloads/product_1', 'download'],
    ['api:GET /files/logstash-1.3.2.jar', 'download'],
    ['api:GET /movies/launch.mpg', 'download'],
    ['api:PUT /files/{id}', 'upload'],
    ['api:POST /attachments', 'upload'],
    ['api:POST /orders', 'transaction'],
    ['api:DELETE /api/orders/{id}', 'transaction'],
    ['api:GET /api/orders/{id}', 'api_call'],
    ['api:GET /v2/users', 'api_call'],
    ['api:POST /graphql', 'api_call'],
    ['api:GET /feed.xml', 'api_call'],
    ['api:OPTIONS /orders', 'api_call'],
    ['api:grpc shop.Cart/Add', 'api_call'],
    ['compose:shop/db', 'query'],
    ['database:postgresql/shop', 'query'],
  ])('of %s is %s', (resource, type) => {
    expect(interactionOf({ resource })).toBe(type);
    expect(INTERACTION_TYPES as readonly string[]).toContain(type);
  });
  it('of a message is message, whatever it is called', () => {
    expect(interactionOf({ resource: 'api:kafka orders', source: 'api', kind: 'message.sent' })).toBe('message');
  });
});
