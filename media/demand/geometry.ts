import type { DemandChart, ForecastPoint } from '../../src/show/demandChart.ts';
import { volumeOf } from '../../src/show/demandChart.ts';
import { type Unit, unitOf } from '../../src/show/quantityWords.ts';
import { niceTop } from '../charts/scale.ts';

export const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [184, 52, 12, 14, 22];

/** Where things are drawn, in pixels. */
export interface Geometry {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly unit: Unit;
  x(at: number): number;
  y(value: number): number;
  valueAt(y: number): number;
  timeAt(x: number): number;
}

/** What can be served is left out where it would press all else to the ground. */
const MOST_ROOM = 2.5;

export const isCapacityDrawn = (chart: DemandChart): boolean => chart.capacity !== undefined && chart.capacity <= MOST_ROOM * mostOf(chart);

function mostOf({ history, forecast, anomalies }: DemandChart): number {
  const values = [...history.flatMap((p) => p.value ?? []), ...forecast.map((p) => p.upper), ...anomalies.map((a) => a.value)];
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** `expected`: the line that a developer said, which may be above all else. */
export function geometryOf(chart: DemandChart, expected: readonly ForecastPoint[], width: number): Geometry {
  const most = Math.max(mostOf(chart), ...expected.map((p) => p.value), isCapacityDrawn(chart) ? (chart.capacity ?? 0) : 0);
  const least = [...chart.history.map((p) => p.value ?? 0), ...chart.forecast.map((p) => p.value)].reduce((a, b) => Math.min(a, b), 0);
  const unit = unitOf(chart.quantity, most);
  const top = niceTop(most / unit.size) * unit.size;
  const bottom = least < 0 ? -niceTop(-least / unit.size) * unit.size : 0;
  const [wide, high] = [Math.max(1, width - LEFT - RIGHT), HEIGHT - TOP - BOTTOM];
  return {
    width,
    top,
    bottom,
    unit,
    x: (at) => LEFT + ((at - chart.from) / (chart.until - chart.from)) * wide,
    y: (value) => TOP + ((top - Math.min(top, Math.max(bottom, value))) / (top - bottom)) * high,
    valueAt: (y) => Math.min(top, Math.max(bottom, top - ((y - TOP) / high) * (top - bottom))),
    timeAt: (x) => chart.from + ((x - LEFT) / wide) * (chart.until - chart.from),
  };
}

/** The forecast with another volume: each step has its share of it as before; evenly where nothing was foreseen. */
export function withVolume(forecast: readonly ForecastPoint[], volume: number): readonly ForecastPoint[] {
  const total = volumeOf(forecast);
  return forecast.map((p) => ({ ...p, value: total > 0 ? (p.value / total) * volume : volume / forecast.length }));
}

/** The volume at which the peak has this value. */
export function volumeAtPeak(forecast: readonly ForecastPoint[], value: number): number {
  const peak = Math.max(...forecast.map((p) => p.value));
  const share = peak > 0 ? peak / volumeOf(forecast) : 1 / forecast.length;
  return Math.max(0, Math.round(value / share));
}

/** Through the points, with a new beginning after each gap; a point alone is a dot. */
export function pathThrough(runs: readonly (readonly (readonly [number, number])[])[]): string {
  return runs
    .filter((run) => run.length > 0)
    .map((run) => `M${run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${run.length === 1 ? 'h0' : ''}`)
    .join('');
}

/** The stretches without a gap. */
export function runsOf<T extends { readonly value?: number }>(
  points: readonly T[],
): readonly (readonly (T & { readonly value: number })[])[] {
  const runs: (T & { readonly value: number })[][] = [[]];
  for (const point of points) {
    if (point.value === undefined) runs.push([]);
    else runs.at(-1)?.push({ ...point, value: point.value });
  }
  return runs;
}
