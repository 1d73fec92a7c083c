import { type Activity, type Distribution, failed, mean, ok, quantile, type Result, type TrafficProfile } from '../../domain/index.ts';
import { addRequest, createRequests, type Requests } from '../../learn/traffic/requests.ts';
import { type TrafficLearnt, trafficProfiles } from '../../learn/traffic/trafficProfiles.ts';
import { timesOf, toTraffic } from '../../sense/pdl/traffic.ts';
import { readJournalRequests } from '../node/journalRequests.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { type ReadRequests, readRequests } from '../node/readRequests.ts';
import type { Invocation, Report } from './command.ts';

const SEED = 20_261;
const SHOWN_REJECTS = 20;

/** `prewarm profile`: how resources are used, from logs, traces and spans, or from the workspace's own journal; nothing of it is kept. */
export async function profileCommand(invocation: Invocation): Promise<Result<Report>> {
  const { positionals, options, terminal } = invocation;
  const begun = performance.now();
  const now = Date.now();
  const requests = createRequests();
  const files = await (positionals.length > 0 ? ofFiles(requests, invocation, now) : ofJournal(requests, options));
  if (!files.ok) return files;
  terminal.progress(`clustering ${requests.at.length} requests …`);
  const learnt = trafficProfiles(requests, { seed: SEED, zoneOffsetMs: -new Date(now).getTimezoneOffset() * 60_000 });
  if (!learnt) return without(requests, positionals.length > 0 ? positionals : ['the journal of this workspace']);
  return ok(reportOf(learnt, files.value, requests, now, performance.now() - begun));
}

const into =
  (requests: Requests) =>
  (activities: readonly Activity[]): void => {
    for (const activity of activities) addRequest(requests, activity);
  };

async function ofFiles(
  requests: Requests,
  { positionals, options, terminal, signal }: Invocation,
  now: number,
): Promise<Result<readonly ReadRequests[]>> {
  const files: ReadRequests[] = [];
  for (const file of positionals) {
    terminal.progress(`reading ${file} …`);
    const format = typeof options.format === 'string' ? { format: options.format } : {};
    const done = await readRequests({ file, ...format, now, signal, each: into(requests) });
    if (!done.ok) return done;
    files.push(done.value);
  }
  return ok(files);
}

async function ofJournal(
  requests: Requests,
  { workspace, state, format }: Invocation['options'],
): Promise<Result<readonly ReadRequests[]>> {
  if (format !== undefined) return failed('wrong-usage', 'never', '--format is for a log or a trace. Name the file that is to be read.');
  const folder = typeof workspace === 'string' ? workspace : '.';
  const root = typeof state === 'string' ? state : defaultStateFolder();
  return ok([await readJournalRequests({ folder, root, each: into(requests) })]);
}

const without = ({ others }: Requests, files: readonly string[]): Result<never> =>
  failed(
    'bad-file',
    'never',
    `There is no request in ${files.join(', ')}: ${toldOf(others)}. Profiles are made of requests, queries, messages and connections.`,
  );

const toldOf = (others: number): string =>
  others === 0
    ? 'nothing is recorded there'
    : others === 1
      ? 'the one activity in it tells of something else'
      : `the ${others} activities in it tell of something else`;

function reportOf(learnt: TrafficLearnt, files: readonly ReadRequests[], { others }: Requests, now: number, elapsedMs: number): Report {
  const sum = (of: (file: ReadRequests) => number): number => files.reduce((total, file) => total + of(file), 0);
  const rejects = files.flatMap((file) => file.rejects);
  const traffic = toTraffic(learnt.all, now);
  const profiles = learnt.clusters.map((profile) => toTraffic(profile, now));
  const { silhouette, agreement, density } = learnt.found;
  return {
    json: {
      traffic,
      profiles,
      clustering: {
        cells: learnt.cells,
        features: learnt.features,
        silhouette,
        agreement,
        densityClusters: density.clusters,
        noise: density.noise,
      },
      formats: [...new Set(files.map((file) => file.format))],
      read: sum((file) => file.read),
      requests: traffic.requests,
      others,
      rejected: rejects.slice(0, SHOWN_REJECTS),
      rejectedCount: sum((file) => file.rejected),
      elapsedMs,
    },
    lines: [
      `${traffic.requests} requests, ${traffic.measured_from} to ${traffic.measured_until} (${ageOf(now - learnt.all.until)}), in windows of ${spanOf(traffic.window_seconds)}`,
      `${profiles.length} ${profiles.length === 1 ? 'profile' : 'profiles'} in ${learnt.cells} resource windows by ${learnt.features.join(', ') || 'nothing that differs'}; the density method finds ${density.clusters} (agreement ${agreement.toFixed(2)}, noise ${percent(density.noise)})`,
      '',
      ...table([learnt.all, ...learnt.clusters]),
      ...[learnt.all, ...learnt.clusters].flatMap(peakLines),
      ...(sum((file) => file.rejected) > 0 ? [`${sum((file) => file.rejected)} lines do not fit their format and were left out:`] : []),
      ...rejects.slice(0, SHOWN_REJECTS).map((reject) => `! ${reject}`),
    ],
  };
}

interface Column {
  readonly title: string;
  readonly cell: (profile: TrafficProfile) => string;
}

/** Middle and ninth decile: one number would hide how far they lie apart. */
const COLUMNS: readonly Column[] = [
  { title: 'profile', cell: ({ name }) => name },
  { title: 'requests', cell: ({ requests }) => String(requests) },
  { title: 'per second', cell: ({ requestsPerSecond }) => figures(requestsPerSecond) },
  { title: 'size, bytes', cell: ({ requestSizeBytes }) => figures(requestSizeBytes) },
  { title: 'bit/s', cell: ({ transferRateBps }) => figures(transferRateBps) },
  { title: 'errors', cell: ({ errorRate }) => (errorRate ? percent(mean(errorRate) ?? 0) : '–') },
  { title: 'latency, ms', cell: ({ latencyMs }) => figures(latencyMs) },
  { title: 'confidence', cell: ({ confidence }) => confidence.toFixed(2) },
];

function table(profiles: readonly TrafficProfile[]): readonly string[] {
  const rows = [COLUMNS.map(({ title }) => title), ...profiles.map((profile) => COLUMNS.map(({ cell }) => cell(profile)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  return [
    ...rows.map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join('  ')
        .trimEnd(),
    ),
    '(per second, size, bit/s, latency: mean · half are below · nine of ten are below)',
  ];
}

function figures(distribution: Distribution | undefined): string {
  if (!distribution?.length) return '–';
  return [mean(distribution), quantile(distribution, 0.5), quantile(distribution, 0.9)].map((value) => short(value as number)).join(' · ');
}

function peakLines({ name, peakTimes }: TrafficProfile): readonly string[] {
  if (peakTimes.length === 0) return [];
  const told = peakTimes.map(
    (peak) => `${timesOf(peak).join(', ')} (${percent(peak.share)} of them, ${peak.timesUsual.toFixed(1)} times an average hour)`,
  );
  return [`${name}: peaks ${told.join('; ')}`];
}

const short = (value: number): string => (value >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString());
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
const ageOf = (ms: number): string => `${Math.round(Math.max(0, ms) / 86_400_000)} days old`;
const spanOf = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
