/** One real set-up that carries its load badly: what runs, what is asked, and what of it a rehearsal is told. */
export interface Setup {
  readonly name: string;
  readonly path: string;
  /** Of what it can do, what is asked of it. */
  readonly load: number;
  readonly compose: (ports: { readonly project: string; readonly api: number }) => string;
  /** The persona document, from what requests took one after the other, ms. */
  readonly document: (ids: { readonly api: string; readonly db: string }, took: Took, perSecond: number) => object;
  /** Requests a second that it could carry at most, by what was measured. */
  readonly capacity: (took: Took) => number;
}

/** What single requests took: in all, and in the database; and of the API's processor, as the kernel counts it against its limit, on average. */
export interface Took {
  readonly cpuMs: number;
  readonly total: readonly number[];
  readonly db: readonly number[];
}

const API = 'prewarm-test/api';
const LIMIT = 0.5;

const service = (
  { project, api }: { project: string; api: number },
  limit: string,
  environment: string,
  more = '',
): string => `name: ${project}
services:
  api:
    image: ${API}
    ports: ["${api}:8080"]
    ${limit}
    environment: ${environment}
${more}`;

const DATABASE = `    depends_on: [db]
  db:
    image: postgres:15
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: shop, POSTGRES_DB: shop }
    healthcheck: { test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1"], interval: 30s }
`;

const persona = (resources: readonly object[], edges: readonly object[], api: string, perSecond: number): object => ({
  version: 1,
  personas: [
    {
      name: 'Load',
      weight: 1,
      resources,
      edges: [{ from: 'session', to: api, probability: 1, lag_ms: { p50: 0, p90: 0 } }, ...edges],
      engagement_patterns: [
        {
          name: 'requests',
          time_window: 'PT1H',
          interaction_type: 'api_call',
          expected_volume: Math.round(3600 * perSecond),
          latency_target_ms: 1000,
          entry: api,
        },
      ],
    },
  ],
});

const machine = (cores: number) => ({
  cpu_cores: [{ value: cores, probability: 1 }],
  memory_gb: [{ value: 0.1, probability: 1 }],
});

/** Twenty-one quantiles, 0 % to 100 %; the slowest are mostly the machine's and not the program's. */
export function quantiles(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const kept = sorted.slice(0, Math.max(1, Math.ceil(0.98 * sorted.length)));
  return Array.from({ length: 21 }, (_, i) => Number((kept[Math.round((i / 20) * (kept.length - 1))] as number).toFixed(3)));
}

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

export const SETUPS: readonly Setup[] = [
  {
    name: 'a limit of half a core',
    path: '/work',
    load: 0.78,
    compose: (ports) => service(ports, `cpus: ${LIMIT}`, '{ THREADS: "8", WORK: "50000" }'),
    // The kernel's count is what the limit holds back; what a virtual machine waits for its host is not in it.
    capacity: ({ cpuMs }) => (1000 * LIMIT) / cpuMs,
    document: ({ api }, { total, cpuMs }, perSecond) =>
      persona(
        [
          {
            id: api,
            kind: 'service',
            requirements: machine(LIMIT),
            service: {
              quantiles_ms: quantiles(total.map((ms) => (ms * cpuMs) / mean(total))),
              concurrency: 8,
              error_rate: 0,
              cpu: { cores: 2, limit: LIMIT },
              environment: { concurrency: 'THREADS' },
            },
          },
        ],
        [],
        api,
        perSecond,
      ),
  },
  {
    name: 'a pool of one connection',
    path: '/orders?customer={n}',
    load: 0.74,
    compose: (ports) =>
      service(
        ports,
        'init: true',
        '{ THREADS: "32", WORK: "1", POOL: "1", ORDERS: "170000", DATABASE_URL: "postgres://shop:shop@db/shop" }',
        DATABASE,
      ),
    capacity: ({ db }) => 1000 / mean(db),
    document: ({ api, db }, took, perSecond) =>
      persona(
        [
          {
            id: api,
            kind: 'service',
            requirements: machine(1),
            service: {
              quantiles_ms: quantiles(took.total.map((t, i) => Math.max(0.1, t - (took.db[i] as number)))),
              concurrency: 32,
              error_rate: 0,
              environment: { concurrency: 'THREADS' },
            },
          },
          {
            id: db,
            kind: 'database',
            requirements: machine(2),
            service: { quantiles_ms: quantiles(took.db), concurrency: 100, error_rate: 0, cpu: { cores: 2 } },
          },
        ],
        [
          {
            from: api,
            to: db,
            probability: 1,
            lag_ms: { p50: 0, p90: 0 },
            call: { pool: 1, timeout_ms: 30_000, environment: { pool: 'POOL' } },
          },
        ],
        api,
        perSecond,
      ),
  },
  {
    name: 'one copy of a program of one thread',
    path: '/work',
    load: 0.75,
    compose: (ports) => service(ports, 'init: true', '{ THREADS: "1", WORK: "50000" }'),
    capacity: ({ total }) => 1000 / mean(total),
    document: ({ api }, { total }, perSecond) =>
      persona(
        [
          {
            id: api,
            kind: 'service',
            requirements: machine(1),
            service: { quantiles_ms: quantiles(total), concurrency: 1, error_rate: 0, cpu: { cores: 1 } },
          },
        ],
        [],
        api,
        perSecond,
      ),
  },
];
