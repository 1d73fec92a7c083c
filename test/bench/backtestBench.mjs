/**
 * `npm run bench:backtest`: the command line as a whole process over the public traces, several runs each. The traces are
 * taken from PREWARM_TRACES (default ../shared/data); without them it says so and exits 1.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { prepare } from '../harness/prepare.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const DATA = resolve(process.env.PREWARM_TRACES ?? join(ROOT, '..', 'shared', 'data'), 'traces');
const RUNS = 3;

if (!existsSync(DATA)) {
  console.error(`There are no traces at ${DATA}. Set PREWARM_TRACES to the folder that holds traces/.`);
  process.exit(1);
}
await prepare();

const figures = {};
for (const name of ['kypo-commands', 'alibaba-models', 'abb-ide']) {
  const file = join(DATA, `${name}.csv.gz`);
  if (!existsSync(file)) continue;
  const backtests = times(name === 'abb-ide' ? 1 : RUNS, () => cli('backtest', file));
  for (const [model, { micro, macro }] of Object.entries(backtests[0].models)) {
    for (const [key, value] of Object.entries(micro)) figure(`${name} ${model} ${key}`, key === 'logLoss' ? 'bits' : 'share', [value]);
    figure(`${name} ${model} top1 macro`, 'share', [macro.top1]);
  }
  figure(
    `${name} backtest, all models`,
    'ms',
    backtests.map((b) => b.elapsedMs),
  );
  figure(
    `${name} learn`,
    'ms',
    times(RUNS, () => cli('learn', file).elapsedMs),
  );
}

console.log(JSON.stringify({ figures }));

function cli(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`prewarm ${args.join(' ')} exited ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

function figure(name, unit, values) {
  const sorted = [...values].sort((a, b) => a - b);
  figures[name] = { value: sorted[Math.floor(sorted.length / 2)], unit, runs: sorted.length, min: sorted[0], max: sorted.at(-1) };
}

function times(n, act) {
  return Array.from({ length: n }, act);
}
