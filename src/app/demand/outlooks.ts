import type { PlannedEvent, ResourceId, Series, SeriesForecast, UnixMs } from '../../domain/index.ts';
import { type Outlook, outlookOf } from '../../predict/demand/outlook.ts';
import type { Forecasts } from './forecasts.ts';

/** A series from outside that says how much a resource is asked for. */
export interface AskedResource {
  readonly resource: ResourceId;
  /** The feed’s, for the reason. */
  readonly name: string;
  readonly series: Series;
  /** In steps, where the developer said how long a season is. */
  readonly seasons?: readonly number[];
}

export interface OutlookPorts {
  readonly forecasts: Forecasts | undefined;
  readonly asked: () => readonly AskedResource[];
  readonly events: () => readonly PlannedEvent[];
  readonly horizonMs: () => number;
  /** A forecast has come: it is time to look again. */
  readonly foreseen: () => void;
  readonly log: (line: string) => void;
}

/** What is foreseen reaches so many horizons, so that it need not be made anew at each look. */
const REACH = 3;
/** Steps foreseen at most; of finer series a part of the horizon is enough. */
const MOST_STEPS = 500;

/**
 * Forecasts of what feeds measure, kept at hand for the loop, which does not wait for them: a look asks for what is missing or old, and
 * comes again when it is there.
 */
export function createOutlooks(ports: OutlookPorts) {
  const { forecasts, asked, events, foreseen, log } = ports;
  const kept = new Map<string, { readonly of: string; readonly forecast: SeriesForecast | undefined }>();
  const underWay = new Set<string>();

  /** Of the same values and events the same is foreseen. */
  const stateOf = ({ series }: AskedResource): string =>
    JSON.stringify([series.startAt, series.values.length, series.values.at(-1), events(), ports.horizonMs()]);

  async function foresee(one: AskedResource, state: string): Promise<void> {
    const { series, seasons } = one;
    underWay.add(series.id);
    const horizon = Math.min(MOST_STEPS, Math.ceil((REACH * ports.horizonMs()) / series.stepMs));
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const made = await forecasts?.forecast({ series, horizon, events: events(), timeZone, ...(seasons ? { seasons } : {}) });
      kept.set(series.id, { of: state, forecast: made?.foreseen?.forecast });
      foreseen();
    } catch (error) {
      kept.set(series.id, { of: state, forecast: undefined });
      log(`${one.name} could not be foreseen: ${(error as Error).message}`);
    } finally {
      underWay.delete(series.id);
    }
  }

  return {
    /** Sees to it that forecasts are there; returns at once. */
    look(): void {
      if (!forecasts) return;
      for (const one of asked()) {
        const state = stateOf(one);
        if (kept.get(one.series.id)?.of !== state && !underWay.has(one.series.id)) void foresee(one, state);
      }
    },
    /** The surest of what feeds say of a resource, with the reason. */
    within(resource: ResourceId, at: UnixMs, horizonMs: number): (Outlook & { readonly because: string }) | undefined {
      const said = asked()
        .filter((one) => one.resource === resource)
        .flatMap((one) => {
          const forecast = kept.get(one.series.id)?.forecast;
          const outlook = forecast && outlookOf(forecast, one.series.quantity, at, horizonMs);
          return outlook ? [{ ...outlook, because: `By the feed “${one.name}” ${amount(outlook.volume)} are foreseen in that time.` }] : [];
        });
      return said.sort((a, b) => b.probability - a.probability)[0];
    },
  };
}

export type Outlooks = Pick<ReturnType<typeof createOutlooks>, 'within'>;

/** Several as one: the surest of what they say. */
export const surestOf = (all: readonly Outlooks[]): Outlooks => ({
  within: (...asked) => all.flatMap((one) => one.within(...asked) ?? []).sort((a, b) => b.probability - a.probability)[0],
});

const amount = (volume: number): string =>
  volume >= 9.5 ? `about ${Math.round(volume)} interactions` : `${volume.toFixed(1)} interactions`;
