/**
 * `npm run bench:profile`: traffic profiles of real access logs, in the folder of the first argument or PREWARM_TRACES (default
 * ../shared/data). What the profile of all requests says stands beside a plain count, which is made here from the lines themselves with none
 * of the product's code; and the clusters are found anew on 20 bootstrap samples of the cells, from scaling to the number of them, and
 * held against the first ones on the cells that both have (adjusted Rand index).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mean, quantile } from '../../src/domain/index.ts';
import { readRequests } from '../../src/host/node/readRequests.ts';
import { agreement } from '../../src/learn/clusters/agreement.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { clusterPoints } from '../../src/learn/traffic/clusterCells.ts';
import { featuresOf } from '../../src/learn/traffic/features.ts';
import { addRequest, createRequests, type Requests } from '../../src/learn/traffic/requests.ts';
import { type TrafficLearnt, trafficProfiles } from '../../src/learn/traffic/trafficProfiles.ts';
import { cellsOf, windowsOf } from '../../src/learn/traffic/windows.ts';
import { type Figure, figure, tell } from './figures.ts';

const LOGS = resolve(process.argv[2] ?? process.env.PREWARM_TRACES ?? join(process.cwd(), '..', 'shared', 'data'), 'logs');
const SEED = 20_261;
const RESAMPLES = 20;
const HOUR_MS = 3_600_000;

interface Plain {
  readonly at: number;
  readonly bytes: number;
  readonly failed: boolean;
}

const linesOf = (file: string): readonly string[] =>
  gunzipSync(readFileSync(join(LOGS, file)))
    .toString()
    .split('\n')
    .filter((line) => line !== '');

const clfTime = (text: string): number => Date.parse(text.replace(/^(\d+)\/(\w+)\/(\d+):(\S+) (\S+)$/, '$1 $2 $3 $4 GMT$5'));

const PLAIN: Readonly<Record<string, (file: string) => readonly Plain[]>> = {
  'nasa_19950801.tsv.gz': (file) =>
    linesOf(file)
      .slice(1)
      .map((line) => line.split('\t'))
      .map((cell) => ({ at: 1000 * Number(cell[2]), failed: Number(cell[5]) >= 400, bytes: Number(cell[6]) })),
  'apache-10k.log.gz': (file) =>
    linesOf(file).map((line) => {
      const [, time = '', status, bytes] = line.match(/\[([^\]]+)\] ".*?" (\d+) (\d+|-)/) ?? [];
      return { at: clfTime(time), failed: Number(status) >= 400, bytes: bytes === '-' ? 0 : Number(bytes) };
    }),
  'nginx-8130.jsonl.gz': (file) =>
    linesOf(file)
      .map((line) => JSON.parse(line) as { time: string; response: number; bytes: number })
      .map(({ time, response, bytes }) => ({ at: clfTime(time), failed: response >= 400, bytes })),
};

const figures: Record<string, Figure> = {};
const tables: string[] = [];

for (const [file, plainOf] of Object.entries(PLAIN)) {
  if (!existsSync(join(LOGS, file))) {
    tables.push(`${file} is not in ${LOGS}: left out`);
    continue;
  }
  const name = file.replace(/[-_].*/, '');
  const begun = performance.now();
  const requests = await read(file);
  const learnt = trafficProfiles(requests, { seed: SEED, zoneOffsetMs: 0 });
  if (!learnt) throw new Error(`no request in ${file}`);
  figures[`${name}: read, cluster and profile`] = figure('ms', [performance.now() - begun]);
  tables.push('', `${file}: profile beside plain count`);
  compare(name, learnt, plainOf(file));
  stability(name, requests);
}
tell(figures, tables);

async function read(file: string): Promise<Requests> {
  const requests = createRequests();
  const done = await readRequests({
    file: join(LOGS, file),
    now: Date.now(),
    signal: new AbortController().signal,
    each: (activities) => {
      for (const activity of activities) addRequest(requests, activity);
    },
  });
  if (!done.ok) throw new Error(done.fault.message);
  return requests;
}

