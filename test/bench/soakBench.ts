import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import pg from 'pg';
import type { App } from '../../src/app/app.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { quietMoment } from '../../src/provision/containers/quietMoment.ts';
import { figure, tell } from './figures.ts';

/**
 * `npm run bench:soak`: the real app on the real Docker Engine under a developer who never rests: commands, queries, aborted connections,
 * warming, cooling, killed and paused containers, rescans, changes of mode. Is what it holds flat, and is anything left? `PREWARM_SOAK_MINUTES`
 * (default 30) says how long; the chance is seeded.
 */
const MINUTES = Number(process.env.PREWARM_SOAK_MINUTES ?? 30);
const SAMPLE_EVERY_MS = 15_000;
const ROOT = resolve(process.cwd());
const temp = mkdtempSync(join(tmpdir(), 'prewarm-soak-'));
const folder = join(temp, 'soak-shop');
cpSync(join(ROOT, 'resources', 'sample-shop'), folder, { recursive: true });
const compose = join(folder, 'compose.yaml');
writeFileSync(
  compose,
  readFileSync(compose, 'utf8')
    .replace('name: sample-shop', 'name: prewarm-soak')
    .replace('"5432:5432"', '"25432:5432"')
    .replace('"6379:6379"', '"26379:6379"'),
);

interface Sample {
  readonly minute: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly handles: number;
  readonly files: number;
}

const openedFiles = (): number => {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
};
const handles = (): number => process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length;

const begun = Date.now();
const sample = (): Sample => {
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { minute: (Date.now() - begun) / 60_000, heapBytes: heapUsed, residentBytes: rss, handles: handles(), files: openedFiles() };
};

type Deed = (it: App, random: () => number) => Promise<unknown>;

/** What is done more often stands more often. */
const DEEDS: readonly (readonly [string, Deed])[] = [
  ...Array.from({ length: 6 }, () => ['command', run] as const),
  ...Array.from({ length: 6 }, () => ['query', query] as const),
  ...Array.from({ length: 2 }, () => ['abort', abort] as const),
  ['crowd', (it) => Promise.all(Array.from({ length: 50 }, () => query(it)))],
  ['warm', (it, random) => it.warm([one(it, random)])],
  ['cool', (it, random) => it.cool([one(it, random)])],
  ['cancel', cancel],
  ['kill', (it, random) => engine(['kill', nameOf(one(it, random))])],
  ['pause', (it, random) => pause(nameOf(one(it, random)))],
  ['rescan', (it) => it.rescan()],
  ['mode', modes],
];

const before = sample();
const samples: Sample[] = [];
const did = new Map<string, number>();
const faults = new Set<string>();
let answered = 0;
let refused = 0;
const opened = await openApp({
  folder,
  stateFolder: join(temp, 'state'),
  bundles: join(ROOT, 'dist'),
  settings: { mode: 'auto', leaseMs: 120_000, settleMs: 10_000 },
  log: () => {},
});
if (!opened.ok) throw new Error(opened.fault.message);
const app = opened.value;
app.onChange((state) => {
  for (const fault of state.faults) faults.add(`${fault.code}: ${fault.message.slice(0, 160)}`);
});
await work(app);
const last = sample();
await app.cool(app.state().resources.flatMap((r) => (r.owner === 'prewarm' ? [r.resource.id] : [])));
await app.dispose();
await sleep(3000);
const after = sample();
report();

async function work(it: App): Promise<void> {
  let seed = 42;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  let sampledAt = 0;
  while (Date.now() - begun < MINUTES * 60_000) {
    const [name, act] = DEEDS[Math.floor(random() * DEEDS.length)] as (typeof DEEDS)[number];
    did.set(name, (did.get(name) ?? 0) + 1);
    await act(it, random).catch((error: Error) => faults.add(`${name}: ${error.message}`));
    if (Date.now() - sampledAt > SAMPLE_EVERY_MS) {
      sampledAt = Date.now();
      samples.push(sample());
    }
    await sleep(50 + random() * 1000);
  }
}

async function run(it: App, random: () => number): Promise<void> {
  const lines = ['git pull', 'npm run lint', 'psql', 'npm test', 'git status', 'ls', 'vim x'];
  const line = lines[Math.floor(random() * lines.length)] as string;
  it.record({ type: 'command', at: Date.now(), did: 'started', line, confidence: 'high' });
  await sleep(random() * 300);
  it.record({ type: 'command', at: Date.now(), did: 'ended', line, confidence: 'high', exitCode: 0, durationMs: 200 });
}

