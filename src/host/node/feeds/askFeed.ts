import type { AskFeed, FeedAnswer, FeedWindow } from '../../../app/feeds/feed.ts';
import { type FeedSettings, type FeedSettingsOf, needsSecret, SECRET_PLACE } from '../../../app/feeds/feedSettings.ts';
import { failed, ok, type Result, type Series } from '../../../domain/index.ts';
import { type DockerSample, dockerSeries, readDockerStats } from '../../../sense/feeds/dockerStats.ts';
import type { TableOptions } from '../../../sense/feeds/table.ts';
import { UTC, zoneOf } from '../../../sense/feeds/wallTime.ts';
import { askAdobe, askGoogle } from './analytics.ts';
import { jsonOf, readInside, unpacked } from './content.ts';
import { refusalOf } from './refusal.ts';
import { type FeedResponse, request } from './request.ts';
import type { FeedWorld } from './world.ts';

const MINUTE_MS = 60_000;
const STEP_MINUTES = 5;

/** Asks each kind of feed in its way; parsers are loaded with the first feed of their kind. */
export function createAskFeed(world: FeedWorld): AskFeed {
  /** The last sample of each container, since what is counted needs two. */
  const samples = new Map<string, DockerSample>();

  return async (feed, window, signal) => {
    switch (feed.type) {
      case 'prometheus':
        return askPrometheus(feed, window, signal, world);
      case 'docker':
        return askDocker(feed, signal, world, samples);
      case 'access-log':
        return askAccessLog(feed, window, signal, world);
      case 'calendar':
        return askCalendar(feed, window, signal, world);
      case 'csv':
      case 'json':
        return askTable(feed, signal, world);
      case 'google-analytics':
        return askGoogle(feed, window, signal, world);
      case 'adobe-analytics':
        return askAdobe(feed, window, signal, world);
    }
  };
}

const told = (series: Result<readonly Series[]>): FeedAnswer =>
  series.ok ? { ok: true, value: { series: series.value, events: [] } } : series;
const stepMsOf = ({ stepMinutes = STEP_MINUTES }: { readonly stepMinutes?: number | undefined }): number =>
  Math.round(stepMinutes * MINUTE_MS);

