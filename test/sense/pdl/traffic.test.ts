import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrafficProfile } from '../../../src/domain/index.ts';
import { fromTraffic, type TrafficEntry, toTraffic } from '../../../src/sense/pdl/traffic.ts';

const DAY = 86_400_000;
const from = Date.UTC(2024, 0, 1);
const profile: TrafficProfile = {
  name: 'frequent small content views',
  interactionType: 'content_view',
  requests: 1000,
  resources: [{ resource: 'api:GET /', requests: 1000 }],
  windowMs: 900_000,
  requestsPerSecond: [
    { value: 0, probability: 0.25 },
    { value: 1.5, probability: 0.75 },
  ],
  requestSizeBytes: [{ value: 512, probability: 1 }],
  transferRateBps: [{ value: 4096, probability: 1 }],
  errorRate: [{ value: 0.01, probability: 1 }],
  latencyMs: [{ value: 12, probability: 1 }],
  peakTimes: [
    { fromHour: 9, untilHour: 12, share: 0.5, timesUsual: 4 },
    { days: ['monday', 'thursday', 'friday', 'sunday'], fromHour: 23, untilHour: 24, share: 0.1, timesUsual: 2.5 },
  ],
  busiest: { at: from + 9 * 3_600_000, requestsPerSecond: 3 },
  from,
  until: from + 3 * DAY,
  confidence: 0.9,
};
const entry = toTraffic(profile, from + 5 * DAY);
const changed = (more: object): unknown => ({ ...entry, ...more });

describe('traffic in the persona document', () => {
  it('has the names of the contract, and tells how old the data are', () => {
    expect(entry).toMatchObject({
      requests_per_second: profile.requestsPerSecond,
      request_size_bytes: profile.requestSizeBytes,
      transfer_rate_bps: profile.transferRateBps,
      error_rate: 0.01,
      peak_times: ['09:00-12:00', 'Mon 23:00-24:00', 'Thu-Fri 23:00-24:00', 'Sun 23:00-24:00'],
      data_age: 'P2D',
      measured_from: '2024-01-01T00:00:00.000Z',
    });
  });
  it('comes back as it went', () => {
    expect(fromTraffic(JSON.parse(JSON.stringify(entry)))).toEqual({ profile });
    const { requestSizeBytes, transferRateBps, errorRate, latencyMs, ...bare } = profile;
    expect(fromTraffic(JSON.parse(JSON.stringify(toTraffic(bare, from + 5 * DAY))))).toEqual({ profile: bare });
  });
  it.each([
    ['a list', [], / needs "name"/],
    ['nothing', null, / needs "name"/],
    ['no name', changed({ name: 7 }), / needs "name"/],
    ['less than no requests', changed({ requests: -1 }), / needs "requests"/],
    ['more than all confidence', changed({ confidence: 2 }), / needs "requests" .* "confidence"/],
    ['no rate', changed({ requests_per_second: undefined }), / needs "requests_per_second"/],
    ['a rate that is one number', changed({ requests_per_second: 3 }), / needs "requests_per_second"/],
    [
      'probabilities that do not sum to 1',
      changed({ error_rate_by_window: [{ value: 0, probability: 0.9 }] }),
      /\.error_rate_by_window is no distribution/,
    ],
    ['a value below 0', changed({ latency_ms: [{ value: -1, probability: 1 }] }), /\.latency_ms is no distribution/],
    ['a peak that ends before it begins', changed({ peaks: [{ ...entry.peaks[0], time: '12:00-09:00' }] }), /\.peaks\[0\] needs/],
    ['a peak of days that run backwards', changed({ peaks: [{ ...entry.peaks[0], time: 'Fri-Mon 09:00-10:00' }] }), /\.peaks\[0\]/],
    ['a peak of two hours', changed({ peaks: [{ ...entry.peaks[0], time: 'Mon 09:00-10:00, Tue 10:00-11:00' }] }), /\.peaks\[0\]/],
    ['a peak on no day', changed({ peaks: [entry.peaks[0], { ...entry.peaks[1], time: 'Som 09:00-10:00' }] }), /\.peaks\[1\]/],
    ['a busiest time that is none', changed({ busiest: { at: 'noon', requests_per_second: 1 } }), / needs "busiest"/],
    ['windows of no length', changed({ window_seconds: 0 }), / needs "window_seconds"/],
    ['no end', changed({ measured_until: 7 }), / needs "measured_from" and "measured_until"/],
    ['a resource without a name', changed({ resources: [{ requests: 1 }] }), /\.resources\[0\]/],
  ])('with %s says so', (_, json, problem) => {
    expect(fromTraffic(json)).toEqual({ problem: expect.stringMatching(problem) });
  });
  it('that is anything at all is a profile or a problem, never a throw', () => {
    const keys = Object.keys(entry) as (keyof TrafficEntry)[];
    fc.assert(fc.property(fc.jsonValue(), (json) => void fromTraffic(json)));
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const read = fromTraffic({ ...entry, [key]: value });
        if ('profile' in read)
          expect(fromTraffic(JSON.parse(JSON.stringify(toTraffic(read.profile, from + 5 * DAY))))).toHaveProperty('profile');
      }),
      { numRuns: 500 },
    );
  });
});
