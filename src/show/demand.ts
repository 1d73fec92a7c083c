import type { Ahead, DemandLine, DemandReport, UnixMs } from '../domain/index.ts';
import { type ClockOptions, createClock } from './clock.ts';
import { type Demand, type DemandChart, type MeasuredPoint, volumeOf } from './demandChart.ts';
import { headlineOf, lineWords } from './demandWords.ts';
import { isCounted, measureWords } from './quantityWords.ts';
import { english, type Translate } from './translate.ts';

export const AHEADS: readonly Ahead[] = ['hour', 'day', 'week'];

/** As many horizons of the past are drawn, so that what is to come has a third of the chart. */
const PAST_HORIZONS = 2;

/** The demand of a workspace as plain rows. */
export interface DemandView extends ClockOptions {
  readonly at: UnixMs;
  readonly ahead: Ahead;
  readonly headline: string;
  readonly charts: readonly DemandChart[];
  readonly silent: DemandReport['silent'];
}

export interface DemandOptions extends ClockOptions {
  /** Whether a developer can say how much to expect. */
  readonly editable: boolean;
}

export function demandView(report: DemandReport, { editable, ...clock }: DemandOptions, t: Translate = english): DemandView {
  const reads = createClock(clock);
  const charts = report.lines.map((line) => {
    const chart = chartOf(line, report);
    return {
      ...chart,
      measure: measureWords(chart.quantity, chart.subject.kind, chart.stepMs, t),
      says: lineWords(chart, report.at, report.ahead, reads, t),
      ...(editable && line.subject.kind === 'persona' && isCounted(chart.quantity)
        ? { expectation: { windowMs: chart.until - chart.turn, volume: Math.round(volumeOf(chart.forecast)) } }
        : {}),
    };
  });
  return {
    ...clock,
    at: report.at,
    ahead: report.ahead,
    headline: headlineOf(charts, report.at, report.ahead, reads, t),
    charts,
    silent: report.silent,
  };
}

function chartOf(line: DemandLine, { events }: DemandReport): Demand {
  const { subject, history, forecast, capacity } = line;
  const { startAt: turn, stepMs, level, model } = forecast;
  const until = turn + forecast.point.length * stepMs;
  const from = Math.max(history.startAt, turn - PAST_HORIZONS * (until - turn));
  const points = Array.from(forecast.point, (value, i) => ({
    at: turn + i * stepMs,
    value,
    lower: forecast.lower[i] ?? value,
    upper: forecast.upper[i] ?? value,
  }));
  return {
    key: `${subject.kind}:${subject.id}:${history.id}`,
    subject,
    quantity: history.quantity,
    stepMs,
    from,
    turn,
    until,
    history: measured(history, from),
    forecast: points,
    anomalies: line.anomalies.filter(({ at }) => at >= from).map(({ at, value, expected, because }) => ({ at, value, expected, because })),
    events: events.filter((event) => event.from < until && event.until > from),
    ...(capacity === undefined ? {} : { capacity }),
    level,
    model,
  };
}

/** What was not measured has no value, since not a number does not get through to a web view. */
function measured({ startAt, stepMs, values }: DemandLine['history'], from: UnixMs): readonly MeasuredPoint[] {
  return Array.from(values, (value, i) => ({ at: startAt + i * stepMs, ...(Number.isNaN(value) ? {} : { value }) })).filter(
    ({ at }) => at >= from,
  );
}
