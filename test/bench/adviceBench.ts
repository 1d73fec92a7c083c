/**
 * Advice against life: three set-ups in containers that carry their load badly. Each is measured at low load, rehearsed by the model, its top
 * recommendation applied for real by `app.remedies`, and the same load played before, after, and after it was taken back. `ADVICE_SECONDS` (90) is how
 * long the load is played before, and half of it after each change, `ADVICE_ONLY` a number 1–3 for one of them. Needs an engine, and a quiet machine for its figures to mean anything.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { App } from '../../src/app/app.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import type { Advice } from '../../src/simulate/advice/advise.ts';
import { readPractices } from '../../src/simulate/practice/practice.ts';
import shipped from '../../src/simulate/practice/practices.json' with { type: 'json' };
import { rehearsal } from '../../src/simulate/rehearsal.ts';
import type { RehearsalResult } from '../../src/simulate/result/result.ts';
import { readPersonas } from '../../src/simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../src/simulate/scenario/readScenario.ts';
import { mean, SETUPS, type Setup, type Took } from './advice/setups.ts';
import { type Figure, figure, tell } from './figures.ts';

// Bundled into test-results/bench; the repository is where it is run.
const ROOT = process.cwd();
const SECONDS = Number(process.env.ADVICE_SECONDS ?? 90);
const LOW_SECONDS = 12;
const SEED = 1;
const docker = new Docker();
const figures: Record<string, Figure> = {};
const tables: string[] = [
  '',
  'set-up                                  top recommendation                       p95 before  after  taken back   predicted before  after   gain/predicted',
];

interface Played {
  readonly latencies: readonly number[];
  readonly failed: number;
  readonly parts: readonly Readonly<Record<string, number>>[];
}

async function play(port: number, path: string, perSecond: number, seconds: number): Promise<Played> {
  const args = [
    join(ROOT, 'test', 'bench', 'advice', 'player.mjs'),
    `http://127.0.0.1:${port}${path}`,
    String(perSecond),
    String(seconds),
    String(SEED),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Played;
}

const p95 = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] as number;

async function rehearsed(document: object): Promise<RehearsalResult> {
  const personas = valued(readPersonas(document, 'the document'));
  const options = { durationMs: 600_000, seed: SEED };
  const read = valued(scenarioOf(personas, { ...options, scale: 1, rung: 'ready' }));
  return valued(
    await rehearsal(read, {
      ...options,
      personas: ['Load'],
      scale: 1,
      injected: [],
      practices: valued(readPractices(shipped, 'practices')),
      pause: async () => {},
      cancelled: () => false,
    }),
  );
}

async function measure(setup: Setup): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'prewarm-advice-'));
  const project = `prewarm-advice-${process.pid}`;
  const folder = join(root, project);
  const api = `compose:${project}/api`;
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'compose.yaml'), setup.compose({ project, api: port }));
  const app = valued(
    await openApp({
      folder,
      stateFolder: join(root, 'state'),
      bundles: resolve(ROOT, 'dist'),
      log: () => {},
      providers: { embedded: 'off', snapshotBytes: 0 },
      // Nobody else tells it what to do meanwhile: its limits while idle are no part of the set-up.
      settings: { mode: 'suggest', gateway: 'on', memoryBytes: 2 ** 32 },
    }),
  );
  try {
    const [fault] = await app.warm([api]);
    if (fault) throw new Error(fault.message);
    await app.settle();
    await held(app, setup, { api, db: `compose:${project}/db` }, port);
  } finally {
    const label = [`dev.prewarm.workspace=${app.state().workspace.id}`];
    await app.dispose();
    for (const { Id } of await docker.listContainers({ all: true, filters: { label } }))
      await docker.getContainer(Id).remove({ force: true, v: true });
    await docker
      .getNetwork(`${project}_default`)
      .remove()
      .catch(() => {});
    rmSync(root, { recursive: true, force: true });
  }
}

async function held(app: App, setup: Setup, ids: { api: string; db: string }, port: number): Promise<void> {
  await play(port, setup.path, 0, 3);
  const spent = await processorMs(app, ids.api);
  const low = await play(port, setup.path, 0, LOW_SECONDS);
  const took: Took = {
    cpuMs: ((await processorMs(app, ids.api)) - spent) / low.latencies.length,
    total: low.latencies,
    db: low.parts.map((p) => p.db ?? 0),
  };
  const perSecond = setup.load * setup.capacity(took);
  console.error(
    `${setup.name}: ${low.latencies.length} single requests took ${mean(took.total).toFixed(1)} ms (${took.cpuMs.toFixed(1)} ms of the processor), database ${mean(took.db).toFixed(1)} ms; load ${perSecond.toFixed(1)}/s`,
  );
  const result = await rehearsed(setup.document(ids, took, perSecond));
  for (const [i, a] of result.advice.entries())
    console.error(`  ${i + 1}. ${a.text}: p95 ${a.before.p95Ms} → ${a.after.p95Ms}, worth ${a.worthPerHour}`);
  const [top] = result.advice as readonly Advice[];
  if (!top) throw new Error(`${setup.name}: nothing is recommended`);
  const declared = await configuration(app);
  const before = await play(port, setup.path, perSecond, SECONDS);
  const applied = valued(await app.remedies.apply(top));
  await app.settle();
  await play(port, setup.path, perSecond, 3);
  // A queue is the noisier the fuller it is: what is carried well is told sooner.
  const after = await play(port, setup.path, perSecond, SECONDS / 2);
  // Where its effect fell short it has taken itself back already.
  const undone = app.remedies.list().find((r) => r.id === applied.id)?.phase === 'undone';
  if (undone) console.error(`  taken back by itself: ${app.remedies.lines().at(-1)?.because}`);
  else valued(await app.remedies.undo(applied.id));
  await app.settle();
  const exact = JSON.stringify(await configuration(app)) === JSON.stringify(declared);
  await play(port, setup.path, perSecond, 3);
  const again = await play(port, setup.path, perSecond, SECONDS / 2);
  say(setup, top, { before, after, again, exact, rehearsedP95: result.latencyMs.p95 ?? Number.NaN });
}

/** Processor time of its containers since they began, ms. */
async function processorMs(app: App, resource: string): Promise<number> {
  const label = [`dev.prewarm.workspace=${app.state().workspace.id}`, `dev.prewarm.resource=${resource}`];
  const all = await docker.listContainers({ filters: { label } });
  const used = await Promise.all(
    all.map(async ({ Id }) => (await docker.getContainer(Id).stats({ stream: false })).cpu_stats.cpu_usage.total_usage),
  );
  return used.reduce((sum, ns) => sum + ns / 1e6, 0);
}

