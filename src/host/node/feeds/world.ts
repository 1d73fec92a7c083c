import type { FeedSettings } from '../../../app/feeds/feedSettings.ts';
import type { Result, UnixMs } from '../../../domain/index.ts';
import type { Fetch, RequestLimits } from './request.ts';
import type { Tokens } from './tokens.ts';

/** What the adapters of feeds need of the world. */
export interface FeedWorld {
  readonly fetch: Fetch;
  readonly now: () => UnixMs;
  /** The workspace's; files outside of it are not read. */
  readonly folder: string;
  /** The IANA zone of this machine. */
  readonly timeZone: string;
  /** Of a feed that needs one; a fault says that there is none, and how to set it. */
  readonly secret: (feed: FeedSettings) => Promise<Result<string>>;
  readonly tokens: Tokens;
  /** What the engine's statistics say of a container (`GET /containers/{id}/stats`). */
  readonly dockerStats: (name: string, container: string, signal: AbortSignal) => Promise<Result<unknown>>;
  readonly limits: RequestLimits;
}
