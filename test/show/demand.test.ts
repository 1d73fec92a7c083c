import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AHEADS, demandView } from '../../src/show/demand.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import { english } from '../../src/show/translate.ts';
import { busyReport, CLOCK, DAY, HOUR, line, NOW, report, viewOf } from './demandFixture.ts';

const chartOf = (...all: Parameters<typeof line>): DemandChart => viewOf(report([line(...all)])).charts[0] as DemandChart;
const headline = (...all: Parameters<typeof viewOf>): string => viewOf(...all).headline;
/** 15:00 now; the peak is tomorrow between nine and twelve. */
const MORNING = Array.from({ length: 24 }, (_, i) => (i === 19 ? 6 : i === 18 || i === 20 ? 4 : 0.1));

describe('demand as rows', () => {
  it('a gap has no value, and what was measured keeps its time', () => {
    expect(chartOf({ past: [1, Number.NaN, 3], point: [1, 1] }).history).toEqual([
      { at: NOW - 3 * HOUR, value: 1 },
      { at: NOW - 2 * HOUR },
      { at: NOW - HOUR, value: 3 },
    ]);
  });

  it('shows twice as much of the past as is foreseen, and its anomalies', () => {
    const anomaly = (ago: number) => ({ series: '', at: NOW - ago * HOUR, value: 1, expected: 2, score: 1, because: 'So.' });
    const chart = chartOf({ past: Array(48).fill(1), point: [1, 1], anomalies: [anomaly(40), anomaly(2)] });
    expect([chart.from, chart.turn, chart.until]).toEqual([NOW - 4 * HOUR, NOW, NOW + 2 * HOUR]);
    expect(chart.history.length).toBe(4);
    expect(chart.anomalies).toEqual([{ at: NOW - 2 * HOUR, value: 1, expected: 2, because: 'So.' }]);
  });

  it('has the events that it shows a part of', () => {
    const event = (name: string, from: number, until: number) => ({ name, from: NOW + from * HOUR, until: NOW + until * HOUR, source: '' });
    const events = [event('long ago', -9, -3), event('ends within', -4, -2), event('around', -9, 9), event('later', 2, 3)];
    const [chart] = viewOf(report([line({ past: [1, 1, 1], point: [1, 1] })], { events })).charts;
    expect(chart?.events.map((e) => e.name)).toEqual(['ends within', 'around']);
  });

  it('sessions of a persona can be expected otherwise, where somebody takes that; nothing else can', () => {
    const lines = [line({ point: [1.4, 1.3] }), line({ subject: { kind: 'resource' }, point: [1] }), line({ quantity: 'cpu', point: [1] })];
    expect(viewOf(report(lines)).charts.map((c) => c.expectation)).toEqual([{ windowMs: 2 * HOUR, volume: 3 }, undefined, undefined]);
    expect(viewOf(report(lines), false).charts.map((c) => c.expectation)).toEqual([undefined, undefined, undefined]);
  });

  it('subjects with several series are told apart', () => {
    const cpu = line({ quantity: 'cpu', point: [1] });
    const lines = [line({ point: [1] }), { ...cpu, history: { ...cpu.history, id: 'prometheus:cpu' } }];
    expect(new Set(viewOf(report(lines)).charts.map((c) => c.key)).size).toBe(2);
  });

  it('outlives the way to a web view', () => {
    for (const ahead of AHEADS) {
      const view = viewOf(busyReport(ahead));
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    }
  });
});

