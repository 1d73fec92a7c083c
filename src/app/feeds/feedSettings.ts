import { QUANTITIES, type Quantity } from '../../domain/index.ts';
import {
  listOf,
  mapOf,
  numberWithin,
  objectWith,
  oneOf,
  optional,
  type Shape,
  type Shaped,
  shaped,
  text,
  textLike,
  truth,
} from '../../sense/feeds/shape.ts';

/** Where the secret stands in an address that is secret itself, such as that of a private calendar. */
export const SECRET_PLACE = '{secret}';

/** How the secret of a feed goes into the head of its requests; the analytics services say by themselves how. */
export const SECRET_FORMS = ['none', 'bearer', 'basic'] as const;

const url = textLike(/^https?:\/\/[^\s/?#{}]+(?:[/?#]\S*)?$/i, 'an address that begins with http:// or https://');
const file = textLike(/^[^\p{Cc}]{1,1000}$/u, 'the path of a file in the workspace');
const word = textLike(/^.{1,500}$/s, 'a text of 1 to 500 characters');
const minutes = numberWithin(1 / 60, 10_080);
const quantity = oneOf(...(Object.keys(QUANTITIES) as Quantity[]));
const zone = optional(textLike(/^[\w+/-]{1,60}$/, 'a time zone such as Europe/Berlin'));

const common = {
  name: textLike(/^[a-z0-9][a-z0-9-]{0,39}$/, '1 to 40 characters of a–z, 0–9 and -'),
  everyMinutes: optional(numberWithin(0.1, 10_080)),
  resource: optional(textLike(/^[\w-]+:[^\p{Cc}]{1,300}$/u, 'the id of a resource, such as compose:shop/db')),
  seasonMinutes: optional(numberWithin(1 / 60, 527_040)),
};
const remote = { url, secret: optional(oneOf(...SECRET_FORMS)) };
/** One of the two; which, is looked at when both are read. */
const either = { url: optional(url), file: optional(file), secret: optional(oneOf(...SECRET_FORMS)) };
const history = { historyDays: optional(numberWithin(0.01, 400)) };
const columns = {
  time: word,
  value: word,
  by: optional(word),
  quantity,
  scale: optional(numberWithin(-1e12, 1e12)),
  stepMinutes: optional(minutes),
  combine: optional(oneOf('sum', 'mean', 'last')),
  timeZone: zone,
};

const SHAPES = {
  prometheus: objectWith({
    type: oneOf('prometheus'),
    ...common,
    ...remote,
    ...history,
    query: textLike(/^.{1,4000}$/s, 'a query in PromQL'),
    quantity,
    scale: optional(numberWithin(-1e12, 1e12)),
    stepMinutes: optional(minutes),
  }),
  docker: objectWith({
    type: oneOf('docker'),
    ...common,
    container: textLike(/^[a-zA-Z0-9][\w.-]{0,200}$/, 'the name or id of a container'),
    stepMinutes: optional(minutes),
  }),
  'access-log': objectWith({
    type: oneOf('access-log'),
    ...common,
    ...either,
    ...history,
    format: optional(oneOf('access-log', 'nginx-json')),
    stepMinutes: optional(minutes),
  }),
  calendar: objectWith({
    type: oneOf('calendar'),
    ...common,
    ...either,
    timeZone: zone,
    factors: optional(mapOf(numberWithin(0, 1e6))),
  }),
  csv: objectWith({ type: oneOf('csv'), ...common, ...either, ...columns }),
  json: objectWith({
    type: oneOf('json'),
    ...common,
    ...either,
    ...columns,
    rows: optional(textLike(/^.{0,500}$/s, 'names separated by dots')),
  }),
  'google-analytics': objectWith({
    type: oneOf('google-analytics'),
    ...common,
    ...history,
    url: optional(url),
    property: textLike(/^\d{1,20}$/, 'the property’s id, of digits'),
    metrics: listOf(textLike(/^[\w:]{1,100}$/, 'a metric such as eventCount')),
    byEvent: optional(truth),
  }),
  'adobe-analytics': objectWith({
    type: oneOf('adobe-analytics'),
    ...common,
    ...history,
    url: optional(url),
    company: textLike(/^[\w.-]{1,100}$/, 'the company’s id'),
    suite: textLike(/^[\w.-]{1,100}$/, 'the report suite’s id'),
    clientId: textLike(/^[\w.-]{1,100}$/, 'the client id (API key) of the project'),
    metrics: listOf(textLike(/^[\w/.:-]{1,200}$/, 'a metric such as metrics/occurrences')),
    timeZone: textLike(/^[\w+/-]{1,60}$/, 'the report suite’s time zone, such as Europe/Berlin'),
  }),
} as const;

export type FeedType = keyof typeof SHAPES;
export type FeedSettingsOf<T extends FeedType> = Shaped<(typeof SHAPES)[T]>;
export type FeedSettings = { [T in FeedType]: FeedSettingsOf<T> }[FeedType];
export const FEED_TYPES = Object.keys(SHAPES) as readonly FeedType[];

const MOST_FEEDS = 50;

export interface ReadFeeds {
  readonly feeds: readonly FeedSettings[];
  /** One sentence for each entry that can't be used; the others can. */
  readonly problems: readonly string[];
}

/** The list of the setting `prewarm.feeds`, entry by entry. */
export function readFeedSettings(raw: unknown): ReadFeeds {
  if (raw === undefined || raw === null) return { feeds: [], problems: [] };
  if (!Array.isArray(raw)) return { feeds: [], problems: ['prewarm.feeds should be a list of feeds.'] };
  const feeds: FeedSettings[] = [];
  const problems: string[] = raw.length > MOST_FEEDS ? [`prewarm.feeds has ${raw.length} feeds; the first ${MOST_FEEDS} are taken.`] : [];
  raw.slice(0, MOST_FEEDS).forEach((one: unknown, i) => {
    const read = readFeed(one);
    const label = labelOf(one, i);
    if ('problem' in read) problems.push(`prewarm.feeds: ${label}: ${read.problem}.`);
    else if (feeds.some((feed) => feed.name === read.value.name)) problems.push(`prewarm.feeds: ${label}: there is another of this name.`);
    else feeds.push(read.value);
  });
  return { feeds, problems };
}

function readFeed(raw: unknown): { readonly value: FeedSettings } | { readonly problem: string } {
  const head = shaped(objectWith({ type: oneOf(...FEED_TYPES) }), raw);
  if ('problem' in head) return head;
  const read = shaped(SHAPES[head.value.type] as Shape<FeedSettings>, raw);
  if ('problem' in read) return read;
  const feed = read.value;
  if ('file' in feed && (feed.file === undefined) === (feed.url === undefined)) return { problem: 'it should have either “url” or “file”' };
  if ('metrics' in feed && (feed.metrics.length === 0 || feed.metrics.length > 10)) return { problem: '“metrics” should name 1 to 10' };
  const address = 'url' in feed ? feed.url : undefined;
  if (address !== undefined && /^https?:\/\/[^/?#]*@/i.test(address))
    return {
      problem: '“url” holds a user or password. Leave it out, set “secret”, and set the secret itself by “Prewarm: Set Feed Secret…”',
    };
  return read;
}

function labelOf(raw: unknown, i: number): string {
  const named = shaped(objectWith({ name: text }), raw);
  return 'value' in named && /^[\w -]{1,60}$/.test(named.value.name) ? `feed “${named.value.name}”` : `feed ${i + 1}`;
}

/** Where services of one place are, unless the settings say otherwise. */
const SERVICES: Partial<Readonly<Record<FeedType, string>>> = {
  'google-analytics': 'https://analyticsdata.googleapis.com',
  'adobe-analytics': 'https://analytics.adobe.io',
};

/** Where a feed is asked; undefined where that is a file or an engine. */
export const addressOf = (feed: FeedSettings): string | undefined => ('url' in feed ? feed.url : undefined) ?? SERVICES[feed.type];

/** Whether it is asked with a secret. */
export const needsSecret = (feed: FeedSettings): boolean =>
  feed.type === 'google-analytics' ||
  feed.type === 'adobe-analytics' ||
  ('secret' in feed && feed.secret !== undefined && feed.secret !== 'none') ||
  (addressOf(feed)?.includes(SECRET_PLACE) ?? false);

/** Under what a feed's secret is kept. The address is part of it, so that changed settings never send it elsewhere. */
export function secretNameOf(feed: FeedSettings): string {
  const address = addressOf(feed);
  return `feed ${address === undefined || !URL.canParse(address) ? '' : new URL(address).origin} ${feed.name}`;
}
