import type { AskFeed, FeedCache } from '../../../app/feeds/feed.ts';
import type { FeedSettings } from '../../../app/feeds/feedSettings.ts';
import type { EngineWish } from '../../../provision/engine/choose.ts';
import { createEngineLink } from '../../../provision/engine/link.ts';
import { feedsIn } from '../kept.ts';
import { createAskFeed } from './askFeed.ts';
import { dockerStatistics } from './dockerStats.ts';
import { openLastGood } from './lastGoodFiles.ts';
import { LIMITS } from './request.ts';
import { createTokens } from './tokens.ts';
import type { FeedWorld } from './world.ts';

export interface FeedPortsOptions {
  /** The workspace's. */
  readonly folder: string;
  /** Of our own, for this workspace. */
  readonly storage: string;
  readonly secret: FeedWorld['secret'];
  readonly engine?: EngineWish | undefined;
  readonly log: (line: string) => void;
}

/** Node's `fetch`, its files and clock, for the feeds of a workspace. */
export function createFeedPorts({ folder, storage, secret, engine, log }: FeedPortsOptions): {
  readonly ask: AskFeed;
  readonly cache: FeedCache;
} {
  const reach = { fetch: (url: string, init: RequestInit) => fetch(url, init), now: Date.now };
  const world: FeedWorld = {
    ...reach,
    folder,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    secret: (feed: FeedSettings) => secret(feed),
    tokens: createTokens(reach),
    dockerStats: dockerStatistics(createEngineLink(engine)),
    limits: LIMITS,
  };
  return { ask: createAskFeed(world), cache: openLastGood(feedsIn(storage), log) };
}
