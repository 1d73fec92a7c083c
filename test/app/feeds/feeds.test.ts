import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskFeed, FeedAnswer, FeedCache, FeedWindow, KeptAnswer } from '../../../src/app/feeds/feed.ts';
import { type FeedSettings, readFeedSettings } from '../../../src/app/feeds/feedSettings.ts';
import { createFeeds } from '../../../src/app/feeds/feeds.ts';
import { windowOf, withAnswer } from '../../../src/app/feeds/lastGood.ts';
import { type Fault, failed, type Retry, type Series } from '../../../src/domain/index.ts';
import { createVirtualTime } from '../virtualTime.ts';

const START = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const series = (id: string, startAt: number, ...values: readonly number[]): Series => ({
  id,
  quantity: 'volume',
  startAt,
  stepMs: MINUTE,
  values: Float64Array.from(values),
});
const good = (...all: readonly Series[]): FeedAnswer => ({ ok: true, value: { series: all, events: [] } });
const bad = (retry: Retry, retryAfterMs?: number, message = 'shop: no.'): FeedAnswer => ({
  ...failed('fetch-failed', retry, message),
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

function only(raw: object): FeedSettings {
  const { feeds, problems } = readFeedSettings([raw]);
  expect(problems).toEqual([]);
  return feeds[0] as FeedSettings;
}
const SHOP = only({ name: 'shop', type: 'prometheus', url: 'http://127.0.0.1:9090', query: 'up', quantity: 'rate', everyMinutes: 10 });
const DAYS = only({ name: 'days', type: 'calendar', file: 'plans.ics' });

function world({
  answer = () => good(),
  cache,
}: {
  answer?: (feed: FeedSettings, window: FeedWindow) => FeedAnswer | Promise<FeedAnswer>;
  cache?: FeedCache;
} = {}) {
  const time = createVirtualTime(START);
  const asked: { name: string; at: number; window: FeedWindow; signal: AbortSignal }[] = [];
  const told: Fault[] = [];
  const state = { allowed: true, answer };
  const owner = {};
  const ask: AskFeed = async (feed, window, signal) => {
    asked.push({ name: feed.name, at: (time.now() - START) / MINUTE, window, signal });
    return state.answer(feed, window);
  };
  const feeds = createFeeds({
    now: time.now,
    random: () => 0.5,
    after: (ms, callback) => time.after(owner, ms, callback),
    ask,
    allowed: () => state.allowed,
    tell: (fault) => told.push(fault),
    changed: () => {},
    ...(cache ? { cache } : {}),
  });
  return {
    time,
    asked,
    told,
    state,
    feeds,
    times: (name: string) => asked.filter((a) => a.name === name).map((a) => Math.round(a.at * 10) / 10),
  };
}

function memoryCache(): FeedCache & { readonly all: Map<string, KeptAnswer> } {
  const all = new Map<string, KeptAnswer>();
  return {
    all,
    load: async (name) => all.get(name),
    save: (name, kept) => void all.set(name, kept),
    forget: (name) => void all.delete(name),
    flush: async () => {},
  };
}

describe('feeds', () => {
  it('are each asked at their own pace', async () => {
    const { feeds, time, times } = world();
    void feeds.apply([SHOP, DAYS]);
    await time.advance(65 * MINUTE);
    expect(times('shop')).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(times('days')).toEqual([0, 60]);
  });

  it('back off from what fails, tell of it once, and keep what was good', async () => {
    const { feeds, time, times, told, state } = world({ answer: () => good(series('a', START, 1)) });
    void feeds.apply([SHOP]);
    await time.advance(MINUTE);
    let n = 0;
    state.answer = () => bad('later', undefined, `shop: try ${n++} failed.`);
    await time.advance(3 * HOUR);
    // 0.5 min · 7/8, doubled, until the pace itself is longer.
    expect(times('shop').slice(0, 6)).toEqual([0, 10, 10.5, 11.4, 13.1, 23.1]);
    expect(times('shop').at(-1)).toBeGreaterThan(100);
    expect(told.map((f) => f.message)).toEqual(['shop: try 0 failed.']);
    expect(feeds.series().map((s) => [...s.values])).toEqual([[1]]);
    expect(feeds.state()[0]).toMatchObject({ series: 1, fault: { retry: 'later' } });
    state.answer = () => good(series('a', START + MINUTE, 2));
    await time.advance(2 * HOUR);
    expect(feeds.series().map((s) => [...s.values])).toEqual([[1, 2]]);
    expect(feeds.state()[0]).not.toHaveProperty('fault');
    state.answer = () => bad('later');
    await time.advance(HOUR);
    expect(told.length).toBe(2);
  });

  it('are not asked before the source says so, and seldom where a person must act', async () => {
    const { feeds, time, times, state } = world({ answer: () => bad('later', 90 * MINUTE) });
    void feeds.apply([SHOP]);
    await time.advance(100 * MINUTE);
    expect(times('shop')).toEqual([0, 90]);
    state.answer = () => bad('never');
    await time.advance(3 * HOUR);
    expect(times('shop').slice(2)).toEqual([180, 232.5]);
  });

  it('ask nothing in Restricted Mode or the mode off, and break off what is under way', async () => {
    let release = (): void => {};
    const { feeds, time, asked, state } = world({
      answer: () => new Promise((resolve) => (release = () => resolve(good(series('a', START, 1))))),
    });
    state.allowed = false;
    void feeds.apply([SHOP]);
    await time.advance(HOUR);
    expect(asked).toEqual([]);
    expect(await feeds.fetchNow('shop')).toMatchObject({ ok: false, fault: { code: 'not-trusted' } });
    state.allowed = true;
    feeds.look();
    feeds.look();
    await time.advance(MINUTE);
    expect([asked.length, asked[0]?.signal.aborted]).toEqual([1, false]);
    state.allowed = false;
    feeds.look();
    expect(asked[0]?.signal.aborted).toBe(true);
    release();
    await time.advance(HOUR);
    expect([asked.length, feeds.series(), feeds.state()[0]?.fault]).toEqual([1, [], undefined]);
  });

  it('are asked at once when somebody wants it, and one question serves all who wait', async () => {
    const { feeds, time, asked } = world({ answer: () => good(series('a', START, 1)) });
    void feeds.apply([SHOP]);
    const both = await Promise.all([feeds.fetchNow('shop'), feeds.fetchNow('shop')]);
    expect(both.map((r) => r.ok && r.value.series.length)).toEqual([1, 1]);
    expect(asked.length).toBe(1);
    expect(await feeds.fetchNow('shp')).toMatchObject({
      ok: false,
      fault: { code: 'not-found', message: expect.stringContaining('has shop') },
    });
    const controller = new AbortController();
    const cancelled = feeds.fetchNow('shop', controller.signal);
    controller.abort();
    expect(await cancelled).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    await time.advance(MINUTE);
  });

  it('outlive a bug of an adapter', async () => {
    const { feeds, time, told, state } = world();
    state.answer = () => {
      throw new TypeError('secret inside');
    };
    void feeds.apply([SHOP]);
    await time.advance(MINUTE);
    expect(told[0]?.message).toBe('shop: reading its answer failed (TypeError). Please report this.');
  });

  it('come back from the cache, and go on where they ended; changed settings begin anew', async () => {
    const cache = memoryCache();
    const first = world({ answer: () => good(series('a', START - 30 * MINUTE, ...Array(30).fill(1))), cache });
    void first.feeds.apply([SHOP]);
    await first.time.advance(MINUTE);
    await first.feeds.dispose();
    const second = world({ cache });
    void second.feeds.apply([SHOP]);
    await second.time.idle();
    expect(second.feeds.series()[0]?.values.length).toBe(30);
    await second.time.advance(12 * MINUTE);
    expect(second.times('shop')).toEqual([10]);
    expect(second.asked[0]?.window.since).toBe(START - 5 * MINUTE);
    void second.feeds.apply([{ ...SHOP, query: 'down' } as FeedSettings]);
    await second.time.idle();
    expect(second.feeds.series()).toEqual([]);
    void second.feeds.apply([]);
    expect([...cache.all.keys()]).toEqual([]);
  });

  it('leave nothing behind', async () => {
    const { feeds, time, asked } = world();
    void feeds.apply([SHOP, DAYS]);
    await feeds.dispose();
    await time.advance(HOUR);
    expect(asked).toEqual([]);
  });
});

describe('what is kept of a feed', () => {
  it('is bounded, and its names pass the gate', () => {
    const many = Array.from({ length: 400 }, (_, i) => series(`s${i}`, START, ...Array(2000).fill(i)));
    const kept = withAnswer(undefined, { series: [...many, series('of jane.doe@example.com', START, 1)], events: [] });
    expect(kept.series.length).toBe(300);
    expect(kept.series.reduce((sum, s) => sum + s.values.length, 0)).toBeLessThanOrEqual(500_000);
    expect(kept.series.at(-1)?.id).not.toContain('jane');
    expect([...(kept.series[0]?.values ?? [])].length).toBe(1666);
  });

  it('is asked for again as far back as it may still change', () => {
    const known = { series: [series('a', START, 1, 2)], events: [] };
    expect(windowOf(SHOP, known, START + HOUR)).toEqual({ since: START - 3 * MINUTE, until: START + HOUR });
    expect(windowOf(SHOP, undefined, START)).toEqual({ since: START - 14 * 24 * HOUR, until: START });
    expect(windowOf(DAYS, known, START).until).toBe(START + 90 * 24 * HOUR);
  });
});

describe('the setting', () => {
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['no list', {}, /should be a list/],
    ['no type', [{ name: 'a' }], /feed “a”: “type” should be one of prometheus, docker/],
    ['a bad name', [{ name: 'A B', type: 'docker', container: 'x' }], /feed “A B”: “name” should be 1 to 40/],
    [
      'another scheme',
      [{ name: 'a', type: 'prometheus', url: 'file:///etc/passwd', query: 'x', quantity: 'rate' }],
      /“url” should be an address that begins with http/,
    ],
    ['a password in the address', [{ name: 'a', type: 'calendar', url: 'https://me:hunter2@x.test/a.ics' }], /holds a user or password/],
    ['neither file nor address', [{ name: 'a', type: 'calendar' }], /either “url” or “file”/],
    ['both', [{ name: 'a', type: 'calendar', url: 'https://x.test', file: 'a.ics' }], /either “url” or “file”/],
    [
      'a quantity that is none',
      [{ name: 'a', type: 'csv', file: 'a', time: 't', value: 'v', quantity: 'joy' }],
      /“quantity” should be one of volume/,
    ],
    ['a pace too quick', [{ name: 'a', type: 'docker', container: 'x', everyMinutes: 0 }], /“everyMinutes” should be a number from 0.1/],
    [
      'two of one name',
      [
        { name: 'a', type: 'docker', container: 'x' },
        { name: 'a', type: 'docker', container: 'y' },
      ],
      /another of this name/,
    ],
    ['no metric', [{ name: 'a', type: 'google-analytics', property: '1', metrics: [] }], /“metrics” should name 1 to 10/],
  ];
  it.each(cases)('%s is named, and the others count', (_, raw, said) => {
    const fine = { name: 'fine', type: 'docker', container: 'db' };
    const { feeds, problems } = readFeedSettings(Array.isArray(raw) ? [...raw, fine] : raw);
    expect(problems.join('\n')).toMatch(said);
    expect(problems.join('\n')).not.toContain('hunter2');
    if (Array.isArray(raw)) expect(feeds.map((f) => f.name)).toContain('fine');
  });

  it('whatever stands there, it is read or named, and never quoted', () => {
    const good = { name: 'a', type: 'json', url: 'https://x.test/a', time: 't', value: 'v', quantity: 'volume' };
    const damaged = fc
      .tuple(fc.constantFrom(...Object.keys(good), 'secret', 'by', 'everyMinutes', 'file'), fc.anything())
      .map(([key, value]) => ({ ...good, [key]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.oneof(damaged, fc.anything()))), (raw) => {
        const { feeds, problems } = readFeedSettings(raw);
        if (Array.isArray(raw)) expect(feeds.length + problems.length).toBeGreaterThanOrEqual(Math.min(raw.length, 50));
        for (const feed of feeds) expect(feed.name).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      }),
    );
    const { problems } = readFeedSettings([{ ...good, name: 'a', url: 'ftp://hunter2' }]);
    expect(problems.join()).not.toContain('hunter2');
  });
});