function compare(name: string, { all, clusters, windows, found }: TrafficLearnt, plain: readonly Plain[]): void {
  const times = plain.map((p) => p.at);
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const seconds = all.windowMs / 1000;
  const perWindow = countBy(times, all.windowMs);
  const rates = Array.from({ length: Math.floor(last / all.windowMs) - Math.floor(first / all.windowMs) + 1 }, (_, i) => {
    return (perWindow.get(Math.floor(first / all.windowMs) + i) ?? 0) / seconds;
  });
  const bytes = plain.map((p) => p.bytes);
  const total = bytes.reduce((a, b) => a + b, 0);
  const beside = (what: string, unit: string, told: number | undefined, counted: number): void => {
    const difference = counted === 0 ? Math.abs(told ?? 0) : Math.abs((told ?? Number.NaN) - counted) / Math.abs(counted);
    figures[`${name}: ${what}`] = figure(unit, [told ?? Number.NaN]);
    figures[`${name}: ${what}, off the plain count`] = figure('%', [100 * difference]);
    tables.push(
      `  ${what.padEnd(30)} ${short(told).padStart(12)}  plain ${short(counted).padStart(12)} ${unit}  (${(100 * difference).toFixed(3)} % off)`,
    );
  };
  beside('requests', 'count', all.requests, plain.length);
  beside(
    'requests of all clusters',
    'count',
    clusters.reduce((sum, c) => sum + c.requests, 0),
    plain.length,
  );
  beside('requests per second, mean', '1/s', mean(all.requestsPerSecond), rates.reduce((a, b) => a + b, 0) / rates.length);
  // Windows are whole, and the first and the last are watched in part only: a little less than between the first request and the last.
  beside('the same, first to last request', '1/s', mean(all.requestsPerSecond), (1000 * plain.length) / (last - first));
  beside('requests per second, median', '1/s', quantile(all.requestsPerSecond, 0.5), rank(rates, 0.5));
  beside('requests per second, 9 of 10', '1/s', quantile(all.requestsPerSecond, 0.9), rank(rates, 0.9));
  beside('busiest window', '1/s', all.busiest.requestsPerSecond, rank(rates, 1));
  beside('size, mean', 'bytes', mean(all.requestSizeBytes ?? []), total / plain.length);
  beside('size, median', 'bytes', quantile(all.requestSizeBytes ?? [], 0.5), rank(bytes, 0.5));
  beside('size, 9 of 10', 'bytes', quantile(all.requestSizeBytes ?? [], 0.9), rank(bytes, 0.9));
  beside('transfer, mean over windows', 'bit/s', mean(all.transferRateBps ?? []), (8 * total) / (windows.count * seconds));
  beside('share of errors', 'share', mean(all.errorRate ?? []), plain.filter((p) => p.failed).length / plain.length);
  peaks(name, all, times, first, last);
  const methods = `${clusters.length} clusters: ${clusters.map((c) => `${c.name} (${c.requests})`).join(', ')}; density finds ${found.density.clusters}`;
  tables.push(`  ${methods}`);
  figures[`${name}: clusters`] = figure('count', [clusters.length]);
  figures[`${name}: k-means and density, ARI`] = figure('index', [found.agreement]);
  figures[`${name}: noise to the density method`] = figure('%', [100 * found.density.noise]);
}

/** Whether the hours that the profile names are the busiest of a plain count per hour of the day, and no busier one is left out. */
function peaks(name: string, all: TrafficLearnt['all'], times: readonly number[], first: number, last: number): void {
  const counted = Array.from({ length: 24 }, (_, hour) => {
    const here = times.filter((at) => new Date(at).getUTCHours() === hour).length;
    let covered = 0;
    for (let at = Math.floor(first / HOUR_MS) * HOUR_MS; at <= last; at += HOUR_MS)
      if (new Date(at).getUTCHours() === hour) covered += Math.min(last, at + HOUR_MS) - Math.max(first, at);
    return { hour, rate: covered < HOUR_MS / 2 ? 0 : (here * HOUR_MS) / covered };
  }).sort((a, b) => b.rate - a.rate);
  const named = all.peakTimes.flatMap((p) => Array.from({ length: p.untilHour - p.fromHour }, (_, i) => p.fromHour + i));
  const busiest = counted.slice(0, named.length).map((h) => h.hour);
  const both = named.filter((hour) => busiest.includes(hour)).length;
  figures[`${name}: peak hours named`] = figure('count', [named.length]);
  figures[`${name}: of these, among as many busiest of the plain count`] = figure('count', [both]);
  tables.push(
    `  peak hours (UTC) ${named.join(', ') || 'none'}; plain count per hour, busiest: ${counted
      .slice(0, Math.max(5, named.length))
      .map((h) => `${h.hour} h ${Math.round(h.rate)}`)
      .join(', ')}; average hour ${Math.round((times.length * HOUR_MS) / (last - first))}`,
  );
}

function stability(name: string, requests: Requests): void {
  const windows = windowsOf(requests);
  const cells = cellsOf(requests, windows);
  const first = clusterPoints(featuresOf(requests, cells, windows).points, SEED);
  const indices: number[] = [];
  const numbers: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const random = randomFrom(70_000 + i);
    const drawn = cells.map(() => Math.floor(random() * cells.length));
    const again = clusterPoints(
      featuresOf(
        requests,
        drawn.map((c) => cells[c] as (typeof cells)[number]),
        windows,
      ).points,
      SEED + i,
    );
    const common = new Map(drawn.map((cell, place) => [cell, again.owners[place] as number]));
    numbers.push(again.centres.length);
    indices.push(
      agreement(
        [...common.keys()].map((cell) => String(first.owners[cell])),
        [...common.values()].map(String),
      ).ari,
    );
  }
  figures[`${name}: stability, ARI of ${RESAMPLES} resamples, mean`] = figure('index', [indices.reduce((a, b) => a + b, 0) / RESAMPLES]);
  figures[`${name}: stability, ARI of resamples`] = figure('index', indices);
  figures[`${name}: clusters in resamples`] = figure('count', numbers);
}

function countBy(times: readonly number[], lengthMs: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const at of times) counts.set(Math.floor(at / lengthMs), (counts.get(Math.floor(at / lengthMs)) ?? 0) + 1);
  return counts;
}

/** Nearest rank. */
function rank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

function short(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(6)));
}
