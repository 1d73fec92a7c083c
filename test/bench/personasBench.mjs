/**
 * `npm run bench:personas`: learning personas from generated traces of 100,000 and 1,000,000 activities as a whole
 * process (time and peak memory), and, where PREWARM_TRACES (default ../shared/data) has them, sessions against labels.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepare } from '../harness/prepare.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const DATA = resolve(process.env.PREWARM_TRACES ?? join(ROOT, '..', 'shared', 'data'), 'traces');
const RUNS = 3;
const PERSONAS = 6;
await prepare();

const figures = {};
const folder = mkdtempSync(join(tmpdir(), 'prewarm-bench-'));
try {
  const medians = [];
  for (const size of [100_000, 1_000_000]) {
    const file = join(folder, `${size}.csv`);
    await generate(file, size, 7);
    const runs = Array.from({ length: RUNS }, () => cli('learn', file));
    medians.push(
      figure(
        `learn ${size}`,
        'ms',
        runs.map((r) => r.wallMs),
      ),
    );
    figure(
      `learn ${size}, peak memory`,
      'MB',
      runs.map((r) => r.peakMB),
    );
    figure(
      `learn ${size}, personas (${PERSONAS} planted)`,
      'count',
      runs.map((r) => r.personas.length),
    );
  }
  figure('time of 1,000,000 over time of 100,000', 'ratio', [medians[1] / medians[0]]);
  const kypo = join(DATA, 'kypo-commands.csv.gz');
  if (existsSync(kypo)) {
    const { clusters, stability } = cli('cluster', kypo, '--labels', join(DATA, 'kypo-labels.csv'), '--seeds', '10');
    figure('kypo personas', 'count', [clusters]);
    figure('kypo ARI, mean of 10 seeds', 'index', [stability.ari.mean]);
    figure('kypo ARI, standard deviation', 'index', [stability.ari.sd]);
    figure('kypo NMI, mean of 10 seeds', 'index', [stability.nmi.mean]);
    figure('kypo ARI between seeds', 'index', [stability.between]);
  }
  const ide = join(DATA, 'abb-ide.csv.gz');
  if (existsSync(ide)) {
    const { wallMs, peakMB, personas } = cli('learn', ide);
    figure('abb-ide learn', 'ms', [wallMs]);
    figure('abb-ide learn, peak memory', 'MB', [peakMB]);
    figure('abb-ide personas', 'count', [personas.length]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

process.stdout.write(`${JSON.stringify({ figures })}\n`);

/** Sessions of some actors in six personas, three of five activities the persona's own, one in four a repeat. */
async function generate(file, activities, seed) {
  const random = randomFrom(seed);
  const skewed = (n) => Math.floor(n * random() ** 2.5);
  const actors = Math.max(5, Math.round(activities / 10_000));
  const out = createWriteStream(file);
  out.write('at,actor,resource,workspace,source,kind\n');
  for (let session = 0, made = 0; made < activities; session++) {
    const own = Math.floor(random() * PERSONAS);
    let at = 1_600_000_000_000 + Math.floor(session / actors) * 6 * 3_600_000 + Math.floor(random() * 3_600_000);
    let last = '';
    let lines = '';
    for (let left = 10 + Math.floor(random() * 60); left > 0 && made < activities; left--, made++) {
      if (!last || random() >= 0.25) last = random() < 0.6 ? `command:own${own} ${skewed(120)}` : `command:common ${skewed(200)}`;
      at += Math.floor(1000 + random() * random() * 240_000);
      lines += `${at},a${session % actors},${last},w${session % 7},terminal,command.started\n`;
    }
    if (!out.write(lines)) await new Promise((resume) => out.once('drain', resume));
  }
  await new Promise((done) => out.end(done));
}

/** mulberry32, as in `src/learn/random.ts`. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function cli(...args) {
  const told = 'process.on("exit",()=>process.stderr.write(`\\npeak ${process.resourceUsage().maxRSS}\\n`))';
  const begun = performance.now();
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(told)}`, join(ROOT, 'dist', 'cli.js'), ...args, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`prewarm ${args.join(' ')} exited ${status}: ${stderr}`);
  return { ...JSON.parse(stdout), wallMs: performance.now() - begun, peakMB: Number(stderr.match(/peak (\d+)/)[1]) / 1024 };
}

function figure(name, unit, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 2)];
  figures[name] = { value, unit, runs: sorted.length, min: sorted[0], max: sorted.at(-1) };
  return value;
}
