import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, mean, type TrafficProfile } from '../../../src/domain/index.ts';
import { agreement } from '../../../src/learn/clusters/agreement.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { clusterPoints } from '../../../src/learn/traffic/clusterCells.ts';
import { addRequest, createRequests } from '../../../src/learn/traffic/requests.ts';
import { resourceTraffic } from '../../../src/learn/traffic/resourceTraffic.ts';
import { type TrafficLearnt, trafficProfiles } from '../../../src/learn/traffic/trafficProfiles.ts';

const START = Date.UTC(2024, 0, 1);
const OPTIONS = { seed: 1, zoneOffsetMs: 0 };

const requestsOf = (activities: readonly Activity[]) => {
  const requests = createRequests();
  for (const activity of activities) addRequest(requests, activity);
  return requests;
};
const learnt = (activities: readonly Activity[]): TrafficLearnt => {
  const found = trafficProfiles(requestsOf(activities), OPTIONS);
  if (!found) throw new Error('no requests');
  return found;
};
const secondsOf = ({ windows }: TrafficLearnt): number => (windows.count * windows.windowMs) / 1000;

/** Three kinds of use over two days: pages that are asked for all the time, big files now and then, and what always fails. */
function shop(seed: number): readonly Activity[] {
  const random = randomFrom(seed);
  const around = (middle: number): number => Math.round(middle * Math.exp(0.3 * (random() + random() + random() - 1.5)));
  const activities: Activity[] = [];
  for (let hour = 0; hour < 48; hour++) {
    const at = (): number => START + Math.floor((hour + random()) * 3_600_000);
    const serve = (resource: string, times: number, bytes: number, ok: boolean): void => {
      for (let i = 0; i < times; i++)
        activities.push({ at: at(), actor: `a${i % 3}`, resource, source: 'api', kind: 'request.served', bytes: around(bytes), ok });
    };
    for (const page of ['/', '/cart', '/style.css']) serve(`api:GET ${page}`, around(60), 5000, true);
    for (const file of ['/downloads/a.zip', '/downloads/b.zip', '/downloads/c.zip']) serve(`api:GET ${file}`, 2, 5e7, true);
    for (const gone of ['/wp-admin', '/old']) serve(`api:GET ${gone}`, 3, 300, false);
  }
  return activities;
}

describe('kinds of traffic', () => {
  const found = learnt(shop(2));
  it('are found as planted, by both methods, and named by what sets them apart', () => {
    expect(found.clusters.map(({ name, interactionType }) => [name, interactionType])).toEqual([
      [expect.stringContaining('content views'), 'content_view'],
      [expect.stringMatching(/^failing .*content views$/), 'content_view'],
      [expect.stringMatching(/large downloads$/), 'download'],
    ]);
    expect(found.found.agreement).toBeGreaterThan(0.95);
    expect(found.found.density.clusters).toBe(3);
    for (const { confidence } of found.clusters) expect(confidence).toBeGreaterThan(0.85);
  });
  it('have the resources that were planted in them, and no other', () => {
    expect(found.clusters.map((c) => c.resources.map((r) => r.resource).sort())).toEqual([
      ['api:GET /', 'api:GET /cart', 'api:GET /style.css'],
      ['api:GET /old', 'api:GET /wp-admin'],
      ['api:GET /downloads/a.zip', 'api:GET /downloads/b.zip', 'api:GET /downloads/c.zip'],
    ]);
  });
  it('are the same from another seed, and on another sample of the same shop', () => {
    const other = trafficProfiles(requestsOf(shop(2)), { seed: 99, zoneOffsetMs: 0 });
    expect(other?.clusters.map((c) => c.requests)).toEqual(found.clusters.map((c) => c.requests));
    expect(learnt(shop(3)).clusters.map((c) => c.name)).toEqual(found.clusters.map((c) => c.name));
  });
});

