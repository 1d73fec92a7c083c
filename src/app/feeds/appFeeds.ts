import type { Fault, PlannedEvent, Result, Series } from '../../domain/index.ts';
import { coarsened } from '../../sense/feeds/evenSteps.ts';
import type { MetricPoint } from '../../sense/feeds/otlp/metricPoint.ts';
import { createMetricSeries } from '../../sense/feeds/otlp/metricSeries.ts';
import type { DemandSeries } from '../demand/demandSeries.ts';
import type { FeedData, FeedState } from './feed.ts';
import { readFeedSettings } from './feedSettings.ts';
import { createFeeds, type FeedsPorts } from './feeds.ts';

/** Demand as sources outside tell it, and programs of the developer. */
export interface AppFeeds {
  list(): readonly FeedState[];
  series(): readonly Series[];
  events(): readonly PlannedEvent[];
  /** The series that can be told in such steps, for a look ahead beside what the workspace itself was used for. */
  measured(stepMs: number): readonly DemandSeries[];
  /** Asks one now, whatever its pace. */
  fetchNow(name: string, signal?: AbortSignal): Promise<Result<FeedData>>;
  /** A point of OpenTelemetry that a program exported. False: it was not taken, since there is no room. */
  measure(point: MetricPoint): boolean;
}

export interface AppFeedsPorts extends Omit<FeedsPorts, 'ask'> {
  /** Undefined: nothing outside is asked (a guest, and tests of other things). */
  readonly ask: FeedsPorts['ask'] | undefined;
}

/** The feeds of the setting, and what is heard by itself. */
export function createAppFeeds(ports: AppFeedsPorts) {
  const { ask } = ports;
  const feeds = ask && createFeeds({ ...ports, ask });
  let metrics = createMetricSeries();
  const app: AppFeeds = {
    list: () => feeds?.state() ?? [],
    series: () => [...(feeds?.series() ?? []), ...metrics.series(ports.now())],
    events: () => feeds?.events() ?? [],
    measured: (stepMs) =>
      app
        .series()
        .flatMap((series) => subjectOf(coarsened(series, stepMs)))
        .slice(0, MOST_MEASURED),
    fetchNow: async (name, signal) => (feeds ? feeds.fetchNow(name, signal) : { ok: false, fault: NO_FEEDS }),
    measure: (point) => metrics.hear(point),
  };
  return {
    app,
    /** The setting as it stands; what can't be used of it is told. */
    apply(raw: unknown): void {
      if (!feeds) return;
      const read = readFeedSettings(raw);
      for (const message of read.problems) ports.tell({ code: 'wrong-usage', retry: 'never', message });
      void feeds.apply(read.feeds);
    },
    /** What was kept of all of them is gone, and they are asked anew. */
    startOver(raw: unknown): void {
      metrics = createMetricSeries();
      void feeds?.apply([]);
      this.apply(raw);
    },
    asked: () => feeds?.asked() ?? [],
    watched: () => feeds?.watched() ?? [],
    look: () => feeds?.look(),
    dispose: async () => feeds?.dispose(),
  };
}

/** So that feeds do not crowd out personas and resources where all are shown. */
const MOST_MEASURED = 12;

function subjectOf(series: Series | undefined): readonly DemandSeries[] {
  if (!series?.values.some((value) => !Number.isNaN(value))) return [];
  return [{ subject: { kind: 'feed', id: series.id, name: series.id.replace(/^\w+:/, '') }, series }];
}

const NO_FEEDS: Fault = { code: 'unsupported', retry: 'never', message: 'This Prewarm asks no feeds: it is a guest in this workspace.' };