async function askPrometheus(
  feed: FeedSettingsOf<'prometheus'>,
  window: FeedWindow,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedAnswer> {
  const { prometheusPath, prometheusRefusal, readPrometheus } = await import('../../../sense/feeds/prometheus.ts');
  const { name, query, quantity, scale = 1 } = feed;
  const asked = { feed: name, query, quantity, scale, stepMs: stepMsOf({ stepMinutes: feed.stepMinutes ?? 1 }) };
  const answer = await get(feed, `${feed.url.replace(/\/+$/, '')}${prometheusPath(asked, window.since, window.until)}`, signal, world);
  // Prometheus says in JSON why it refuses (400, 422, 503).
  if (!answer.ok) return refusalOf(answer, name, prometheusRefusal);
  const json = jsonOf(answer.bytes, name);
  return json.ok ? told(readPrometheus(json.value, asked)) : json;
}

async function askDocker(
  feed: FeedSettingsOf<'docker'>,
  signal: AbortSignal,
  world: FeedWorld,
  samples: Map<string, DockerSample>,
): Promise<FeedAnswer> {
  const answer = await world.dockerStats(feed.name, feed.container, signal);
  if (!answer.ok) return answer;
  const sample = readDockerStats(feed.name, answer.value);
  if (!sample.ok) return sample;
  const before = samples.get(feed.name);
  samples.set(feed.name, sample.value);
  return {
    ok: true,
    value: { series: dockerSeries(feed.name, sample.value, before, stepMsOf({ stepMinutes: feed.stepMinutes ?? 1 })), events: [] },
  };
}

async function askAccessLog(
  feed: FeedSettingsOf<'access-log'>,
  window: FeedWindow,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedAnswer> {
  const content = await contentOf(feed, signal, world);
  if (!content.ok) return content;
  const [{ readAccessLog }, { accessLog, nginxJson }] = await Promise.all([
    import('../../../sense/feeds/accessLog.ts'),
    import('../../../sense/importers/accessLog.ts'),
  ]);
  const importer = feed.format === 'nginx-json' ? nginxJson : accessLog;
  const entries = importer.read({ bytes: () => inPieces(content.value), rereadable: true, rows: noRows });
  return told(await readAccessLog(entries, { feed: feed.name, stepMs: stepMsOf(feed), ...window }));
}

/** The editor's thread gets a word in between. */
async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const PIECE_BYTES = 128 * 1024;

/** A log is no database. */
async function* noRows(): AsyncIterable<never> {}

async function askCalendar(
  feed: FeedSettingsOf<'calendar'>,
  window: FeedWindow,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<FeedAnswer> {
  const content = await contentOf(feed, signal, world);
  if (!content.ok) return content;
  const zone = zoneIn(feed, world);
  if (!zone.ok) return zone;
  const { readCalendar } = await import('../../../sense/feeds/calendar/calendar.ts');
  const read = readCalendar(new TextDecoder().decode(content.value), {
    feed: feed.name,
    ...window,
    zone: zone.value,
    factors: feed.factors ?? {},
  });
  return read.ok ? { ok: true, value: { series: [], ...read.value } } : read;
}

async function askTable(feed: FeedSettingsOf<'csv'> | FeedSettingsOf<'json'>, signal: AbortSignal, world: FeedWorld): Promise<FeedAnswer> {
  const content = await contentOf(feed, signal, world);
  if (!content.ok) return content;
  const zone = zoneIn(feed, world);
  if (!zone.ok) return zone;
  const { readCsv, readJsonRows } = await import('../../../sense/feeds/table.ts');
  const { name, time, value, by, quantity, scale = 1, combine = 'sum', stepMinutes } = feed;
  const stepMs = stepMinutes === undefined ? undefined : stepMsOf({ stepMinutes });
  const options: TableOptions = { feed: name, time, value, by, quantity, scale, stepMs, combine, zone: zone.value };
  if (feed.type === 'csv') return told(readCsv(new TextDecoder().decode(content.value), options));
  const json = jsonOf(content.value, name);
  return json.ok ? told(readJsonRows(json.value, feed.rows ?? '', options)) : json;
}

function zoneIn({ name, timeZone }: { readonly name: string; readonly timeZone: string | undefined }, world: FeedWorld) {
  const zone = zoneOf(timeZone ?? world.timeZone);
  if (zone) return ok(zone);
  return timeZone === undefined
    ? ok(UTC)
    : failed('wrong-usage', 'never', `${name}: there is no time zone “${timeZone}”. Mend “timeZone”; it is one such as Europe/Berlin.`);
}

/** What stands in its file, or at its address. */
async function contentOf(
  feed: Extract<FeedSettings, { readonly file: string | undefined }>,
  signal: AbortSignal,
  world: FeedWorld,
): Promise<Result<Uint8Array> | Extract<FeedAnswer, { ok: false }>> {
  const tooLong = feed.type === 'access-log' ? 'end' : 'refuse';
  if (feed.file !== undefined) return readInside(world.folder, feed.file, feed.name, { tooLong, most: world.limits.bytes });
  const answer = await get(feed, feed.url ?? '', signal, world);
  return answer.ok ? unpacked(answer.bytes, feed.name) : refusalOf(answer, feed.name);
}

async function get(feed: FeedSettings, url: string, signal: AbortSignal, world: FeedWorld): Promise<FeedResponse> {
  const form = 'secret' in feed ? feed.secret : undefined;
  if (!needsSecret(feed)) return request(world.fetch, { name: feed.name, url }, signal, world.now, world.limits);
  const secret = await world.secret(feed);
  if (!secret.ok) return secret;
  const whole = url.replaceAll(SECRET_PLACE, secret.value.trim());
  if (form === undefined || form === 'none') return request(world.fetch, { name: feed.name, url: whole }, signal, world.now, world.limits);
  const Authorization = form === 'basic' ? `Basic ${Buffer.from(secret.value.trim()).toString('base64')}` : `Bearer ${secret.value.trim()}`;
  return request(world.fetch, { name: feed.name, url: whole, headers: { Authorization } }, signal, world.now, world.limits);
}