/** Anything that could be told of requests, in times that may be all the same. */
const anything = fc
  .array(
    fc.record(
      {
        at: fc.oneof(fc.constant(START), fc.integer({ min: START, max: START + 40 * 86_400_000 })),
        actor: fc.constantFrom('a', 'b'),
        resource: fc.constantFrom('api:GET /', 'api:POST /orders', 'constructor', 'compose:shop/db'),
        kind: fc.constantFrom('request.served', 'connection.closed'),
        bytes: fc.integer({ min: 0, max: 2 ** 40 }),
        durationMs: fc.integer({ min: 0, max: 1e7 }),
        ok: fc.boolean(),
      },
      { requiredKeys: ['at', 'actor', 'resource'] },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((all) => all as Activity[]);

describe('profiles of anything', () => {
  it('are plain counts: nothing is lost between clusters, and the means are those of the requests', () => {
    fc.assert(
      fc.property(anything, (activities) => {
        const all = learnt(activities);
        expect(all.clusters.reduce((sum, c) => sum + c.requests, 0)).toBe(activities.length);
        for (const profile of [all.all, ...all.clusters]) holds(profile, all);
        const sized = activities.flatMap((a) => a.bytes ?? []);
        const total = sized.reduce((a, b) => a + b, 0);
        expect(all.all.requestSizeBytes === undefined).toBe(sized.length === 0);
        expect(relative(mean(all.all.requestSizeBytes ?? []) ?? 0, total / Math.max(1, sized.length))).toBeLessThan(1e-9);
        expect(relative(mean(all.all.transferRateBps ?? []) ?? 0, (8 * total) / secondsOf(all))).toBeLessThan(1e-9);
        const ended = activities.filter((a) => a.ok !== undefined);
        if (ended.length > 0)
          expect(mean(all.all.errorRate ?? [])).toBeCloseTo(ended.filter((a) => a.ok === false).length / ended.length, 9);
      }),
      { numRuns: 60 },
    );
  });
  it('of resources are those of their own requests, of one as of several', () => {
    fc.assert(
      fc.property(anything, (activities) => {
        const of = resourceTraffic(requestsOf(activities), 0);
        const plain = (resources: readonly string[]) => activities.filter((a) => resources.includes(a.resource)).length || undefined;
        for (const resources of [['api:GET /'], ['constructor', 'toString'], ['compose:shop/db', 'api:POST /orders', 'compose:shop/db']])
          expect(of(resources)?.requests).toBe(plain(resources));
      }),
      { numRuns: 60 },
    );
  });
  it('are none where there is none', () => {
    expect(trafficProfiles(createRequests(), OPTIONS)).toBeUndefined();
    expect(resourceTraffic(createRequests(), 0)(['api:GET /'])).toBeUndefined();
  });
  it('say of one request that it says nothing', () => {
    const one = learnt([{ at: START, actor: 'a', resource: 'api:GET /', bytes: 5, ok: true }]);
    expect(one.clusters).toHaveLength(1);
    expect(one.clusters[0]).toMatchObject({ requests: 1, confidence: 0, peakTimes: [], windowMs: 1000 });
  });
  it('of a log with a broken clock in it come in time', () => {
    const stray = learnt([...shop(2), { at: 1000, actor: 'a', resource: 'api:GET /', bytes: 5, ok: true }]);
    expect(stray.windows.count).toBeLessThan(20_001);
    expect(stray.all.requests).toBe(shop(2).length + 1);
  });
  it('of the same second are one window', () => {
    const same = learnt(Array.from({ length: 50 }, (_, i) => ({ at: START + i, actor: 'a', resource: `api:GET /${i % 20}`, bytes: i })));
    expect(same.windows.count).toBe(1);
    expect(same.all.requestsPerSecond).toEqual([{ value: 50, probability: 1 }]);
    expect(same.all.peakTimes).toEqual([]);
  });
});

function holds(profile: TrafficProfile, all: TrafficLearnt): void {
  expect(relative((mean(profile.requestsPerSecond) as number) * secondsOf(all), profile.requests)).toBeLessThan(1e-9);
  expect(profile.confidence).toBeGreaterThanOrEqual(0);
  expect(profile.confidence).toBeLessThan(1);
  expect(profile.from).toBeLessThanOrEqual(profile.until);
  for (const distribution of [profile.requestsPerSecond, profile.errorRate, profile.latencyMs, profile.transferRateBps])
    if (distribution) expect(distribution.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 9);
}
const relative = (a: number | undefined, b: number): number => Math.abs((a ?? Number.NaN) - b) / Math.max(1, Math.abs(b));

describe('clusters of points', () => {
  const random = randomFrom(11);
  const bell = (): number => random() + random() + random() - 1.5;
  const around = (middles: readonly (readonly number[])[], size: number): number[][] =>
    middles.flatMap((middle) => Array.from({ length: size }, () => middle.map((x) => x + 0.6 * bell())));

  it.each([2, 3, 4, 5, 6])('are %d where so many were planted', (count) => {
    const middles = Array.from({ length: count }, (_, i) => [3.5 * (i % 3), 3.5 * Math.floor(i / 3), 0]);
    const found = clusterPoints(around(middles, 80), 1);
    expect(found.centres).toHaveLength(count);
    const planted = found.owners.map((_, i) => String(Math.floor(i / 80)));
    expect(agreement(found.owners.map(String), planted).ari).toBe(1);
    expect(found.agreement).toBeGreaterThan(0.9);
  });
  it('are one where nothing differs, or too few are there to say', () => {
    expect(clusterPoints(new Array(50).fill([1, 2]), 1).centres).toEqual([[1, 2]]);
    expect(clusterPoints([[0], [9], [0], [9]], 1).centres).toHaveLength(1);
    expect(clusterPoints(new Array(50).fill([]), 1).owners).toEqual(new Array(50).fill(0));
  });
  it('of more than are compared are told for all of them', () => {
    const points = around(
      [
        [0, 0],
        [5, 5],
      ],
      1200,
    );
    const found = clusterPoints(points, 1);
    expect(found.centres).toHaveLength(2);
    expect(
      agreement(
        found.owners.map(String),
        points.map((_, i) => String(Math.floor(i / 1200))),
      ).ari,
    ).toBe(1);
  });
});
