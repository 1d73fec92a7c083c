import type { Fault, PlannedEvent, Result, Series } from '../../domain/index.ts';
import type { MetricPoint } from '../../sense/feeds/otlp/metricPoint.ts';
import { createMetricSeries } from '../../sense/feeds/otlp/metricSeries.ts';
import type { FeedData, FeedState } from './feed.ts';
import { readFeedSettings } from './feedSettings.ts';
import { createFeeds, type FeedsPorts } from './feeds.ts';

/** Demand as sources outside tell it, and programs of the developer. */
export interface AppFeeds {
  list(): readonly FeedState[];
  series(): readonly Series[];
  events(): readonly PlannedEvent[];
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
    look: () => feeds?.look(),
    dispose: async () => feeds?.dispose(),
  };
}

const NO_FEEDS: Fault = { code: 'unsupported', retry: 'never', message: 'This Prewarm asks no feeds: it is a guest in this workspace.' };
