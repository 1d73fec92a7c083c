import type {
  Ahead,
  DemandLine,
  DemandReport,
  DemandSubject,
  EngagementPattern,
  PlannedEvent,
  Series,
  SeriesForecast,
} from '../../domain/index.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import type { PersonaEdit } from '../personaEdits.ts';
import type { Learner, Memory, Ports } from '../ports.ts';
import type { DemandHistory, DemandSeries } from './demandSeries.ts';

const MINUTE_MS = 60_000;
/** Steps of each look ahead, their number, and the past that is shown with it. */
const AHEAD = {
  hour: { stepMs: 5 * MINUTE_MS, horizon: 12, shown: 12 * 12 },
  day: { stepMs: 60 * MINUTE_MS, horizon: 24, shown: 7 * 24 },
  week: { stepMs: 60 * MINUTE_MS, horizon: 7 * 24, shown: 4 * 7 * 24 },
} as const satisfies Record<Ahead, { stepMs: number; horizon: number; shown: number }>;
/** The busiest; more would only be scrolled past. */
const MOST_LINES = 24;

export interface DemandPorts extends Pick<Ports, 'now' | 'workspace'> {
  readonly forecasts: Ports['forecasts'];
  readonly learner: Pick<Learner, 'demand'>;
  readonly memory: () => Memory;
  readonly expect: AppDemand['expect'];
  readonly resources: () => readonly { readonly id: string; readonly name: string }[];
  /** As the learner reads it. */
  readonly history: () => Promise<Parameters<NonNullable<Learner['demand']>>[0]>;
  /** Known beforehand, from feeds. */
  readonly events?: () => readonly PlannedEvent[];
  /** From feeds, too: measured outside. */
  readonly measured?: (stepMs: number) => readonly DemandSeries[];
}

/** How much, of each persona, resource and feed. */
export interface AppDemand {
  /**
   * Looks ahead. What has too little history is named among the silent. Cancelled, it is `cancelled`; where this app has no one who
   * forecasts, `unsupported`.
   */
  foresee(ahead: Ahead, signal?: AbortSignal): Promise<Result<DemandReport>>;
  /** What a developer expects of a persona from now on: a pattern of the same name is replaced, and forecasts of that window follow it. */
  expect(persona: string, pattern: EngagementPattern): Promise<Result<PersonaEdit>>;
}

export function createDemand(ports: DemandPorts): AppDemand {
  const { forecasts, learner, memory, now, workspace } = ports;

  async function foresee(ahead: Ahead, signal?: AbortSignal): Promise<Result<DemandReport>> {
    if (!forecasts || !learner.demand) return failed('unsupported', 'never', 'Demand is not foreseen here.');
    const { stepMs, horizon, shown } = AHEAD[ahead];
    const at = now();
    const asked = { workspace: workspace.id, model: memory().model, resources: ports.resources(), stepMs, now: at };
    const counted = await learner.demand(await ports.history(), asked, signal ? { signal } : {});
    if (!counted.ok) return counted;
    const events = ports.events?.() ?? [];
    const { lines, silent } = await looked(counted.value, stepMs, horizon, shown, events, signal);
    if (signal?.aborted) return failed('cancelled', 'now', 'The look ahead was stopped.');
    const from = Math.min(at, ...lines.map((l) => l.history.startAt));
    const until = at + horizon * stepMs;
    const touching = events.filter((e) => e.until > from && e.from < until);
    return ok({ at, ahead, lines, events: touching, silent: [...silent, ...counted.value.silent] });
  }

  async function looked(
    { series }: DemandHistory,
    stepMs: number,
    horizon: number,
    shown: number,
    events: readonly PlannedEvent[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly lines: readonly DemandLine[]; readonly silent: DemandReport['silent'] }> {
    const lines: DemandLine[] = [];
    const silent: DemandReport['silent'][number][] = [];
    const all = [...(ports.measured?.(stepMs) ?? []), ...series].slice(0, MOST_LINES);
    await Promise.all(
      all.map(async ({ subject, series: past }) => {
        if (signal?.aborted) return;
        const zone = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
        const { foreseen, anomalies } = await (forecasts as NonNullable<typeof forecasts>).forecast({
          series: past,
          horizon,
          events,
          anomalies: true,
          ...zone,
        });
        if (!foreseen)
          return void silent.push({ subject, because: 'Its history is too short for such a look ahead, or has too many gaps.' });
        const history = lastOf(past, shown);
        lines.push({
          subject,
          history,
          forecast: asExpected(foreseen.forecast, subject, memory().model),
          anomalies: anomalies.filter((a) => a.at >= history.startAt),
        });
      }),
    );
    // They were answered in any order.
    const place = new Map(all.map(({ subject }, i) => [subject, i]));
    return { lines: lines.sort((a, b) => (place.get(a.subject) ?? 0) - (place.get(b.subject) ?? 0)), silent };
  }

  return { foresee, expect: ports.expect };
}

/** What people expect of a persona in this very window holds over what history says: the shape stays, the volume is theirs. */
function asExpected(forecast: SeriesForecast, { kind, id }: DemandSubject, model: PersonaModel | undefined): SeriesForecast {
  const windowMs = forecast.point.length * forecast.stepMs;
  const said = kind === 'persona' ? model?.components.find((c) => c.id === id)?.said : undefined;
  const pattern = said?.patterns.find((p) => p.interactionType === 'session' && p.windowMs === windowMs);
  const foreseen = forecast.point.reduce((sum, v) => sum + v, 0);
  if (!pattern || foreseen <= 0) return forecast;
  const scaled = (values: Float64Array): Float64Array => values.map((v) => (v * pattern.expectedVolume) / foreseen);
  const { point, lower, upper, model: by } = forecast;
  return {
    ...forecast,
    point: scaled(point),
    lower: scaled(lower),
    upper: scaled(upper),
    model: `as expected by you, in the shape of ${by}`,
  };
}

function lastOf(series: Series, steps: number): Series {
  const from = Math.max(0, series.values.length - steps);
  return { ...series, startAt: series.startAt + from * series.stepMs, values: series.values.slice(from) };
}
