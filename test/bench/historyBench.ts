/**
 * `npm run bench:history`: a user's own history becomes personas, as “Learn from Existing History…” does it without its windows: the
 * learner's thread imports through the gate, writes the trace, reads journal and trace, and learns. The histories are generated from a
 * seed: 50,000 commands of 8 workflows with arguments as people type them, one in fifty with a secret; Z shell's with times, bash's
 * without. Each run is the whole way in a fresh app, and the goal is 2 s. How long this thread was held up is measured too.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build } from 'esbuild';
import type { HistorySource } from '../../src/app/ports.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { type Figure, figure, tell } from './figures.ts';

const LINES = 50_000;
const RUNS = 5;
const START_S = 1_600_000_000;

const WORKFLOWS: readonly (readonly string[])[] = [
  ['git pull', 'npm install', 'npm run dev', 'npm test', 'git add', 'git commit -m', 'git push'],
  ['psql -h localhost -U me', 'docker compose up -d db', 'node api/report.mjs', 'psql -c'],
  ['kubectl get pods -n', 'kubectl logs -f', 'helm upgrade --install', 'kubectl describe pod'],
  ['cargo build', 'cargo test', 'cargo clippy', 'git diff', 'cargo run --'],
  ['python train.py --lr', 'jupyter lab --port', 'dvc pull', 'pip install'],
  ['terraform plan -out', 'terraform apply', 'aws s3 ls', 'terraform init'],
  ['vim', 'make', 'make test', 'gdb ./build/', 'grep -rn'],
  ['ssh', 'systemctl status', 'journalctl -u', 'curl -s http://localhost:8080/'],
];
const SHARED = ['ls -la', 'cd', 'git status', 'cat', 'git log --oneline'];

interface Typed {
  readonly line: string;
  readonly atS: number;
}

function typed(seed: number): readonly Typed[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const all: Typed[] = [];
  let atS = START_S;
  while (all.length < LINES) {
    const own = WORKFLOWS[Math.floor(WORKFLOWS.length * random() ** 1.5)] as readonly string[];
    atS += 2 * 3600 + Math.floor(10 * 3600 * random());
    for (let i = 8 + Math.floor(20 * random()); i > 0 && all.length < LINES; i--) {
      atS += 5 + Math.floor(-60 * Math.log(1 - random()));
      const secret = random() < 0.02 ? ` --password=${Math.floor(1e9 * random()).toString(36)}` : '';
      const piped = random() < 0.1 ? ' | grep error' : '';
      all.push({ line: `${pick(random() < 0.75 ? own : SHARED)} ${Math.floor(1e6 * random()).toString(36)}${secret}${piped}`, atS });
    }
  }
  return all;
}

const folder = mkdtempSync(join(tmpdir(), 'prewarm-bench-history-'));
const bundles = join(folder, 'bundles');
await build({
  entryPoints: { worker: join(process.cwd(), 'src/host/node/learnerThread.ts') },
  outdir: bundles,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
const history = typed(7);
const sources: Record<string, HistorySource> = {
  'Z shell': { format: 'zsh', path: join(folder, '.zsh_history') },
  bash: { format: 'bash', path: join(folder, '.bash_history') },
};
writeFileSync(join(folder, '.zsh_history'), history.map(({ line, atS }) => `: ${atS}:0;${line}\n`).join(''));
writeFileSync(join(folder, '.bash_history'), history.map(({ line }) => `${line}\n`).join(''));

const figures: Record<string, Figure> = {};
for (const [name, source] of Object.entries(sources)) {
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await once(source, join(folder, `${source.format}-${i}`)));
  figures[`${name}, ${LINES} lines: import and learn`] = figure(
    'ms',
    runs.map((r) => r.ms),
  );
  figures[`${name}: of it, import`] = figure(
    'ms',
    runs.map((r) => r.importMs),
  );
  figures[`${name}: this thread held up, at most`] = figure(
    'ms',
    runs.map((r) => r.heldUpMs),
  );
  figures[`${name}: personas`] = figure(
    'count',
    runs.map((r) => r.personas),
  );
}
rmSync(folder, { recursive: true });
tell(figures);

/** In a fresh app each time, as in a window that has just been opened. */
async function once(source: HistorySource, place: string) {
  mkdirSync(join(place, 'work'), { recursive: true });
  const opened = await openApp({
    folder: join(place, 'work'),
    stateFolder: join(place, 'state'),
    bundles,
    settings: { mode: 'shadow', gateway: 'off' },
    providers: { embedded: 'off' },
    log: () => {},
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  const app = opened.value;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const begun = performance.now();
  let importedAt = begun;
  const result = await app.changeHistory(
    { read: [source], forget: [] },
    { progress: (step) => (importedAt = 'read' in step ? performance.now() : importedAt) },
  );
  const ms = performance.now() - begun;
  delay.disable();
  await app.dispose();
  if (!result.ok) throw new Error(result.fault.message);
  if (result.value.personas === 0 || app.state().personas.length === 0) throw new Error('no personas');
  return { ms, importMs: importedAt - begun, heldUpMs: delay.max / 1e6, personas: result.value.personas };
}
