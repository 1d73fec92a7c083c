import { type Fault, failed, ok, type PlannedEvent, type Result, type Series, type UnixMs } from '../../domain/index.ts';
import type { AskedResource } from '../demand/outlooks.ts';
import type { WatchedSeries } from '../demand/watch.ts';
import type { AskFeed, FeedAnswer, FeedCache, FeedData, FeedState } from './feed.ts';
import { type FeedSettings, type FeedType, needsSecret, secretNameOf } from './feedSettings.ts';
import { windowOf, withAnswer } from './lastGood.ts';

export interface FeedsPorts {
  readonly now: () => UnixMs;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Calls back once; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly ask: AskFeed;
  /** Whether anything may be asked now: not in Restricted Mode, and not in the mode `off`. */
  readonly allowed: () => boolean;
  readonly tell: (fault: Fault) => void;
  readonly changed: () => void;
  /** Undefined: the last good answers are kept as long as the app is open. */
  readonly cache?: FeedCache;
}

interface Feed {
  readonly settings: FeedSettings;
  readonly key: string;
  data?: FeedData;
  answeredAt?: UnixMs;
  fault?: Fault;
  problems: readonly string[];
  failures: number;
  nextAt: UnixMs | undefined;
  cancelTimer?: (() => void) | undefined;
  asking?: { readonly controller: AbortController; readonly answer: Promise<Result<FeedData>> } | undefined;
}

const MINUTE_MS = 60_000;
const EVERY_MINUTES: Readonly<Record<FeedType, number>> = {
  prometheus: 1,
  docker: 0.5,
  'access-log': 5,
  calendar: 60,
  csv: 15,
  json: 15,
  // Adobe asks not to be asked more often than every half hour; Google’s tokens of an hour are few.
  'google-analytics': 60,
  'adobe-analytics': 60,
};
/** So that a window that opens asks its sources one after another. */
const FIRST_WITHIN_MS = 5_000;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * MINUTE_MS;
const LONGEST_RETRY_AFTER_MS = 24 * 60 * MINUTE_MS;

/**
 * Sources of demand, each asked at its own pace. What fails is asked again ever later (30 s, doubled up to an hour, or its own pace where that
 * is slower; not before the source says so), and its last good answer stays. Of one fault is told once, until the source has answered.
 */
