/**
 * The model against life: an HTTP API before PostgreSQL, in containers of half a core each. Service times are measured where one request is there at a
 * time; then the same persona is rehearsed on the model and with real requests, by the same arrivals, at about 30, 60 and 80 % of what the API can do.
 * `LIFE_SECONDS` is how long each load is played (90).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { play } from '../../src/host/node/rehearsals/play.ts';
import { liveResult } from '../../src/simulate/live/liveResult.ts';
import { Recorder } from '../../src/simulate/live/recorder.ts';
import { scheduleOf } from '../../src/simulate/live/schedule.ts';
import { rehearsal } from '../../src/simulate/rehearsal.ts';
import type { RehearsalResult } from '../../src/simulate/result/result.ts';
import type { ReadScenario } from '../../src/simulate/scenario/readScenario.ts';
import { readScenarioOf } from '../simulate/personas.ts';
import { figure, tell } from './figures.ts';
import { openShop, type Shop } from './life/containers.ts';
import { type Fitted, measured } from './life/measured.ts';

const DURATION_MS = 1000 * Number(process.env.LIFE_SECONDS ?? 90);
const LIMIT = 0.5;
/** Threads of the API, and connections of its pool. */
const AT_ONCE = 8;
const LOADS = [0.3, 0.6, 0.8] as const;
const CORES = 2;
/** One in five asks the database itself. */
const REPORTS = 0.2;
const FIT = { requests: 250, pauseMs: 150 };
const SEED = 1;

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** What is known of the shop, as a persona document. */
function documentOf({ apiMs, dbMs, transferMs, lagMs }: Fitted, perSecond: number): unknown {
  const volume = (share: number): number => perSecond * share * 3600;
  const cpu = { limit: LIMIT, cores: CORES };
  return {
    version: 1,
    personas: [
      {
        name: 'Shopper',
        weight: 1,
        resources: [
          { id: 'api', kind: 'service', service: { quantiles_ms: apiMs, concurrency: AT_ONCE, cpu } },
          { id: 'db', kind: 'database', service: { quantiles_ms: dbMs, concurrency: 40, cpu } },
        ],
        edges: [{ from: 'api', to: 'db', probability: 1, lag_ms: { p50: lagMs, p90: lagMs }, call: { pool: AT_ONCE } }],
        engagement_patterns: [
          pattern('orders', volume(1 - REPORTS), 'api', { http: 'GET /orders?customer={1..1000}' }),
          pattern('report', volume(REPORTS), 'db', {
            sql: 'select count(*), coalesce(sum(quantity), 0) from orders where customer = {1..1000}',
          }),
        ],
        // Bits a second that make a request of a byte take so long.
        traffic: { request_size_bytes: 1, transfer_rate_bps: 8000 / Math.max(transferMs, 1e-3) },
      },
    ],
  };
}

const pattern = (name: string, volume: number, entry: string, request: object) => ({
  name,
  time_window: 'PT1H',
  interaction_type: 'query',
  expected_volume: volume,
  latency_target_ms: 1000,
  entry,
  request,
});

const setting = { durationMs: DURATION_MS, seed: SEED, scale: 1, personas: ['Shopper'], injected: [], practices: [] };
const quiet = { pause: async () => {}, cancelled: () => false };

async function simulated(read: ReadScenario): Promise<RehearsalResult> {
  const result = await rehearsal(read, { ...setting, ...quiet });
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

async function lived(read: ReadScenario, shop: Shop): Promise<RehearsalResult> {
  const sessions = await scheduleOf(read.scenario, { ...setting, ...quiet });
  if (!sessions.ok) throw new Error(sessions.fault.message);
  const warmUpMs = DURATION_MS / 10;
  const recorder = new Recorder(read.scenario.visitors.length, DURATION_MS, warmUpMs);
  const backend = (port: number) => ({ host: '127.0.0.1', port, containerPort: port }) as const;
  const login = { user: 'shop', password: 'shop', database: 'shop' };
  const targets = [
    { resource: 'api', by: 'http', backend: backend(shop.apiPort), login },
    { resource: 'db', by: 'sql', backend: backend(shop.dbPort), login },
  ] as const;
  let before = await shop.taken();
  let at = performance.now();
  let done = 0;
  const looking = setInterval(async () => {
    const [now, then] = [await shop.taken(), performance.now()];
    const used = (of: 'api' | 'db') => ({ memoryBytes: 0, cpuCores: (now[of] - before[of]) / (then - at) });
    recorder.measured(
      done * DURATION_MS,
      new Map([
        ['api', used('api')],
        ['db', used('db')],
      ]),
    );
    [before, at] = [now, then];
  }, 1000);
  const played = await play(
    { sessions: sessions.value, targets, durationMs: DURATION_MS },
    { recorder, signal: new AbortController().signal, progress: (share) => void (done = share) },
  );
  clearInterval(looking);
  if (!played.ok) throw new Error(played.fault.message);
  return liveResult({ ...setting, ...played.value, read, recorder, warmUpMs, cores: CORES });
}

const shop = await openShop({ api: LIMIT, db: LIMIT, work: Number(process.env.LIFE_WORK ?? 16_000), spread: 0.5, orders: 60_000 });
try {
  await sleep(2000);
  const fitted = await measured(shop, FIT.requests, FIT.pauseMs);
  const [apiMs, dbMs] = [meanOf(fitted.apiMs), meanOf(fitted.dbMs)];
  const rows: string[] = [
    `alone: API ${apiMs.toFixed(2)} ms and database ${dbMs.toFixed(2)} ms of a processor, ${fitted.transferMs.toFixed(2)} and ${fitted.lagMs.toFixed(2)} ms on the way`,
    '| load of the API | pattern | figure | life | model | model − life |',
    '|---|---|---|---|---|---|',
  ];
  const off: Record<'throughput' | 'p50' | 'p95', number[]> = { throughput: [], p50: [], p95: [] };
  for (const load of LOADS) {
    const perSecond = (1000 * LIMIT * load) / apiMs / (1 - REPORTS);
    const read = readScenarioOf(documentOf(fitted, perSecond), { durationMs: DURATION_MS, seed: SEED });
    const [life, model] = [await lived(read, shop), await simulated(read)];
    const percent = `${Math.round(100 * load)} % (${life.utilization.api?.toFixed(2)} used)`;
    const row = (of: string, what: keyof typeof off, unit: string, a: number | null, b: number | null): void => {
      const by = (b ?? Number.NaN) / (a ?? Number.NaN) - 1;
      off[what].push(100 * Math.abs(by));
      rows.push(`| ${percent} | ${of} | ${what} | ${a?.toFixed(1)} ${unit} | ${b?.toFixed(1)} ${unit} | ${(100 * by).toFixed(1)} % |`);
    };
    for (const note of life.notes.slice(2)) process.stderr.write(`${percent}: ${note}\n`);
    row('all', 'throughput', '/s', life.throughput, model.throughput);
    for (const [i, p] of life.patterns.entries()) {
      const m = model.patterns[i] as typeof p;
      row(p.pattern, 'p50', 'ms', p.latencyMs.p50.value, m.latencyMs.p50.value);
      row(p.pattern, 'p95', 'ms', p.latencyMs.p95.value, m.latencyMs.p95.value);
    }
    process.stderr.write(`${rows.slice(-5).join('\n')}\n`);
  }
  tell(
    {
      'throughput: model against life, largest difference': figure('%', off.throughput),
      'p50 latency: model against life': figure('%', off.p50),
      'p95 latency: model against life': figure('%', off.p95),
    },
    rows,
  );
} finally {
  await shop.remove();
}
