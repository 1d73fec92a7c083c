import { type Fault, failed, ok, type Quantity, type Result, type Retry, type Series, type UnixMs } from '../../domain/index.ts';
import { type Point, seriesOf } from './evenSteps.ts';
import { listOf, number, objectWith, optional, shaped, text } from './shape.ts';
import { zoneOf } from './wallTime.ts';

/** A report of the Google Analytics Data API v1, https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport. */
export interface GoogleAnalyticsReport {
  readonly feed: string;
  /** Digits. */
  readonly property: string;
  /** Such as `eventCount`, `activeUsers`, `sessions`. */
  readonly metrics: readonly string[];
  /** One series for each event, too. */
  readonly byEvent: boolean;
}

/** Rows of an answer; the API allows 250,000. */
export const ROWS_OF_PAGE = 10_000;
export const MOST_PAGES = 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MOST_SERIES = 200;

export const googleAnalyticsPath = ({ property }: GoogleAnalyticsReport): string => `/v1beta/properties/${property}:runReport`;

/** Days of the property's own time zone, which may be a day from ours. */
export function googleAnalyticsBody({ metrics, byEvent }: GoogleAnalyticsReport, since: UnixMs, until: UnixMs, offset: number): object {
  return {
    dateRanges: [{ startDate: dayOf(since - DAY_MS), endDate: dayOf(until + DAY_MS) }],
    dimensions: [{ name: 'dateHour' }, ...(byEvent ? [{ name: 'eventName' }] : [])],
    metrics: metrics.map((name) => ({ name })),
    orderBys: [{ dimension: { dimensionName: 'dateHour' } }],
    offset: String(offset),
    limit: String(ROWS_OF_PAGE),
    returnPropertyQuota: true,
  };
}

const dayOf = (at: UnixMs): string => new Date(at).toISOString().slice(0, 10);

const named = listOf(objectWith({ name: text }));
const valued = listOf(objectWith({ value: text }));
/** Fields that hold nothing are left out of the answer, as in all of Google's JSON. */
const report = objectWith({
  dimensionHeaders: optional(named),
  metricHeaders: optional(named),
  rows: optional(listOf(objectWith({ dimensionValues: optional(valued), metricValues: optional(valued) }))),
  rowCount: optional(number),
  metadata: optional(objectWith({ timeZone: optional(text) })),
});
export type GoogleAnalyticsPage = ReturnType<typeof report>;
const refusal = objectWith({ error: objectWith({ code: number, message: optional(text), status: optional(text) }) });

/** One page of a report. */
export function readGoogleAnalyticsPage(feed: string, answer: unknown): Result<GoogleAnalyticsPage> {
  const fault = googleAnalyticsRefusal(feed, answer);
  if (fault) return { ok: false, fault };
  const read = shaped(report, answer);
  return 'value' in read
    ? ok(read.value)
    : failed('fetch-failed', 'later', `${feed}: this is no report of Google Analytics: ${read.problem}.`);
}

export const hasMoreRows = ({ rowCount = 0 }: GoogleAnalyticsPage, offset: number): boolean => offset + ROWS_OF_PAGE < rowCount;

/** What an answer says that is a refusal. */
export function googleAnalyticsRefusal(feed: string, answer: unknown): Fault | undefined {
  const read = shaped(refusal, answer);
  if ('problem' in read) return undefined;
  const { code, status = '', message = '' } = read.value.error;
  const because = (retry: Retry, text: string): Fault => failed('fetch-failed', retry, `${feed}: ${text}`).fault;
  const said = `${status || code}: ${message.slice(0, 300)}`;
  if (status === 'RESOURCE_EXHAUSTED' || code === 429)
    return because('later', `the quota of Google Analytics is used up for now (${said}).`);
  if (code === 401) return because('never', `Google Analytics does not take the credentials (${said}). Set them anew.`);
  if (code === 403) return because('never', `the property is not for you (${said}). Add the account to it as a viewer.`);
  if (code >= 400 && code < 500) return because('never', `Google Analytics can’t make this report (${said}). Mend the feed.`);
  return because('later', `Google Analytics did not answer (${said}).`);
}

/** What a metric of the API measures, and how it becomes that. */
const QUANTITY_OF: Readonly<Record<string, { readonly quantity: Quantity; readonly scale?: number }>> = {
  eventCount: { quantity: 'volume' },
  screenPageViews: { quantity: 'volume' },
  sessions: { quantity: 'volume' },
  transactions: { quantity: 'volume' },
  keyEvents: { quantity: 'volume' },
  activeUsers: { quantity: 'concurrent_users' },
  totalUsers: { quantity: 'concurrent_users' },
  active1DayUsers: { quantity: 'concurrent_users' },
  averageSessionDuration: { quantity: 'other' },
  crashFreeUsersRate: { quantity: 'success_rate' },
};

/** The series of a whole report: one for each metric, and where it is by event for each event, in hours of the property's time zone. */
export function googleAnalyticsSeries({ feed }: GoogleAnalyticsReport, pages: readonly GoogleAnalyticsPage[]): Result<readonly Series[]> {
  const [head] = pages;
  const dimensions = head?.dimensionHeaders?.map((h) => h.name) ?? [];
  const metrics = head?.metricHeaders?.map((h) => h.name) ?? [];
  const zone = zoneOf(head?.metadata?.timeZone ?? 'UTC');
  if (!zone) return failed('fetch-failed', 'never', `${feed}: the property’s time zone is not one that this machine knows.`);
  const [hourAt, eventAt] = [dimensions.indexOf('dateHour'), dimensions.indexOf('eventName')];
  const groups = new Map<string, Point[]>();
  for (const row of pages.flatMap((page) => page.rows ?? [])) {
    const wall = hourOf(row.dimensionValues?.[hourAt]?.value ?? '');
    if (wall === undefined) continue;
    const event = row.dimensionValues?.[eventAt]?.value;
    metrics.forEach((metric, i) => {
      const value = Number(row.metricValues?.[i]?.value ?? Number.NaN);
      const key = JSON.stringify([metric, event ?? '']);
      const points = groups.get(key) ?? [];
      if (points.length > 0 || groups.size < MOST_SERIES) groups.set(key, points);
      points.push({ at: zone.unixOf(wall), value });
    });
  }
  return ok(
    [...groups].map(([key, points]) => {
      const [metric, event] = JSON.parse(key) as [string, string];
      const { quantity, scale = 1 } = QUANTITY_OF[metric] ?? { quantity: 'other' as const };
      // An hour that the wall clock has twice comes in one row: of a count it is the whole.
      return seriesOf(
        points.map(({ at, value }) => ({ at, value: value * scale })),
        {
          id: `ga4:${feed}/${metric}${event === '' ? '' : `/${event.slice(0, 100)}`}`,
          quantity,
          stepMs: HOUR_MS,
          combine: 'sum',
          absent: absentOf(quantity),
        },
      );
    }),
  );
}

/** Where something is counted, an hour that is not in the report had none of it. */
const absentOf = (quantity: Quantity): 'gap' | 'zero' => (quantity === 'volume' || quantity === 'concurrent_users' ? 'zero' : 'gap');

/** `2026032914`: 14 o'clock of 29 March. */
function hourOf(text: string): number | undefined {
  const [, year, month, day, hour] = /^(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(text) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
}
