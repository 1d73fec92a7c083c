/**
 * `npm start`: the main job from nothing. Takes the recorded history of the sample workspace, holds its last session with
 * the database back, learns the rest, plays that session's first activities, and lets Prewarm warm what it then expects.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { ROOT, SAMPLE, seedHistory } from './workspace.mjs';

const SHOWN_GAP_MS = 700;
const QUERY =
  'select p.name, sum(o.quantity)::int as sold from orders o join products p on p.id = o.product_id group by p.id, p.name order by sold desc, p.id limit 5';

const json = process.argv.includes('--json');
const began = Date.now();
const tell = (text) => json || process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
const percent = (p) => `${Math.round(100 * p)} %`;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

await prepare();
const { defaultStateFolder, openCore, workspaceOf } = await import(pathToFileURL(join(ROOT, 'dist', 'core.js')).href);
const workspace = workspaceOf(SAMPLE);
const stateFolder = join(process.env.PREWARM_STATE ?? defaultStateFolder(), 'sample');
// Only this demonstration's own state is written, never the user's journal.
const { held: live, learnt } = seedHistory(stateFolder, workspace.id);

const app = await openCore({
  folder: SAMPLE,
  stateFolder,
  bundles: join(ROOT, 'dist'),
  trusted: true,
  mode: 'auto',
  memoryBytes: 2 ** 31,
  idleMs: 30 * 60_000,
  horizonMs: 20 * 60_000,
  retentionDays: 36_500,
  engine: {},
  devcontainerPath: '',
  embedded: 'on',
  log: (line) => process.env.PREWARM_VERBOSE && process.stderr.write(`${line}\n`),
});
let interrupted = false;
process.once('SIGINT', async () => {
  interrupted = true;
  process.stderr.write('\nCooling what this run warmed …\n');
  await app.cool(
    app
      .state()
      .resources.filter((r) => r.owner === 'prewarm')
      .map((r) => r.resource.id),
  );
  await app.dispose();
  process.exit(130);
});

try {
  const result = await mainJob();
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.query.ok && result.persona ? 0 : 1;
} catch (error) {
  if (!interrupted) process.stderr.write(`npm start: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (!interrupted) await app.dispose();
}

async function mainJob() {
  app.setMode('auto');
  await app.relearn();
  await app.settle();
  const said = new Map();
  const stop = app.onChange((state) => {
    for (const r of state.resources) narrate(r, said);
  });
  tell(
    `Learnt ${app.state().personas.length} personas from ${learnt} recorded sessions: ${app
      .state()
      .personas.map((p) => `“${p.name}” ${percent(p.weight)}`)
      .join(', ')}.`,
  );
  const decidedAt = await play();
  await app.settle();
  stop();
  const state = app.state();
  const database = state.resources.find((r) => r.resource.kind === 'database');
  const query = await ask(database);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const ledger = app.state().ledger;
  const entry = ledger.entries.at(-1);
  tell(
    query.ok
      ? `The first query through ${database.endpoint} answered ${query.rows.length} rows in ${query.ms} ms.`
      : `The query failed: ${query.error}`,
  );
  if (entry)
    tell(
      `Ledger: ${entry.outcome}; a cold start costs ${seconds(entry.coldMs)}, you waited ${seconds(entry.waitedMs)}: ${seconds(entry.savedMs)} saved.`,
    );
  if (decidedAt) tell(`In the recorded session the database was first used ${seconds(decidedAt)} after Prewarm decided to warm it.`);
  tell('It stays warm for 15 minutes at most unless you use it. `node dist/cli.js status --workspace resources/sample-shop` shows it.');
  tell('The same in VS Code: npm run vscode');
  return {
    persona: state.active?.name ?? null,
    probability: state.match.personas.find((p) => p.id === state.active?.id)?.probability ?? 0,
    resources: app
      .state()
      .resources.filter((r) => r.rung === 'ready')
      .map((r) => ({
        id: r.resource.id,
        provider: r.engine,
        rung: r.rung,
        endpoint: r.endpoint ?? null,
        readyInMs: r.readyInMs ?? 0,
        coldMs: r.coldMs ?? null,
      })),
    query: { ok: query.ok, rows: query.rows.length, ms: query.ms, ...(query.error ? { error: query.error } : {}) },
    ledger: { hits: ledger.hits, misses: ledger.misses, savedMs: ledger.savedMs, last: entry ?? null },
  };
}

/** The held-out session up to its first use of the database, through the same gate as live sensors. */
async function play() {
  let decidedAt;
  let named;
  const firstUse = live.find((a) => a.kind === 'resource.used' && a.resource.endsWith('/db'));
  for (const activity of live) {
    // The command that uses it comes at the same moment as its use; it is the query below that stands for it.
    if (firstUse && activity.at >= firstUse.at) break;
    const signal = asSignal(activity);
    if (!signal) continue;
    app.record(signal);
    tell(`· ${activity.resource.replace(/^(command|editor):/, '')} ${activity.kind.split('.')[1]}`);
    await new Promise((resolve) => setTimeout(resolve, SHOWN_GAP_MS));
    const { active, match, resources } = app.state();
    const probability = match.personas.find((p) => p.id === active?.id)?.probability;
    if (active && active.name !== named) tell(`  This looks like “${active.name}” (${percent(probability)}).`);
    named = active?.name;
    if (!decidedAt && resources.some((r) => r.resource.kind === 'database' && (r.target === 'ready' || r.rung === 'ready')))
      decidedAt = firstUse ? firstUse.at - activity.at : undefined;
  }
  return decidedAt;
}

function narrate(r, said) {
  const state = r.target === 'ready' && r.rung !== 'ready' ? 'warming' : r.rung;
  if (said.get(r.resource.id) === state) return;
  if (state === 'warming') tell(`  Warming ${r.resource.name} with ${r.engine}: ${r.decision?.reason.text}`);
  if (state === 'ready' && said.has(r.resource.id))
    tell(
      r.readyInMs === undefined
        ? `  ${r.resource.name} was warm already and is adopted.`
        : `  ${r.resource.name} is ready after ${seconds(r.readyInMs)}.`,
    );
  said.set(r.resource.id, state);
}

async function ask(resource) {
  const { default: pg } = await import('pg');
  const asked = Date.now();
  const client = new pg.Client({ connectionString: resource?.environment.DATABASE_URL });
  try {
    await client.connect();
    await client.query('select 1');
    const { rows } = await client.query(QUERY);
    return { ok: rows.length > 0, rows, ms: Date.now() - asked };
  } catch (error) {
    return { ok: false, rows: [], ms: Date.now() - asked, error: error.message };
  } finally {
    await client.end().catch(() => {});
  }
}

function asSignal({ resource, kind, confidence }) {
  const at = Date.now();
  const did = kind?.split('.')[1];
  if (resource.startsWith('command:') && did === 'started')
    return { type: 'command', at, did, line: resource.slice(8), confidence: confidence ?? 'high' };
  if (resource.startsWith('editor:') && resource !== 'editor:outside') {
    const parts = resource.slice(7).split('/');
    return { type: 'file', at, did, language: 'plaintext', path: join(SAMPLE, ...parts.slice(0, -1), `file.${parts.at(-1)}`) };
  }
  return undefined;
}
