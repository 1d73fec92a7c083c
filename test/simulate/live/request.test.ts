import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/simulate/model/random.ts';
import { Fields } from '../../../src/simulate/scenario/fields.ts';
import { filledIn, type Request, requestOf } from '../../../src/simulate/scenario/request.ts';

function read(value: unknown): { readonly request: Request | undefined; readonly problems: readonly string[] } {
  const problems: string[] = [];
  return { request: requestOf(new Fields({ request: value }, '', problems).object('request')), problems };
}

describe('what a real request asks', () => {
  it.each([
    [{ http: 'GET /orders?id=1' }, { by: 'http', method: 'GET', path: '/orders?id=1', writes: false }],
    [
      { http: 'POST /orders', body: '{}', writes: true },
      { by: 'http', method: 'POST', path: '/orders', body: '{}', writes: true },
    ],
    [{ sql: 'with a as (select 1) select * from a' }, { by: 'sql', sql: 'with a as (select 1) select * from a', writes: false }],
    [{ redis: ['get', 'k'] }, { by: 'redis', command: ['get', 'k'], writes: false }],
  ])('%j is read', (value, request) => expect(read(value)).toEqual({ request, problems: [] }));

  it.each([
    [{ http: 'POST /orders' }],
    [{ http: 'DELETE /orders/1' }],
    [{ sql: 'delete from orders' }],
    [{ sql: '  DROP TABLE orders' }],
    [{ redis: ['FLUSHALL'] }],
    [{ redis: ['SET', 'a', 'b'] }],
  ])('%j would write, and is refused unless it says so', (value) => {
    expect(read(value).problems).toEqual([expect.stringContaining('"writes": true')]);
    expect(read({ ...value, writes: true }).problems).toEqual([]);
  });

  it.each([
    [{}],
    [{ http: 'GET /', sql: 'select 1' }],
    [{ http: 'GET orders' }],
    [{ http: 'GET /a\r\nHost: b' }],
    [{ redis: [] }],
    [{ redis: [1] }],
  ])('%j is told to be wrong', (value) => expect(read(value).problems).toHaveLength(1));

  it('anything at all is read or told to be wrong', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { request, problems } = read(value);
        expect(request === undefined || problems.length === 0).toBe(true);
      }),
    );
  });

  it('a range is filled in with each of its numbers', () => {
    const random = new Random(1);
    const seen = new Set(
      Array.from({ length: 200 }, () => filledIn({ by: 'redis', command: ['GET', 'k:{3..5}'], writes: false }, random).command[1]),
    );
    expect([...seen].sort()).toEqual(['k:3', 'k:4', 'k:5']);
  });
});
