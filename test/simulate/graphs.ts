import type { Call, ModelledResource, Scenario, Visitors } from '../../src/simulate/scenario/scenario.ts';

const GB = 2 ** 30;

const resource = (
  id: string,
  kind: string,
  meanMs: number,
  concurrency: number,
  more: Partial<ModelledResource> = {},
): ModelledResource => ({
  id,
  kind,
  concurrency,
  replicas: 1,
  time: { shape: 'lognormal', meanMs, cv: 1 },
  errorRate: 0.0005,
  cpuCores: 2,
  memoryBytes: GB,
  ...more,
});

const call = (from: string, to: string, more: Partial<Call> = {}): Call => ({
  how: 'call',
  from,
  to,
  probability: 1,
  lag: { shape: 'exponential', meanMs: 0.3 },
  timeoutMs: 1000,
  retries: 1,
  backoffMs: 20,
  optional: false,
  ...more,
});

const visitors = (pattern: string, perSecond: number, entry: string, latencyTargetMs: number): Visitors => ({
  persona: 'user',
  pattern,
  perSecond: [perSecond],
  stepMs: 3_600_000,
  interactions: 1,
  think: { shape: 'exponential', meanMs: 1000 },
  entries: [{ resource: entry, probability: 1 }],
  choose: 'one',
  transferMs: 0,
  latencyTargetMs,
});

/** Some of its requests hang; callers give them up long before. */
const HANGS = { share: 0.012, ms: 2000 };

/** Three healthy systems: nothing deviates from the shipped practices. */
export const GRAPHS: Readonly<Record<string, Scenario>> = {
  shop: {
    resources: [
      resource('web', 'proxy', 1, 128),
      resource('api', 'service', 8, 32),
      resource('db', 'database', 6, 8),
      resource('mail', 'queue', 3, 4),
      resource('prices', 'service', 6, 24, { stall: HANGS }),
    ],
    links: [
      call('web', 'api'),
      call('api', 'db', { pool: 10, cache: { hitRate: 0.8, ms: 0.4 } }),
      call('api', 'prices', { probability: 0.5, timeoutMs: 200, pool: 20 }),
      call('api', 'mail', { probability: 0.2 }),
    ],
    visitors: [visitors('look', 930, 'web', 400), visitors('buy', 70, 'web', 600)],
  },
  layers: {
    resources: [
      resource('gate', 'proxy', 1, 128),
      resource('auth', 'service', 4, 8),
      resource('orders', 'service', 10, 32),
      resource('stock', 'service', 8, 24),
      resource('orders-db', 'database', 5, 6),
      resource('stock-db', 'database', 8, 8),
      resource('redis', 'cache', 0.5, 2),
      resource('tax', 'service', 5, 24, { stall: HANGS }),
    ],
    links: [
      call('gate', 'auth'),
      call('gate', 'orders', { probability: 0.7 }),
      call('orders', 'orders-db', { pool: 12, cache: { hitRate: 0.6, ms: 0.4 } }),
      call('orders', 'stock', { probability: 0.6 }),
      call('orders', 'tax', { probability: 0.5, timeoutMs: 180, pool: 16 }),
      call('stock', 'stock-db', { pool: 10, cache: { hitRate: 0.6, ms: 0.4 } }),
      call('auth', 'redis'),
    ],
    visitors: [visitors('browse', 900, 'gate', 500)],
  },
  pipeline: {
    resources: [
      resource('edge', 'proxy', 0.8, 64),
      resource('search', 'search', 15, 24),
      resource('index', 'database', 10, 12),
      resource('ingest', 'service', 6, 16),
      resource('broker', 'queue', 2, 4),
      resource('worker', 'service', 12, 12),
      resource('store', 'database', 7, 6),
      resource('rank', 'service', 7, 24, { stall: HANGS }),
    ],
    links: [
      call('edge', 'search', { probability: 0.6 }),
      call('search', 'index', { pool: 16, cache: { hitRate: 0.6, ms: 0.5 } }),
      call('search', 'rank', { probability: 0.8, timeoutMs: 250, pool: 24 }),
      call('edge', 'ingest', { probability: 0.4 }),
      call('ingest', 'broker'),
      call('ingest', 'worker', { probability: 0.8, pool: 12 }),
      call('worker', 'store', { pool: 8, cache: { hitRate: 0.55, ms: 0.5 } }),
    ],
    visitors: [visitors('find', 600, 'edge', 800)],
  },
};
