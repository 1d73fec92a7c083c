/**
 * `npm run bench [-- --json]` runs all benchmarks, `npm run bench:<name>` one. Each is a program of its own, bundled from
 * `<name>Bench.ts` (or run as it is from `<name>Bench.mjs`), so that none warms or fills the memory of another. With `--json`
 * one object goes to standard output (DESIGN §5.3), messages to standard error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import esbuild from 'esbuild';

const HERE = import.meta.dirname;
const OUT = join(HERE, '..', '..', 'test-results', 'bench');
const ALL = [
  'live',
  'need',
  'capacity',
  'cost',
  'ingest',
  'history',
  'gateway',
  'ready',
  'devcontainer',
  'graph',
  'typing',
  'anomalies',
  'personas',
  'profile',
  'backtest',
  'simulate',
  'life',
];
/** By name only: they take half an hour, or a quiet machine with an engine. */
const LONG = ['soak', 'advice'];
const asked = process.argv.slice(2).filter((a) => !a.startsWith('-'));
const unknown = asked.filter((name) => ![...ALL, ...LONG].includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${[...ALL, ...LONG].join(', ')}.`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : ALL;
const json = process.argv.includes('--json');

const figures = {};
let failed = 0;
for (const name of names) {
  console.error(`bench ${name} …`);
  const { stdout, status } = spawnSync(process.execPath, ['--expose-gc', '--max-old-space-size=6144', await programOf(name)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    failed++;
    continue;
  }
  const { figures: own, tables = [] } = JSON.parse(stdout);
  for (const [key, figure] of Object.entries(own)) figures[names.length > 1 ? `${name}: ${key}` : key] = figure;
  if (!json) for (const line of [...Object.entries(own).map(row), ...tables]) console.log(line);
}
if (json) {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  console.log(JSON.stringify({ bench: names.length > 1 ? 'all' : names[0], machine, figures }));
}
process.exit(failed > 0 ? 1 : 0);

async function programOf(name) {
  const plain = join(HERE, `${name}Bench.mjs`);
  if (existsSync(plain)) return plain;
  const outfile = join(OUT, `${name}.mjs`);
  await esbuild.build({
    entryPoints: [join(HERE, `${name}Bench.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    // Node finds the file of a package without `exports` only by its whole name.
    alias: { 'picomatch/posix': 'picomatch/posix.js' },
    logLevel: 'warning',
  });
  return outfile;
}

function row([name, f]) {
  const value = f.value === null ? '–' : String(Number(f.value.toPrecision(5)));
  const range = f.runs > 1 ? `  (${Number(f.min.toPrecision(3))}–${Number(f.max.toPrecision(3))}, ${f.runs} runs)` : '';
  return `${name.padEnd(56)} ${value.padStart(12)} ${f.unit}${range}`;
}
