import { type FeedSettings, needsSecret, secretNameOf } from '../../../app/feeds/feedSettings.ts';
import type { Secrets } from '../../../app/ports.ts';
import { failed, ok, type Result } from '../../../domain/index.ts';
import type { FeedWorld } from './world.ts';

/** Kept by the editor, under the feed's name and the address that it is for. */
export function keptSecrets(secrets: Pick<Secrets, 'get'>): FeedWorld['secret'] {
  return async (feed): Promise<Result<string>> => {
    const kept = await secrets.get(secretNameOf(feed));
    if (!kept.ok) return kept;
    return kept.value ? ok(kept.value) : none(feed, 'Set it by “Prewarm: Set Feed Secret…”');
  };
}

/** Of the command line: `PREWARM_FEED_SHOP_METRICS` for a feed `shop-metrics`. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>): FeedWorld['secret'] {
  return async (feed) => {
    const variable = variableOf(feed);
    const value = environment[variable];
    return value ? ok(value) : none(feed, `Set ${variable} in the environment`);
  };
}

export const variableOf = ({ name }: FeedSettings): string => `PREWARM_FEED_${name.toUpperCase().replaceAll('-', '_')}`;

const none = (feed: FeedSettings, advice: string): Result<never> =>
  failed('not-found', 'never', `${feed.name}: ${needsSecret(feed) ? 'it needs a secret, and has none' : 'it has no secret'}. ${advice}.`);
