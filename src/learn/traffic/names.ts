import { mean, quantile, type TrafficProfile } from '../../domain/index.ts';
import type { Feature } from './features.ts';

const PLURALS: Readonly<Record<string, string>> = {
  content_view: 'content views',
  api_call: 'API calls',
  search: 'searches',
  transaction: 'transactions',
  login: 'logins',
  upload: 'uploads',
  download: 'downloads',
  query: 'queries',
  message: 'messages',
};

/** In standard deviations from the usual: what is farther off has a word. */
const NOTABLE = 1;
const MOSTLY_FAILING = 0.5;
const OFTEN_FAILING = 0.1;

/** How far a cluster's middle lies from what is usual, per feature that tells anything. */
export type Centre = Readonly<Partial<Record<Feature, number>>>;

/** In words, by what sets it apart: “frequent large downloads”, “failing content views”. */
export function nameOf(centre: Centre, profile: Pick<TrafficProfile, 'interactionType' | 'errorRate' | 'requestSizeBytes'>): string {
  const failing = mean(profile.errorRate ?? []) ?? 0;
  const empty = quantile(profile.requestSizeBytes ?? [], 0.5) === 0;
  const words = [
    failing >= MOSTLY_FAILING ? 'failing' : failing >= OFTEN_FAILING ? 'often failing' : '',
    told(centre.rate, 'frequent', 'rare'),
    told(centre.latency, 'slow', 'quick'),
    empty ? 'empty' : told(centre.size, 'large', 'small'),
  ].filter((word) => word !== '');
  return [...(words.length > 0 ? words : ['ordinary']), PLURALS[profile.interactionType] ?? profile.interactionType].join(' ');
}

const told = (deviations: number | undefined, above: string, below: string): string =>
  deviations === undefined || Math.abs(deviations) < NOTABLE ? '' : deviations > 0 ? above : below;

/** The second of a name is told by its number: “ordinary content views (2)”. */
export function distinct(names: readonly string[]): readonly string[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}