async function query(it: App): Promise<void> {
  const endpoint = it.state().resources.find((r) => r.resource.name === 'db')?.endpoint;
  if (!endpoint) return;
  const client = new pg.Client({ host: '127.0.0.1', port: portOf(endpoint), user: 'shop', password: 'shop', database: 'shop' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select count(*) from orders');
    answered++;
  } catch {
    // Killed, paused or cooled meanwhile: what matters is that nothing of it stays.
    refused++;
  } finally {
    await client.end().catch(() => {});
  }
}

async function abort(it: App): Promise<void> {
  const endpoint = it.state().resources.find((r) => r.resource.name === 'cache')?.endpoint;
  if (!endpoint) return;
  const socket = connect(portOf(endpoint), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('PING\r\n');
  await sleep(20);
  socket.resetAndDestroy();
}

async function cancel(it: App, random: () => number): Promise<void> {
  const controller = new AbortController();
  const warming = it.warm([one(it, random)], controller.signal);
  await sleep(random() * 1500);
  controller.abort();
  await warming;
}

async function modes(it: App): Promise<void> {
  it.setMode('suggest');
  await sleep(500);
  it.setMode('auto');
}

function one(it: App, random: () => number): string {
  const ids = it.state().resources.flatMap((r) => (['db', 'cache'].includes(r.resource.name) ? [r.resource.id] : []));
  return ids[Math.floor(random() * ids.length)] as string;
}

async function engine(args: readonly string[]): Promise<void> {
  try {
    execFileSync('docker', args, { stdio: 'pipe', timeout: 20_000 });
  } catch {
    // It did not run, or the engine hangs over it: the product has to live with that, and so has this.
  }
}

/** Not while a program is being started in it: that hangs the engine itself, whoever pauses. */
async function pause(name: string): Promise<void> {
  await quietMoment(new Docker().getContainer(name), AbortSignal.timeout(20_000)).catch(() => {});
  await engine(['pause', name]);
}

function nameOf(id: string): string {
  return `prewarm-soak-${id.split('/').at(-1)}-1`;
}

function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}

function docker(...args: string[]): readonly string[] {
  return execFileSync('docker', args).toString().split('\n').filter(Boolean);
}

function report(): void {
  const ours = ['--filter', 'label=dev.prewarm.owner', '--filter', 'label=com.docker.compose.project=prewarm-soak'];
  const running = docker('ps', '-q', ...ours).length;
  const made = docker('ps', '-aq', ...ours);
  const files = readdirSync(temp, { recursive: true }).map(String);
  const litter = files.filter((name) => /\.(lock|draft|partial)$|\.\d+$/.test(name));
  const half = samples.slice(Math.floor(samples.length / 2));
  const figures = {
    'time under load': figure('min', [last.minute]),
    deeds: figure('deeds', [[...did.values()].reduce((a, b) => a + b, 0)]),
    'queries answered': figure('queries', [answered]),
    'queries cut off by a kill, a pause or a cooling': figure('queries', [refused]),
    'heap after collection': figure(
      'MB',
      samples.map((s) => s.heapBytes / 1e6),
    ),
    'heap, slope of the second half': figure('MB/h', [60 * slope(half, (s) => s.heapBytes / 1e6)]),
    'resident memory': figure(
      'MB',
      samples.map((s) => s.residentBytes / 1e6),
    ),
    'resident memory, slope of the second half': figure('MB/h', [60 * slope(half, (s) => s.residentBytes / 1e6)]),
    handles: figure(
      'handles',
      samples.map((s) => s.handles),
    ),
    'handles, slope of the second half': figure('1/h', [60 * slope(half, (s) => s.handles)]),
    'open files': figure(
      'files',
      samples.map((s) => s.files),
    ),
    'open files, slope of the second half': figure('1/h', [60 * slope(half, (s) => s.files)]),
    'handles left': figure('handles', [after.handles - before.handles]),
    'open files left': figure('files', [after.files - before.files]),
    'containers of ours': figure('containers', [made.length]),
    'containers of ours that still run': figure('containers', [running]),
    'locks and drafts left': figure('files', [litter.length]),
  };
  if (made.length > 0) docker('rm', '-f', '-v', ...made);
  try {
    docker('network', 'rm', 'prewarm-soak_default');
  } catch {
    // Never made.
  }
  rmSync(temp, { recursive: true, force: true });
  const deeds = [...did].map(([name, count]) => `${name} ${count}`).join(', ');
  tell(figures, [`What was done: ${deeds}.`, ...litter.map((l) => `Left: ${l}`), ...[...faults].slice(0, 30).map((f) => `Told: ${f}`)]);
}

/** Of the least squares line, per minute. */
function slope(of: readonly Sample[], value: (s: Sample) => number): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const x = mean(of.map((s) => s.minute));
  const y = mean(of.map(value));
  const spread = of.reduce((sum, s) => sum + (s.minute - x) ** 2, 0);
  return spread === 0 ? 0 : of.reduce((sum, s) => sum + (s.minute - x) * (value(s) - y), 0) / spread;
}
