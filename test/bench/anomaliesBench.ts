/**
 * `npm run bench:anomalies [-- --data <folder>]`: how many rows a second are scored, and the score on the Numenta Anomaly Benchmark where
 * its files are (`../shared/data/series/nab` by default) and Python with NumPy is there to run the benchmark's own scorer.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createDetector } from '../../src/predict/demand/anomaly/detector.ts';
import { readSeries } from '../../src/sense/series/readSeries.ts';
import { figure, tell } from './figures.ts';

const RUNS = 5;
const ROWS = 200_000;
const DATA = join('..', 'shared', 'data', 'series', 'nab');

/** A day's rhythm and noise, so that every view has something to look at. */
const made = Array.from({ length: ROWS }, (_, i) => ({ at: i * 300_000, value: 100 + 40 * Math.sin(i / 45.8) + ((i * 7919) % 101) / 5 }));
const rates = Array.from({ length: RUNS }, () => {
  const detector = createDetector('made');
  const begun = performance.now();
  for (const { at, value } of made) detector.update(at, value);
  return ROWS / ((performance.now() - begun) / 1000);
});
const figures: Record<string, ReturnType<typeof figure>> = { 'rows scored, made series': figure('rows/s', rates) };
if (existsSync(DATA)) Object.assign(figures, benchmark());
tell(figures);

function benchmark() {
  const scores = mkdtempSync(join(tmpdir(), 'prewarm-nab-'));
  let [rows, ms] = [0, 0];
  for (const name of readdirSync(DATA, { recursive: true, encoding: 'utf8' }).filter((n) => n.endsWith('.csv'))) {
    const file = join(DATA, name);
    const read = readSeries(readFileSync(file, 'utf8'), file);
    if (!read.ok || read.value.shape !== 'points') throw new Error(`${file} is no series`);
    const detector = createDetector(file);
    const begun = performance.now();
    const list = read.value.points.map(({ at, value }) => detector.update(at, value).score);
    ms += performance.now() - begun;
    rows += list.length;
    const target = join(scores, relative(DATA, file).replace(/\.csv$/, '.json'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, JSON.stringify(list));
  }
  const scorer = (...more: readonly string[]) => {
    const { stdout, stderr, status } = spawnSync(
      'python3',
      [join(DATA, 'score.py'), '--data', DATA, '--scores', scores, '--json', ...more],
      { encoding: 'utf8' },
    );
    if (status === 0) return [figure('', [(JSON.parse(stdout) as { score: number }).score])];
    console.error(`the scorer did not run: ${stderr.trim().split('\n').at(-1)}`);
    return [];
  };
  const [best] = scorer();
  const [shipped] = scorer('--threshold', '0.5');
  rmSync(scores, { recursive: true });
  return {
    'rows scored, benchmark’s files': figure('rows/s', [rows / (ms / 1000)]),
    ...(best ? { 'NAB score, best threshold': best } : {}),
    ...(shipped ? { 'NAB score, the alerts as shipped': shipped } : {}),
  };
}
