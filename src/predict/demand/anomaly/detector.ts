import type { Anomaly, UnixMs } from '../../../domain/index.ts';
import { createCalendar } from './calendar.ts';
import { createExtremes, type Extremes } from './extremes.ts';
import { createLast, createMean, createQuantiles } from './lately.ts';

/** A score of this and above is an alert. */
export const ALERT = 0.5;

/** Nothing is said before a view has seen so many rows. */
const WARM_UP_ROWS = 100;
/** One event is one alert: after it, so many rows are quiet. */
const REST_ROWS = 30;

/** A number for each row, watched for leaving the range that it had lately. */
interface View {
  readonly name: string;
  readonly side: 1 | -1;
  /** Of the rows so far, that the range is of. */
  readonly share: number;
  /** How far beyond the range it must be, in widths of it. */
  readonly margin: number;
  /** What is expected, in words. */
  readonly expects: string;
}

const VIEWS = [
  { name: 'jump', side: 1, share: 0.65, margin: 0.1, expects: 'changes within 8 rows no larger than lately' },
  { name: 'shift', side: 1, share: 0.8, margin: 0.02, expects: 'changes within 24 rows no larger than lately' },
  { name: 'level', side: 1, share: 1, margin: 0.02, expects: 'a mean of 32 rows no higher than ever' },
  { name: 'burst', side: 1, share: 1, margin: 0.2, expects: 'no more high values in 16 rows than ever' },
  { name: 'low', side: -1, share: 1, margin: 0.02, expects: 'a mean of 8 rows no lower than ever' },
  { name: 'drop', side: -1, share: 1, margin: 0.02, expects: 'no deeper drop below the median of 200 rows than ever' },
  { name: 'calendar', side: 1, share: 0.8, margin: 0.1, expects: 'values like those at this time of the last five days' },
] as const satisfies readonly View[];

export interface Scored {
  /** 0–1; `ALERT` and above is an alert. */
  readonly score: number;
  /** Of an alert only. */
  readonly anomaly?: Anomaly;
  /** The view that saw it. */
  readonly view?: string;
}

/**
 * Scores a stream as it comes: each row from itself and those before, in constant time. Seven views are each watched for a new extreme
 * (the change within few and many rows, the level, bursts, lows, drops, the distance to the same time of other days); the one that is
 * furthest beyond its own past range says why. What is no number is scored 0 and not learnt from.
 *
 * The idea is that of conformal anomaly detection (Laxhammar & Falkman 2014) reduced to its most extreme quantile: a number is strange
 * when all of its past lies on one side of it.
 */
export function createDetector(series: string) {
  const ranges: readonly Extremes[] = VIEWS.map((view) => createExtremes(view.share));
  const last = createLast(25);
  const [levels, lows, highs, distances] = [createMean(32), createMean(8), createMean(16), createMean(24)];
  const [median, long] = [createQuantiles(200), createQuantiles(1000)];
  const calendar = createCalendar();
  let row = -1;
  let alerted = Number.NEGATIVE_INFINITY;
  let meanSize = 0;
  let latest = Number.NEGATIVE_INFINITY;

  /** In the order of `VIEWS`; NaN: nothing to see yet. */
  function seen(at: UnixMs, value: number): readonly number[] {
    meanSize += (Math.abs(value) - meanSize) / (row + 1);
    last.add(value);
    const usual = median.quantile(0.5, value);
    const high = value > long.quantile(0.95, value) ? 1 : 0;
    long.add(value);
    median.add(value);
    const distance = calendar(at, value);
    // The level of what grows by shares is that of its logarithm.
    const level = Math.sign(value) * Math.log1p(Math.abs(value) / (meanSize + 1e-9));
    return [
      Math.abs(value - last.ago(8)),
      Math.abs(value - last.ago(24)),
      levels(level),
      highs(high),
      lows(value),
      value - usual,
      distance === undefined ? Number.NaN : distances(distance),
    ];
  }

  return {
    update(at: UnixMs, value: number): Scored {
      if (!Number.isFinite(value)) return { score: 0 };
      row++;
      // A clock that is set back must not look into the future.
      latest = Math.max(latest, at);
      const expected = median.quantile(0.5, value);
      let [excess, most] = [0, 0];
      seen(latest, value).forEach((number, v) => {
        if (Number.isNaN(number)) return;
        const { side, margin } = VIEWS[v] as View;
        const range = ranges[v] as Extremes;
        const beyond = range.beyond(number, side) / margin;
        if (beyond > excess && range.count > WARM_UP_ROWS) [excess, most] = [beyond, v];
      });
      if (excess < 1 || row - alerted <= REST_ROWS) return { score: Math.min(0.49, 0.49 * excess) };
      alerted = row;
      const score = ALERT + (1 - ALERT) * (1 - 1 / excess);
      const { name, expects } = VIEWS[most] as View;
      const because = `Expected were ${expects}; this is ${excess.toFixed(1)} times what is tolerated beyond that.`;
      return { score, anomaly: { series, at, value, expected, score, because }, view: name };
    },
  };
}