describe('demand in words', () => {
  it('says how much in all, when most of it, and the top', () => {
    expect(chartOf({ point: MORNING }).says).toEqual([
      'In the next 24 hours about 16 sessions, between 12 and 20. Tomorrow between 09:00 and 12:00 about 14 sessions, between 10 and 18. The busiest hour is tomorrow 10:00, with about 6 sessions.',
    ]);
  });

  it('tells no top where it is about the same throughout', () => {
    expect(chartOf({ point: [2, 2.1, 2] }).says).toEqual(['In the next 24 hours about 6 sessions, between 4 and 8.']);
  });

  it('tells the mean of what is no count', () => {
    expect(chartOf({ quantity: 'response_time', point: [100, 400, 100], spread: 0.1 }).says[0]).toBe(
      'In the next 24 hours about 200 ms, between 186 ms and 214 ms. It is most today 16:00: about 400 ms.',
    );
  });

  it('says that nothing is expected', () =>
    expect(chartOf({ point: [0, 0.01] }).says).toEqual(['In the next 24 hours nothing is expected.']));

  it('tells of steps that are no hours', () => {
    expect(chartOf({ stepMs: DAY, point: [1, 9, 1] }).says[0]).toContain('The busiest day is tomorrow, with about 9 sessions.');
    expect(chartOf({ stepMs: HOUR / 4, point: [1, 9, 1] }).says[0]).toContain('It is most today 15:15: about 9 sessions.');
  });

  it('a stretch ends with its day', () => {
    const night = Array.from({ length: 12 }, (_, i) => (i >= 7 && i <= 10 ? 5 + (i === 8 ? 1 : 0) : 0));
    expect(chartOf({ point: night }).says[0]).toContain('Today between 22:00 and 00:00 about 11 sessions');
  });

  it.each([
    [20, 'It stays below what can be served, which is 20 sessions per hour.'],
    [8, 'Tomorrow 10:00 it may become more than can be served, which is 8 sessions per hour.'],
    [3, 'Tomorrow 09:00 more is expected than can be served, which is 3 sessions per hour.'],
  ])('with at most %d it says: %s', (capacity, words) => expect(chartOf({ point: MORNING, capacity }).says[1]).toBe(words));

  it.each([
    [1, 'One value was not expected, today 14:00: Odd.'],
    [2, '2 values were not expected, the last today 14:00: Odd.'],
  ])('names the last of %d anomalies with its reason', (n, words) => {
    const anomalies = Array.from({ length: n }, (_, i) => ({
      series: '',
      at: NOW - (n - i) * HOUR,
      value: 1,
      expected: 2,
      score: 1,
      because: 'Odd',
    }));
    expect(chartOf({ point: [1, 1], anomalies }).says.at(-1)).toBe(words);
  });

  it('names what is planned, not what is over', () => {
    const event = (name: string, from: number) => ({ name, from: NOW + from * HOUR, until: NOW + (from + 2) * HOUR, source: '' });
    const events = [event('Test', -3), event('Demo', -1), event('Release', 1)];
    expect(viewOf(report([line({ past: [1, 1, 1], point: [1, 1] })], { events })).charts[0]?.says.at(-1)).toBe(
      'Planned: Demo, today 14:00; Release, today 16:00.',
    );
  });

  it('above all, what cannot be served, then what may not, then where most is expected', () => {
    const db = (capacity?: number) =>
      line({ subject: { kind: 'resource', id: 'db', name: 'db' }, point: MORNING, ...(capacity === undefined ? {} : { capacity }) });
    expect(headline(report([db(8), db(3)]))).toBe('db, tomorrow 09:00: more is expected than can be served.');
    expect(headline(report([db(20), db(8)]))).toBe('db, tomorrow 10:00: it may become more than can be served.');
    expect(headline(report([db(20), line({ point: [1, 1] })], { ahead: 'week' }))).toBe(
      'In the next week most is expected of Backend: about 2 sessions.',
    );
    expect(headline(report([db()], { ahead: 'hour' }))).toBe('In the next hour most is expected of db: about 16 uses.');
    expect(headline(report([line({ quantity: 'cpu', point: [1] })]))).toBe('In the next 24 hours so much is foreseen:');
    expect(headline(report([line({ point: [0, 0] })]))).toBe('In the next 24 hours nothing is expected.');
    expect(headline(report([]))).toBe('In the next 24 hours nothing can be foreseen yet.');
  });

  it('speaks the editor’s language: every word goes through the translator', () => {
    const words = viewOf(busyReport('day'));
    const foreign = demandView(busyReport('day'), { ...CLOCK, editable: true }, (message, ...args) =>
      english(
        message.replace(/\{\d+\}|\p{L}/gu, (c) => (c.startsWith('{') ? c : 'x')),
        ...args,
      ),
    );
    expect(foreign.headline).not.toBe(words.headline);
    for (const [i, chart] of foreign.charts.entries()) {
      expect(chart.measure).toMatch(/^[x\s\d{}]+$/);
      expect(chart.says[0]).not.toBe(words.charts[i]?.says[0]);
    }
  });

  it('any forecast is told, without a number that is none', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 48 }),
        fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
        (point, capacity) => {
          const { says } = chartOf({ point, ...(capacity === undefined ? {} : { capacity }) });
          expect(says.length).toBeGreaterThan(0);
          for (const words of says) {
            expect(words).toMatch(/^[A-Z\d].*\.$/);
            expect(words).not.toMatch(/NaN|Infinity|undefined|\{\d\}/);
          }
        },
      ),
    ));
});
