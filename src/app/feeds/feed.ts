import type { Fault, PlannedEvent, Series, UnixMs } from '../../domain/index.ts';
import type { FeedSettings, FeedType } from './feedSettings.ts';

/** What a feed told. */
export interface FeedData {
  readonly series: readonly Series[];
  readonly events: readonly PlannedEvent[];
}

export type FeedAnswer =
  | { readonly ok: true; readonly value: FeedData & { readonly problems?: readonly string[] } }
  /** `retryAfterMs`: the source said when to come again. */
  | { readonly ok: false; readonly fault: Fault; readonly retryAfterMs?: number };

/** Of what a feed is asked. */
export interface FeedWindow {
  readonly since: UnixMs;
  readonly until: UnixMs;
}

/** Asks a source; never rejects for a reason of the world. Aborted, it is `cancelled`. */
export type AskFeed = (feed: FeedSettings, window: FeedWindow, signal: AbortSignal) => Promise<FeedAnswer>;

/** A feed as people see it. */
export interface FeedState {
  readonly name: string;
  readonly type: FeedType;
  readonly asking: boolean;
  /** When it last told something, and how much is kept of it. */
  readonly answeredAt?: UnixMs;
  readonly series: number;
  readonly events: number;
  /** Why it told nothing the last time. */
  readonly fault?: Fault;
  /** When it is asked next; undefined: not by itself. */
  readonly nextAt?: UnixMs;
  /** Under what its secret is kept; undefined: it needs none. */
  readonly secretName?: string;
  /** What was left out of the last answer. */
  readonly problems: readonly string[];
}

/** The last good answer, as it is kept between sessions. */
export interface KeptAnswer extends FeedData {
  readonly answeredAt: UnixMs;
  /** Of the settings that it was asked by; others' answers are not theirs. */
  readonly settings: string;
}

/** Keeps the last good answer of each feed, by its name. What can't be read is none. */
export interface FeedCache {
  load(name: string): Promise<KeptAnswer | undefined>;
  save(name: string, answer: KeptAnswer): void;
  forget(name: string): void;
  /** All that was saved is written. */
  flush(): Promise<void>;
}
