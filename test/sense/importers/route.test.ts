import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { routeOf } from '../../../src/sense/importers/route.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

describe('routes', () => {
  it.each([
    ['GET /orders/17', 'GET /orders/{id}'],
    ['get /orders/17/items/3?page=2#top', 'GET /orders/{id}/items/{id}'],
    ['GET /users/123e4567-e89b-42d3-a456-426614174000', 'GET /users/{id}'],
    ['GET /commits/9fceb02d0ae598e95dc970b74767f19372d61af8.diff', 'GET /commits/{id}.diff'],
    ['GET /commits/9fceb02', 'GET /commits/{id}'],
    ['GET /users/jane@example.com/cart', 'GET /users/{id}/cart'],
    ['GET /users/jane%40example.com/cart', 'GET /users/{id}/cart'],
    ['GET /users/jane%40example.com/%zz', 'GET /users/{id}/{id}'],
    ['GET /reports/2023-11-14', 'GET /reports/{id}'],
    ['GET /reports/2023-11-14.csv', 'GET /reports/{id}.csv'],
    ['GET /batch/1,2,3', 'GET /batch/{id}'],
    ['GET /shop;jsessionid=17A/cart;v=1', 'GET /shop/cart'],
    ['GET //a///b/', 'GET /a/b'],
    ['GET /', 'GET /'],
    ['GET /v2/facade/decade', 'GET /v2/facade/decade'],
    ['GET /images/logo-2x.png', 'GET /images/logo-2x.png'],
    ['GET /a/b/c/d/e/f/g/h/i/j', 'GET /a/b/c/d/e/f/g/h/…'],
    ['POST https://me:hunter2@Shop.test:8443/login?next=/', 'POST shop.test:8443/login'],
    ['GET http://[::1]:3000/a', 'GET [::1]:3000/a'],
    ['GET http://a b/c', 'GET {host}/c'],
    ['GET /search/hello world', 'GET /search/{id}'],
    ['GET', ''],
    ['', ''],
    ['\u0016\u0003\u0001', ''],
  ])('%s', (call, route) => expect(routeOf(call).text).toBe(route));

  it('says what it took', () => {
    expect(routeOf('GET /a?token=ghp_a1B2a1B2a1B2a1B2a1B2').dropped).toContainEqual({ kind: 'argument', count: 1 });
    expect(routeOf('GET /a/ghp_a1B2a1B2a1B2a1B2a1B2').dropped).toEqual([{ kind: 'token', count: 1 }]);
    expect(routeOf('GET https://me:hunter2@x/').dropped).toEqual([{ kind: 'url-password', count: 1 }]);
    expect(routeOf('GET /a').dropped).toEqual([]);
  });

  it('is total, keeps no query and changes nothing the second time (property)', () => {
    const part = fc.oneof(
      fc.webPath(),
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.uuid(),
    );
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'x'), fc.array(part, { maxLength: 4 }), (method, parts) => {
        const { text } = routeOf(`${method} ${parts.join('/')}`);
        expect(text).not.toMatch(/[?#]/);
        expect(text.length).toBeLessThan(700);
      }),
      { seed: 17, numRuns: 2000 },
    );
  });
});
