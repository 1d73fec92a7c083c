import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editsOf } from '../../media/demand/edits.ts';
import { geometryOf, isCapacityDrawn, pathThrough, runsOf, volumeAtPeak, withVolume } from '../../media/demand/geometry.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import { volumeOf } from '../../src/show/demandChart.ts';
import { line, NOW, report, viewOf } from './demandFixture.ts';

const chartOf = (...all: Parameters<typeof line>): DemandChart => viewOf(report([line(...all)])).charts[0] as DemandChart;
const points = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 48 });

describe('where the demand view draws', () => {
  it('a value and a time come back from where they are drawn', () =>
    fc.assert(
      fc.property(points, fc.integer({ min: 200, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (point, width, share) => {
        const chart = chartOf({ point });
        const { x, y, valueAt, timeAt, top, bottom } = geometryOf(chart, [], width);
        const [value, at] = [bottom + share * (top - bottom), chart.from + share * (chart.until - chart.from)];
        expect(valueAt(y(value))).toBeCloseTo(value, 6);
        expect(Math.abs(timeAt(x(at)) - at)).toBeLessThan(1);
        for (const p of chart.forecast) expect(p.upper).toBeLessThanOrEqual(1.001 * top);
      }),
    ));

  it('what is above all is drawn at the top, and what is below none at the ground', () => {
    const { y, top } = geometryOf(chartOf({ point: [4] }), [], 400);
    expect([y(2 * top), y(-1)]).toEqual([y(top), y(0)]);
  });

  it('what may be negative has room below', () => {
    expect(geometryOf(chartOf({ quantity: 'other', past: [-3, 2], point: [1] }), [], 400)).toMatchObject({ bottom: -4, top: 2 });
  });

  it.each([
    [12, true],
    [200, false],
  ])('what can be served is drawn where it leaves room: %d', (capacity, drawn) =>
    expect(isCapacityDrawn(chartOf({ point: [5], capacity }))).toBe(drawn),
  );

  it('another volume keeps the shape of the forecast, and is found again at its peak', () =>
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 100_000 }), (point, volume) => {
        const { forecast } = chartOf({ point });
        const line = withVolume(forecast, volume);
        expect(volumeOf(line)).toBeCloseTo(volume, 4);
        expect(volumeAtPeak(forecast, Math.max(...line.map((p) => p.value)))).toBe(volume);
      }),
    ));

  it('a gap parts a line, and a value alone is a dot', () => {
    const runs = runsOf([{ value: 1 }, { value: 2 }, {}, {}, { value: 3 }]).map((run) => run.map(({ value }) => [value, value] as const));
    expect(pathThrough(runs)).toBe('M1.0 1.0L2.0 2.0M3.0 3.0h0');
    expect(pathThrough([])).toBe('');
  });
});

describe('edits of what is expected', () => {
  const chart = chartOf({ point: [5, 5] });
  function harness() {
    const told: number[] = [];
    let made: ReturnType<Parameters<typeof editsOf>[0]> = [];
    const edits = () =>
      editsOf(
        () => made,
        (next) => {
          made = next;
        },
        (m) => void (m.type === 'expect' && told.push(m.volume)),
      );
    return { told, edits };
  }

  it('count what came since they were drawn', () => {
    const { told, edits } = harness();
    const drawn = edits();
    for (const volume of [12, 15]) drawn.expect(chart, volume);
    drawn.undo();
    drawn.undo();
    expect(told).toEqual([12, 15, 12, 10]);
  });

  it('go back one by one to what was foreseen', () => {
    const { told, edits } = harness();
    for (const volume of [12, 15, 15]) edits().expect(chart, volume);
    expect(edits().of(chart)).toMatchObject({ before: 12, after: 15 });
    for (let i = 0; i < 3; i++) edits().undo();
    expect(told).toEqual([12, 15, 12, 10]);
    expect(edits().of(chart)).toBeUndefined();
  });

  it('of one chart leave another’s, and another window’s, alone', () => {
    const { told, edits } = harness();
    const other = { ...chart, key: 'other', subject: { ...chart.subject, id: 'p2' } };
    edits().expect(chart, 12);
    edits().expect(other, 20);
    edits().undo(chart);
    expect(told).toEqual([12, 20, 10]);
    expect(edits().of(other)).toMatchObject({ persona: 'p2', after: 20 });
    expect(edits().of({ ...other, expectation: { windowMs: NOW, volume: 10 } })).toBeUndefined();
  });

  it('of what nobody takes are none', () => {
    const { told, edits } = harness();
    const { expectation: _none, ...fixed } = chart;
    edits().expect(fixed, 12);
    edits().undo();
    expect(told).toEqual([]);
  });
});
