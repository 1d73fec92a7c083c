import { type Fault, failed, ok, type Quantity, type Result, type Series, type UnixMs } from '../../domain/index.ts';
import { type Point, seriesOf } from './evenSteps.ts';
import { listOf, number, objectWith, optional, type Shape, shaped, text, truth } from './shape.ts';
import { type WallMs, type Zone, zoneOf } from './wallTime.ts';

/** A trended report of Adobe Analytics 2.0, https://developer.adobe.com/analytics-apis/docs/2.0/guides/endpoints/reports/. */
export interface AdobeAnalyticsReport {
  readonly feed: string;
  /** Id of the company that logs in, as in the address. */
  readonly company: string;
  /** Id of the report suite. */
  readonly suite: string;
  /** Such as `metrics/occurrences`, `metrics/visitors`. */
  readonly metrics: readonly string[];
  /** The report suite's IANA time zone, which no answer tells. */
  readonly timeZone: string;
}

export const ROWS_OF_PAGE = 400;
export const MOST_PAGES = 50;
const HOUR_MS = 3_600_000;

export const adobeAnalyticsPath = ({ company }: AdobeAnalyticsReport): string => `/api/${company}/reports`;

export function adobeAnalyticsBody(report: AdobeAnalyticsReport, since: UnixMs, until: UnixMs, page: number): object {
  const zone = zoneOf(report.timeZone) ?? (zoneOf('UTC') as Zone);
  const hourOf = (at: UnixMs): string => new Date(Math.floor(zone.wallOf(at) / HOUR_MS) * HOUR_MS).toISOString().slice(0, -1);
  return {
    rsid: report.suite,
    globalFilters: [{ type: 'dateRange', dateRange: `${hourOf(since)}/${hourOf(until)}` }],
    metricContainer: { metrics: report.metrics.map((id, i) => ({ columnId: String(i), id })) },
    dimension: 'variables/daterangehour',
    settings: { limit: ROWS_OF_PAGE, page, dimensionSort: 'asc', countRepeatInstances: true },
  };
}

/** What can't be reckoned, such as a ratio over nothing, is the text “NaN”. */
const datum: Shape<number> = (value, path) => (value === 'NaN' || value === 'INF' || value === null ? Number.NaN : number(value, path));
const pageShape = objectWith({
  totalPages: number,
  lastPage: optional(truth),
  columns: objectWith({
    columnIds: listOf(text),
    columnErrors: optional(listOf(objectWith({ columnId: optional(text), errorCode: optional(text), errorDescription: optional(text) }))),
  }),
  rows: listOf(objectWith({ itemId: text, value: optional(text), data: listOf(datum) })),
});
export type AdobeAnalyticsPage = ReturnType<typeof pageShape>;
const refusal = objectWith({ errorCode: text, errorDescription: optional(text), message: optional(text) });

/** One page of a report. A partial answer (HTTP 206) names the metrics that it could not give. */
export function readAdobeAnalyticsPage(feed: string, answer: unknown): Result<AdobeAnalyticsPage> {
  const fault = adobeAnalyticsRefusal(feed, answer);
  if (fault) return { ok: false, fault };
  const read = shaped(pageShape, answer);
  if ('problem' in read) return failed('fetch-failed', 'later', `${feed}: this is no report of Adobe Analytics: ${read.problem}.`);
  const wrong = read.value.columns.columnErrors?.[0];
  return wrong
    ? failed(
        'fetch-failed',
        'never',
        `${feed}: Adobe Analytics can’t give column ${wrong.columnId} (${wrong.errorCode}: ${(wrong.errorDescription ?? '').slice(0, 300)}). Mend “metrics”.`,
      )
    : ok(read.value);
}

/** What an answer says that is a refusal. */
export function adobeAnalyticsRefusal(feed: string, answer: unknown): Fault | undefined {
  const read = shaped(refusal, answer);
  if ('problem' in read) return undefined;
  const { errorCode, errorDescription, message } = read.value;
  const said = `${errorCode}: ${(errorDescription ?? message ?? '').slice(0, 300)}`;
  return failed('fetch-failed', 'never', `${feed}: Adobe Analytics can’t make this report (${said}). Mend the feed.`).fault;
}

export const hasMorePages = ({ totalPages, lastPage }: AdobeAnalyticsPage, page: number): boolean =>
  lastPage !== true && page + 1 < totalPages;

const QUANTITY_OF: Readonly<Record<string, Quantity>> = {
  'metrics/occurrences': 'volume',
  'metrics/pageviews': 'volume',
  'metrics/visits': 'volume',
  'metrics/orders': 'volume',
  'metrics/visitors': 'concurrent_users',
  'metrics/concurrent_viewers_visitors': 'concurrent_users',
  'metrics/averagepageloadtime': 'page_load_time',
};

/** The series of a whole report, one for each metric, in hours of the report suite's time zone. */
export function adobeAnalyticsSeries(report: AdobeAnalyticsReport, pages: readonly AdobeAnalyticsPage[]): Result<readonly Series[]> {
  const { feed, metrics, timeZone } = report;
  const zone = zoneOf(timeZone);
  if (!zone)
    return failed(
      'fetch-failed',
      'never',
      `${feed}: there is no time zone “${timeZone}”. Mend “timeZone”; it is one such as Europe/Berlin.`,
    );
  const rows = pages.flatMap((page) => page.rows.map((row) => ({ at: wallOf(row.itemId), data: row.data })));
  return ok(
    metrics.map((metric, i) => {
      const points = rows.flatMap(({ at, data }): Point[] =>
        at === undefined ? [] : [{ at: zone.unixOf(at), value: data[i] ?? Number.NaN }],
      );
      const quantity = QUANTITY_OF[metric] ?? 'other';
      return seriesOf(points, { id: `adobe:${feed}/${metric.replace(/^metrics\//, '')}`, quantity, stepMs: HOUR_MS, combine: 'sum' });
    }),
  );
}

/** `119070114`: years since 1900, the month from 0, day, and hour: 14 o'clock of 1 August 2019. Days have no hour, minutes two digits more. */
function wallOf(itemId: string): WallMs | undefined {
  const [, year, month, day, hour = '0'] = /^(\d{3})(\d{2})(\d{2})(\d{2})?(?:\d{2})?$/.exec(itemId) ?? [];
  return year === undefined ? undefined : Date.UTC(1900 + Number(year), Number(month), Number(day), Number(hour));
}
