import type { PlannedEvent, ResourceId, Series, SeriesForecast, UnixMs } from '../../domain/index.ts';
import { type Outlook, outlookOf } from '../../predict/demand/outlook.ts';
import { endOf } from '../../sense/feeds/evenSteps.ts';
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

/** A forecast, and what it was made of. */
interface Kept {
  readonly of: { readonly events: readonly PlannedEvent[]; readonly horizonMs: number; readonly endAt: UnixMs };
  readonly forecast: SeriesForecast | undefined;
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
  const kept = new Map<string, Kept>();
  const underWay = new Set<string>();

  async function foresee(one: AskedResource, of: Kept['of']): Promise<void> {
    const { series, seasons } = one;
    underWay.add(series.id);
    const horizon = Math.min(MOST_STEPS, Math.ceil((REACH * of.horizonMs) / series.stepMs));
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const made = await forecasts?.forecast({ series, horizon, events: of.events, timeZone, ...(seasons ? { seasons } : {}) });
      kept.set(series.id, { of, forecast: made?.foreseen?.forecast });
      foreseen();
    } catch (error) {
      kept.set(series.id, { of, forecast: undefined });
      log(`${one.name} could not be foreseen: ${(error as Error).message}`);
    } finally {
      underWay.delete(series.id);
    }
  }

  return {
    /** Sees to it that forecasts are there; returns at once. */
    look(): void {
      if (!forecasts) return;
      const all = asked();
      if (all.length === 0) return;
      const known = { events: events(), horizonMs: ports.horizonMs() };
      for (const one of all) {
        const of = { ...known, endAt: endOf(one.series) };
        if (!underWay.has(one.series.id) && isOld(kept.get(one.series.id)?.of, of)) void foresee(one, of);
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

/** Some new values change little, and foreseeing takes a processor: half a horizon of them is waited for. Events count at once. */
const isOld = (before: Kept['of'] | undefined, now: Kept['of']): boolean =>
  before === undefined ||
  before.horizonMs !== now.horizonMs ||
  now.endAt < before.endAt ||
  now.endAt - before.endAt >= now.horizonMs / 2 ||
  before.events.length !== now.events.length ||
  before.events.some((event, i) => event !== now.events[i]);

const amount = (volume: number): string =>
  volume >= 9.5 ? `about ${Math.round(volume)} interactions` : `${volume.toFixed(1)} interactions`;
