import type { FeedAnswer, FeedWindow } from '../../../app/feeds/feed.ts';
import { addressOf, type FeedSettingsOf } from '../../../app/feeds/feedSettings.ts';
import { type Fault, failed, type Result, type Series } from '../../../domain/index.ts';
import * as adobe from '../../../sense/feeds/adobeAnalytics.ts';
import * as google from '../../../sense/feeds/googleAnalytics.ts';
import { jsonOf } from './content.ts';
import { refusalOf } from './refusal.ts';
import { type FeedRequest, type FeedResponse, request } from './request.ts';
import type { FeedWorld } from './world.ts';

/** A report of Google Analytics, page by page. */
export async function askGoogle(
  feed: FeedSettingsOf<'google-analytics'>,
  window: FeedWindow,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedAnswer> {
  const report = { feed: feed.name, property: feed.property, metrics: feed.metrics, byEvent: feed.byEvent ?? false };
  const pages: google.GoogleAnalyticsPage[] = [];
  for (let page = 0; page < google.MOST_PAGES; page++) {
    const offset = page * google.ROWS_OF_PAGE;
    const body = JSON.stringify(google.googleAnalyticsBody(report, window.since, window.until, offset));
    const answer = await post(feed, google.googleAnalyticsPath(report), body, {}, signal, world);
    const read = answered(answer, feed.name, google.readGoogleAnalyticsPage, google.googleAnalyticsRefusal);
    if (!read.ok) return read;
    pages.push(read.value);
    if (!google.hasMoreRows(read.value, offset)) return told(google.googleAnalyticsSeries(report, pages));
  }
  return tooLong(feed.name, google.MOST_PAGES);
}

/** A report of Adobe Analytics, page by page. */
export async function askAdobe(
  feed: FeedSettingsOf<'adobe-analytics'>,
  window: FeedWindow,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedAnswer> {
  const { name, company, suite, metrics, timeZone, clientId } = feed;
  const report = { feed: name, company, suite, metrics, timeZone };
  const pages: adobe.AdobeAnalyticsPage[] = [];
  for (let page = 0; page < adobe.MOST_PAGES; page++) {
    const body = JSON.stringify(adobe.adobeAnalyticsBody(report, window.since, window.until, page));
    const headers = { 'x-api-key': clientId, 'x-proxy-global-company-id': company };
    const answer = await post(feed, adobe.adobeAnalyticsPath(report), body, headers, signal, world);
    const read = answered(answer, name, adobe.readAdobeAnalyticsPage, adobe.adobeAnalyticsRefusal);
    if (!read.ok) return read;
    pages.push(read.value);
    if (!adobe.hasMorePages(read.value, page)) return told(adobe.adobeAnalyticsSeries(report, pages));
  }
  return tooLong(name, adobe.MOST_PAGES);
}

const told = (series: Result<readonly Series[]>): FeedAnswer =>
  series.ok ? { ok: true, value: { series: series.value, events: [] } } : series;
const tooLong = (name: string, pages: number): FeedAnswer =>
  failed(
    'fetch-failed',
    'never',
    `${name}: the report has more than ${pages} pages. Ask for fewer metrics or events, or set “historyDays”.`,
  );

/** With the token of its secret; where that has expired, once more with a new one. */
async function post(
  feed: FeedSettingsOf<'google-analytics'> | FeedSettingsOf<'adobe-analytics'>,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedResponse> {
  const { name } = feed;
  const secret = await world.secret(feed);
  if (!secret.ok) return secret;
  const url = `${(addressOf(feed) ?? '').replace(/\/$/, '')}${path}`;
  const attempt = async (refused?: string): Promise<{ readonly token: string; readonly answer: FeedResponse }> => {
    const token = await world.tokens.tokenOf(name, secret.value, signal, refused);
    if (!token.ok) return { token: '', answer: token };
    const what: FeedRequest = {
      name,
      url,
      method: 'POST',
      body,
      headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json', Authorization: `Bearer ${token.value}` },
    };
    return { token: token.value, answer: await request(world.fetch, what, signal, world.now, world.limits) };
  };
  const first = await attempt();
  const isExpired = !first.answer.ok && first.answer.status === 401;
  return isExpired ? (await attempt(first.token)).answer : first.answer;
}

/** What a refusal says in the format of its service says more than its number, which says whether it passes. */
function answered<T>(
  answer: FeedResponse,
  name: string,
  read: (feed: string, json: unknown) => Result<T>,
  refusalIn: (feed: string, json: unknown) => Fault | undefined,
): Result<T> | Extract<FeedAnswer, { ok: false }> {
  if (!answer.ok) return refusalOf(answer, name, refusalIn);
  const json = jsonOf(answer.bytes, name);
  return json.ok ? read(name, json.value) : json;
}
