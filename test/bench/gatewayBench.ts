/**
 * `npm run bench:gateway`: the gateway against a direct connection, in one run, runs of each taking turns. The database is PostgreSQL in a
 * container of the bench's own (image `postgres:15`, removed at the end), the gateway is alone in a process of its own, and *direct* is what a
 * user has: the port that Docker publishes on 127.0.0.1. Needs Docker, `pgbench` and `psql`. Goals: pgbench with 8 clients ≥ 0.9 of direct,
 * at most 0.1 ms more for a `select 1`, 1 GB in bulk ≥ 0.8, and 500 clients of a stopped database: one start, 500 answers.
 * Ratios are throughput by the gateway ÷ throughput direct, each of two runs beside each other; more is better.
 */
import { type Figure, figure, tell } from './figures.ts';
import { createBenchDatabase, createBenchSource, serverAddressOf } from './gateway/database.ts';
import { BULK_BYTES, latencyMs, pgbenchTps, rawBulkMBs, sqlBulkMBs } from './gateway/loads.ts';
import { gatewayProcess, roles, sourceProcess } from './gateway/processes.ts';
import { connectAll, type Storm } from './gateway/storm.ts';

const RUNS = 5;
const CLIENTS = 8;
const SECONDS = 5;
const STORM_CLIENTS = 500;
const LATENCY_BLOCKS = 15;

const role = process.argv[2];
if (role !== undefined) await roles(role);
else await measure();

async function measure(): Promise<void> {
  const figures: Record<string, Figure> = {};
  const database = await createBenchDatabase();
  try {
    const gateway = await gatewayProcess({ backendPort: await database.port() });
    const places: Places = {
      direct: { host: '127.0.0.1', port: await database.port() },
      gateway: { host: '127.0.0.1', port: gateway.port },
      container: await serverAddressOf(database.name),
    };
    for (const [name, script] of Object.entries({ 'TPC-B-like': [], 'select only': ['-S'] })) {
      note(`pgbench, ${name} …`);
      await alternate(
        `pgbench, ${name}`,
        'transactions/s',
        places,
        (at) => pgbenchTps(at, [...script, '-c', `${CLIENTS}`, '-T', `${SECONDS}`]),
        figures,
      );
    }
    note('latency …');
    await latency(places, figures);
    note('COPY of 1 GB …');
    await alternate('COPY of 1 GB', 'MB/s', places, sqlBulkMBs, figures);
    gateway.stop();
    await raw(figures);
    await storm(database, figures);
  } finally {
    database.remove();
  }
  tell(figures);
}

interface Place {
  readonly host: string;
  readonly port: number;
}

interface Places {
  readonly direct: Place;
  readonly gateway: Place;
  /** The container's own address, where it can be reached: without docker-proxy. */
  readonly container: Place | undefined;
}

/** One run of each in turn, the order turning round each time, so that what else the machine does falls on all. */
async function alternate(
  name: string,
  unit: string,
  { direct, gateway, container }: Places,
  run: (at: Place) => Promise<number>,
  figures: Record<string, Figure>,
): Promise<void> {
  const all = Object.entries({ direct, gateway, ...(container ? { "container's own address": container } : {}) });
  const values: Record<string, number[]> = {};
  await run(direct);
  for (let i = 0; i < RUNS; i++) {
    for (const [place, at] of i % 2 === 0 ? all : [...all].reverse()) (values[place] ??= []).push(await run(at));
  }
  for (const [place, each] of Object.entries(values)) figures[`${name}: ${place}`] = figure(unit, each);
  figures[`${name}: gateway ÷ direct`] = ratio(values.gateway, values.direct);
  if (container) figures[`${name}: gateway ÷ container's own address`] = ratio(values.gateway, values["container's own address"]);
}

function ratio(upper: readonly number[] = [], lower: readonly number[] = []): Figure {
  return figure(
    'ratio',
    upper.map((value, i) => value / (lower[i] as number)),
  );
}

async function latency({ direct, gateway, container }: Places, figures: Record<string, Figure>): Promise<void> {
  const blocks = await latencyMs([direct, gateway, ...(container ? [container] : [])], LATENCY_BLOCKS);
  const [ofDirect = [], ofGateway = [], ofContainer] = blocks;
  figures['select 1, median: direct'] = figure('ms', ofDirect);
  figures['select 1, median: gateway'] = figure('ms', ofGateway);
  if (ofContainer) figures["select 1, median: container's own address"] = figure('ms', ofContainer);
  figures['select 1, median: added by the gateway'] = figure(
    'ms',
    ofGateway.map((ms, i) => ms - (ofDirect[i] as number)),
  );
}

/** Without a database: as fast as bytes go, from a container as a user has it, and from a process of this machine. */
async function raw(figures: Record<string, Figure>): Promise<void> {
  note('1 GB over plain TCP …');
  const inContainer = await createBenchSource(BULK_BYTES);
  try {
    await rawFrom('1 GB over plain TCP', inContainer.port, figures);
  } finally {
    inContainer.remove();
  }
  const outside = await sourceProcess();
  await rawFrom('1 GB over plain TCP, no container', outside.port, figures);
  outside.stop();
}

async function rawFrom(name: string, port: number, figures: Record<string, Figure>): Promise<void> {
  const gateway = await gatewayProcess({ backendPort: port });
  const places = { direct: { host: '127.0.0.1', port }, gateway: { host: '127.0.0.1', port: gateway.port }, container: undefined };
  await alternate(name, 'MB/s', places, rawBulkMBs, figures);
  gateway.stop();
}

async function storm(database: Awaited<ReturnType<typeof createBenchDatabase>>, figures: Record<string, Figure>): Promise<void> {
  note(`${STORM_CLIENTS} clients of a stopped database …`);
  const runs: (Storm & { readonly starts: number })[] = [];
  for (let i = 0; i < RUNS; i++) {
    await database.stop();
    const gateway = await gatewayProcess({ starts: database.name });
    const outcome = await connectAll(gateway.port, STORM_CLIENTS);
    runs.push({ ...outcome, starts: await gateway.starts() });
    gateway.stop();
  }
  const of = (unit: string, pick: (run: (typeof runs)[number]) => number): Figure => figure(unit, runs.map(pick));
  figures[`${STORM_CLIENTS} clients, stopped database: starts`] = of('count', (r) => r.starts);
  figures[`${STORM_CLIENTS} clients, stopped database: answers`] = of('count', (r) => r.answers);
  figures[`${STORM_CLIENTS} clients, stopped database: errors`] = of('count', (r) => r.errors.length);
  figures[`${STORM_CLIENTS} clients, stopped database: first answer`] = of('ms', (r) => r.firstMs);
  figures[`${STORM_CLIENTS} clients, stopped database: last answer`] = of('ms', (r) => r.lastMs);
  for (const error of new Set(runs.flatMap((r) => r.errors))) note(`error: ${error}`);
}

function note(text: string): void {
  process.stderr.write(`  ${text}\n`);
}