function say(
  setup: Setup,
  top: Advice,
  { before, after, again, exact, rehearsedP95 }: { before: Played; after: Played; again: Played; exact: boolean; rehearsedP95: number },
): void {
  const [b, a, u] = [before, after, again].map((p) => p95(p.latencies)) as [number, number, number];
  const failures = before.failed + after.failed + again.failed;
  const share = (1 - a / b) / (1 - top.after.p95Ms / top.before.p95Ms);
  const inMs = (b - a) / (top.before.p95Ms - top.after.p95Ms);
  const figuresOf = {
    'p95 before': b,
    'p95 after': a,
    'p95 taken back': u,
    'predicted p95 before': top.before.p95Ms,
    'predicted p95 after': top.after.p95Ms,
    'rehearsed p95': rehearsedP95,
  };
  for (const [name, value] of Object.entries(figuresOf)) figures[`${setup.name}: ${name}`] = figure('ms', [value]);
  figures[`${setup.name}: improvement (share of p95) over predicted`] = figure('', [share]);
  figures[`${setup.name}: improvement (ms) over predicted`] = figure('', [inMs]);
  figures[`${setup.name}: failed requests`] = figure('requests', [failures]);
  figures[`${setup.name}: configuration exactly restored`] = figure('1 = yes', [exact ? 1 : 0]);
  tables.push(
    `${setup.name.padEnd(39)} ${top.text.slice(0, 40).padEnd(41)}${[b, a, u].map((v) => v.toFixed(0).padStart(9)).join('')}   ${top.before.p95Ms.toFixed(0).padStart(12)}${top.after.p95Ms.toFixed(0).padStart(10)}   ${share.toFixed(2)} of p95, ${inMs.toFixed(2)} in ms${exact ? '' : ', NOT RESTORED'}`,
  );
  console.error(tables.at(-1));
}

/** Of every container of this workspace, as far as a remedy could change it. */
async function configuration(app: App): Promise<unknown> {
  const label = [`dev.prewarm.workspace=${app.state().workspace.id}`];
  const all = await docker.listContainers({ all: true, filters: { label } });
  const inspected = await Promise.all(all.map(({ Id }) => docker.getContainer(Id).inspect()));
  return inspected
    .map(({ Name, Config, HostConfig }) => ({ Name, Env: [...(Config.Env ?? [])].sort(), Cmd: Config.Cmd, HostConfig }))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function valued<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

// By its path, since it finds its own files beside it.
const { ensureApi } = await import(pathToFileURL(join(ROOT, 'test', 'harness', 'images.mjs')).href);
await ensureApi();
const only = Number(process.env.ADVICE_ONLY ?? 0);
for (const [i, setup] of SETUPS.entries())
  if (only === 0 || only === i + 1)
    await measure(setup).catch((error: Error) => {
      console.error(`${setup.name}: ${error.message}`);
      process.exitCode = 1;
    });
tell(figures, tables);
