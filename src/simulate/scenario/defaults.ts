import type { ResourceKind, Rung } from '../../domain/index.ts';

/**
 * What is assumed of a resource that the persona document says nothing of; every assumption is named in the result. Orders of magnitude
 * of what runs on a developer's machine, not measurements.
 */
export interface KindDefaults {
  /** Own work for one request: exponential with this mean, ms. */
  readonly meanMs: number;
  /** Requests served at once per core. */
  readonly perCore: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  /** From stopped (`created`) to `ready`, ms. */
  readonly startMs: number;
}

const kind = (meanMs: number, perCore: number, cpuCores: number, memoryMb: number, startMs: number): KindDefaults => ({
  meanMs,
  perCore,
  cpuCores,
  memoryBytes: memoryMb * 2 ** 20,
  startMs,
});

const OTHER = kind(10, 4, 2, 512, 5000);
const BY_KIND: Readonly<Partial<Record<ResourceKind, KindDefaults>>> = {
  database: kind(5, 4, 2, 1024, 8000),
  cache: kind(0.5, 1, 1, 256, 1500),
  queue: kind(2, 8, 1, 512, 10_000),
  search: kind(20, 4, 2, 2048, 20_000),
  'object-store': kind(15, 16, 1, 512, 3000),
  proxy: kind(1, 32, 1, 128, 1500),
  service: kind(10, 8, 2, 512, 5000),
  job: kind(500, 1, 1, 512, 3000),
  devcontainer: kind(50, 2, 2, 2048, 30_000),
  vm: kind(20, 4, 2, 4096, 60_000),
};

export const defaultsOf = (name: string): KindDefaults => BY_KIND[name as ResourceKind] ?? OTHER;

/** How much longer than from `created` a start takes from each rung, as a multiple; 0: it is warm. */
export const START_FROM: Readonly<Record<Rung, number>> = {
  absent: 6,
  fetched: 1.5,
  created: 1,
  paused: 0.05,
  running: 0.5,
  ready: 0,
  seeded: 0,
};

/** A call that is told nothing of: the caller waits as long as it takes, and tries once. */
export const CALL = { retries: 0, backoffMs: 50, cacheMs: 0.5 } as const;
/** Edges whose 90 % lag is at most this are calls, during which the caller keeps its worker; slower ones are steps of a person. */
export const CALL_LAG_MS = 1000;
/** A duration longer than this is that of a whole use, and no time of service of one request. */
export const REQUEST_MS = 10_000;
/** Where nothing at all says how often somebody comes. */
export const REQUESTS_PER_SECOND = 1;
/** Rate in `peak_times` over that outside of them. */
export const PEAK_FACTOR = 3;
export const SESSION = { interactions: 1, thinkMs: 10_000 } as const;

/** Prices of public clouds on demand, to two digits: US dollars an hour. */
export const PRICE = { core: 0.04, gigabyte: 0.005 } as const;
/** What an hour of waiting people is worth, US dollars: what the gain of a change is held against its cost by. */
export const WAITING_HOUR = 30;
/** A failed request costs its user as much as waiting this long, ms. */
export const FAILURE_MS = 10_000;
