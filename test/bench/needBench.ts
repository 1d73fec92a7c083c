/**
 * `npm run bench:need`: is what is said of a need true? Protocol, per trace of PREWARM_TRACES (default ../shared/data):
 * sessions (split at 30 minutes without activity, or where the trace says) in the order of their first activity. Those of the
 * first half that have ended when the second half begins teach the personas and, by `rehearse`, the first calibration. The
 * second half is walked in the order of time: after every activity, for every resource that the personas or the session so
 * far know, P(used within 10 minutes in this session) is said; its outcome is known, and learnt, 10 minutes later. Said
 * probabilities are put in ten bins of a tenth each; a bin's gap is the mean of what was said less the share that came. What
 * rests on fewer than 30 outcomes or 1 session counts as abstained and is in no bin. `raw` is the same without calibration.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Activity } from '../../src/domain/index.ts';
import { createTraceProblems, readTrace } from '../../src/host/node/traceFile.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { MIN_EVIDENCE } from '../../src/predict/need.ts';
import { type Prediction, rehearse, replay } from '../../src/predict/replay.ts';
import { sessionsOf } from '../../src/sense/sessions.ts';
import { type Figure, figure, tell } from './figures.ts';

const DATA = resolve(process.env.PREWARM_TRACES ?? join(process.cwd(), '..', 'shared', 'data'), 'traces');
const HORIZON_MS = 10 * 60_000;
const IDLE_MS = 30 * 60_000;
const LEAST_OUTCOMES = 30;
/** A bin with fewer predictions says nothing of the gap. */
const LEAST_IN_BIN = 100;

interface Bin {
  n: number;
  said: number;
  used: number;
}

if (!existsSync(DATA)) {
  console.error(`There are no traces at ${DATA}. Set PREWARM_TRACES to the folder that holds traces/.`);
  process.exit(1);
}
const figures: Record<string, Figure> = {};
const tables: string[] = [];
for (const trace of process.env.PREWARM_BENCH_TRACES?.split(',') ?? ['kypo-commands', 'alibaba-models', 'abb-uses']) await measure(trace);
tell(figures, tables);

async function measure(trace: string): Promise<void> {
  const { taught, walked } = halves(sessionsOf(await activitiesOf(trace), { idleMs: IDLE_MS }).map((s) => s.activities));
  const learn = (sessions: readonly (readonly Activity[])[]) => learnPersonas(sessions, { now: 0, seed: 20_261 });
  const begun = performance.now();
  const model = learn(taught);
  console.error(
    `${trace}: ${taught.length} sessions taught, ${model.components.length} personas, ${Math.round(performance.now() - begun)} ms`,
  );
  const calibration = rehearse(taught, learn, { horizonMs: HORIZON_MS });
  const bins = { said: emptyBins(), raw: emptyBins() };
  const sums = { all: 0, abstained: 0, brier: 0, brierRaw: 0, logLoss: 0 };
  for (const predictions of replay(model, walked, { horizonMs: HORIZON_MS, ...(calibration ? { calibration } : {}) }))
    for (const p of predictions) enter(p, bins, sums);
  const told = sums.all - sums.abstained;
  Object.assign(figures, {
    [`${trace} largest gap`]: figure('probability', [largestGap(bins.said)]),
    [`${trace} largest gap, raw`]: figure('probability', [largestGap(bins.raw)]),
    [`${trace} expected calibration error`]: figure('probability', [expectedError(bins.said)]),
    [`${trace} Brier score`]: figure('score', [sums.brier / told]),
    [`${trace} Brier score, raw`]: figure('score', [sums.brierRaw / told]),
    [`${trace} log loss`]: figure('bits', [sums.logLoss / told]),
    [`${trace} predictions`]: figure('count', [sums.all]),
    [`${trace} abstained`]: figure('share', [sums.abstained / sums.all]),
  });
  bins.said.forEach((bin, d) => {
    if (bin.n > 0) figures[`${trace} decile ${d} gap`] = { ...figure('probability', [gap(bin)]), runs: bin.n };
  });
  tables.push(
    '',
    `${trace}: said, came, gap, predictions by decile (raw in brackets)`,
    ...bins.said.map((bin, d) => line(d, bin, bins.raw[d] as Bin)),
  );
}

async function activitiesOf(trace: string): Promise<readonly Activity[]> {
  const activities: Activity[] = [];
  for await (const batch of readTrace(join(DATA, `${trace}.csv.gz`), createTraceProblems())) activities.push(...batch);
  return activities;
}

function halves(sessions: readonly (readonly Activity[])[]) {
  const half = Math.floor(sessions.length / 2);
  const walked = sessions.slice(half);
  const cut = walked[0]?.[0]?.at ?? 0;
  return { taught: sessions.slice(0, half).filter((s) => (s.at(-1)?.at ?? 0) < cut), walked };
}

function enter(
  p: Prediction,
  bins: { said: Bin[]; raw: Bin[] },
  sums: Record<'all' | 'abstained' | 'brier' | 'brierRaw' | 'logLoss', number>,
): void {
  sums.all++;
  if (p.outcomes < LEAST_OUTCOMES || p.evidence < MIN_EVIDENCE) {
    sums.abstained++;
    return;
  }
  const came = p.used ? 1 : 0;
  sums.brier += (p.said - came) ** 2;
  sums.brierRaw += (p.raw - came) ** 2;
  sums.logLoss -= Math.log2(Math.max(1e-9, p.used ? p.said : 1 - p.said));
  add(bins.said, p.said, came);
  add(bins.raw, p.raw, came);
}

function add(bins: Bin[], said: number, came: number): void {
  const bin = bins[Math.min(9, Math.floor(10 * said))] as Bin;
  bin.n++;
  bin.said += said;
  bin.used += came;
}

function emptyBins(): Bin[] {
  return Array.from({ length: 10 }, () => ({ n: 0, said: 0, used: 0 }));
}
function gap({ n, said, used }: Bin): number {
  return (said - used) / n;
}
function largestGap(bins: readonly Bin[]): number {
  return Math.max(...bins.filter((b) => b.n >= LEAST_IN_BIN).map((b) => Math.abs(gap(b))));
}
function expectedError(bins: readonly Bin[]): number {
  const all = bins.reduce((sum, b) => sum + b.n, 0);
  return bins.reduce((sum, b) => sum + (b.n > 0 ? (b.n / all) * Math.abs(gap(b)) : 0), 0);
}
function line(decile: number, bin: Bin, raw: Bin): string {
  const cells = (b: Bin) =>
    b.n === 0
      ? '–'
      : `${(b.said / b.n).toFixed(3)}  ${(b.used / b.n).toFixed(3)}  ${gap(b).toFixed(3).padStart(6)}  ${String(b.n).padStart(8)}`;
  return `${(decile / 10).toFixed(1)}–${((decile + 1) / 10).toFixed(1)}  ${cells(bin)}   (${cells(raw)})`;
}