export function createFeeds(ports: FeedsPorts) {
  const { now, random, after, ask, allowed, tell, changed, cache } = ports;
  let feeds: readonly Feed[] = [];
  let disposed = false;

  async function apply(settings: readonly FeedSettings[]): Promise<void> {
    const kept = new Map(feeds.map((feed) => [feed.key, feed]));
    const next = settings.map((one): Feed => {
      const key = JSON.stringify(one);
      return kept.get(key) ?? { settings: one, key, problems: [], failures: 0, nextAt: undefined };
    });
    for (const gone of feeds.filter((feed) => !next.includes(feed))) {
      rest(gone);
      if (!settings.some(({ name }) => name === gone.settings.name)) cache?.forget(gone.settings.name);
    }
    const made = next.filter((feed) => !feeds.includes(feed));
    feeds = next;
    changed();
    await Promise.all(made.map(recall));
    look();
  }

  async function recall(feed: Feed): Promise<void> {
    const answer = await cache?.load(feed.settings.name);
    if (answer?.settings !== feed.key || feed.data) return;
    feed.data = { series: answer.series, events: answer.events };
    feed.answeredAt = answer.answeredAt;
    feed.nextAt = Math.max(now(), Math.min(answer.answeredAt, now()) + paceOf(feed));
    changed();
  }

  /** Sets each timer by what is allowed now; doing it again changes nothing. */
  function look(): void {
    const may = allowed() && !disposed;
    for (const feed of feeds) {
      if (!may) rest(feed);
      else if (!feed.cancelTimer && !feed.asking) {
        feed.nextAt ??= now() + random() * FIRST_WITHIN_MS;
        feed.cancelTimer = after(Math.max(0, feed.nextAt - now()), () => {
          feed.cancelTimer = undefined;
          void begin(feed);
        });
      }
    }
  }

  function rest(feed: Feed): void {
    feed.cancelTimer?.();
    feed.cancelTimer = undefined;
    feed.asking?.controller.abort();
  }

  function begin(feed: Feed): Promise<Result<FeedData>> {
    if (feed.asking) return feed.asking.answer;
    if (!allowed() || disposed) return Promise.resolve(notAllowed(feed));
    feed.cancelTimer?.();
    feed.cancelTimer = undefined;
    const controller = new AbortController();
    const answer = answered(feed, controller.signal);
    feed.asking = { controller, answer };
    changed();
    return answer;
  }

  async function answered(feed: Feed, signal: AbortSignal): Promise<Result<FeedData>> {
    // Not before `asking` stands.
    await Promise.resolve();
    const answer = await ask(feed.settings, windowOf(feed.settings, feed.data, now()), signal).catch((error: unknown) =>
      unforeseen(feed, error),
    );
    feed.asking = undefined;
    const result = signal.aborted ? cancelled(feed) : answer.ok ? good(feed, answer.value) : bad(feed, answer);
    if (feeds.includes(feed)) look();
    changed();
    return result;
  }

  function good(feed: Feed, { problems = [], ...data }: Extract<FeedAnswer, { ok: true }>['value']): Result<FeedData> {
    feed.data = withAnswer(feed.data, data);
    feed.answeredAt = now();
    feed.problems = problems;
    feed.failures = 0;
    delete feed.fault;
    feed.nextAt = now() + paceOf(feed);
    cache?.save(feed.settings.name, { ...feed.data, answeredAt: feed.answeredAt, settings: feed.key });
    return ok(feed.data);
  }

  function bad(feed: Feed, { fault, retryAfterMs = 0 }: Extract<FeedAnswer, { ok: false }>): Result<FeedData> {
    // The same trouble in other words is no news.
    if (feed.fault?.code !== fault.code || feed.fault.retry !== fault.retry) tell(fault);
    feed.fault = fault;
    feed.failures++;
    feed.nextAt = now() + Math.max(waitOf(feed, fault), Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
    return { ok: false, fault };
  }

  /** A tenth more or less, so that windows do not ask at the same moment. */
  const paceOf = ({ settings }: Feed): number =>
    (settings.everyMinutes ?? EVERY_MINUTES[settings.type]) * MINUTE_MS * (0.95 + random() / 10);

  function waitOf(feed: Feed, { retry }: Fault): number {
    // What a person must mend is looked at again now and then: it may be mended at the other end.
    const wait = retry === 'never' ? LONGEST_WAIT_MS : Math.min(FIRST_WAIT_MS * 2 ** (feed.failures - 1), LONGEST_WAIT_MS);
    return Math.max(wait * (0.75 + random() / 4), retry === 'never' || feed.failures > 3 ? paceOf(feed) : 0);
  }

  return {
    /** In place of those before; what stays the same goes on. Resolves when what was kept of them is there. */
    apply,
    /** Mode or trust may have changed. */
    look,
    /** Asks now, whatever the pace. */
    async fetchNow(name: string, signal?: AbortSignal): Promise<Result<FeedData>> {
      const feed = feeds.find(({ settings }) => settings.name === name);
      if (!feed) return failed('not-found', 'never', `There is no feed “${name}”. The setting prewarm.feeds has ${namesOf(feeds)}.`);
      const answer = begin(feed);
      const stop = (): void => feed.asking?.controller.abort();
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      return answer.finally(() => signal?.removeEventListener('abort', stop));
    },
    state: (): readonly FeedState[] => feeds.map(stateOf),
    /** What is said to ask for a resource. */
    asked: (): readonly AskedResource[] =>
      feeds.flatMap(({ settings: { name, resource, seasonMinutes }, data }) =>
        resource === undefined
          ? []
          : (data?.series ?? []).map((series) => ({ resource, name, series, ...seasonsIn(series, seasonMinutes) })),
      ),
    /** Each series with when it was told. */
    watched: (): readonly WatchedSeries[] =>
      feeds.flatMap(({ settings: { name, resource }, data, answeredAt: toldAt }) =>
        toldAt === undefined
          ? []
          : (data?.series ?? []).map((series) => ({ series, toldAt, name, ...(resource === undefined ? {} : { resource }) })),
      ),
    series: (): readonly Series[] => feeds.flatMap(({ data }) => data?.series ?? []),
    events: (): readonly PlannedEvent[] => feeds.flatMap(({ data }) => data?.events ?? []),
    async dispose(): Promise<void> {
      disposed = true;
      const open = feeds.flatMap(({ asking }) => asking?.answer ?? []);
      feeds.forEach(rest);
      await Promise.all(open);
      await cache?.flush();
    },
  };
}

/** In steps; what is no whole number of steps is rounded, and less than two are none. */
function seasonsIn({ stepMs }: Series, seasonMinutes: number | undefined): { readonly seasons?: readonly number[] } {
  const steps = seasonMinutes === undefined ? 0 : Math.round((seasonMinutes * MINUTE_MS) / stepMs);
  return steps >= 2 ? { seasons: [steps] } : {};
}

export type Feeds = ReturnType<typeof createFeeds>;

const namesOf = (feeds: readonly Feed[]): string => (feeds.length === 0 ? 'none' : feeds.map(({ settings }) => settings.name).join(', '));

const stateOf = ({ settings, asking, data, answeredAt, fault, nextAt, problems }: Feed): FeedState => ({
  name: settings.name,
  type: settings.type,
  asking: asking !== undefined,
  series: data?.series.length ?? 0,
  events: data?.events.length ?? 0,
  problems,
  ...(needsSecret(settings) ? { secretName: secretNameOf(settings) } : {}),
  ...(answeredAt === undefined ? {} : { answeredAt }),
  ...(fault === undefined ? {} : { fault }),
  ...(nextAt === undefined ? {} : { nextAt }),
});

const cancelled = ({ settings }: Feed): Result<never> => failed('cancelled', 'never', `${settings.name}: asking it was cancelled.`);
const notAllowed = ({ settings }: Feed): Result<never> =>
  failed(
    'not-trusted',
    'never',
    `${settings.name} is not asked in Restricted Mode, nor in the mode “off”. Trust the workspace, or choose another mode.`,
  );

/** A bug of one adapter must not end the others. */
function unforeseen({ settings }: Feed, error: unknown): FeedAnswer {
  const name = error instanceof Error ? error.name : 'error';
  return failed('fetch-failed', 'later', `${settings.name}: reading its answer failed (${name}). Please report this.`);
}
