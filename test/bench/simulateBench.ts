/**
 * The simulation: how fast, how much memory, and how true. Requests a second of one core on the sample graph; a day of 100 personas;
 * memory of a short and of a hundred times as long a run; and five models of queueing theory at several loads: how often the 95 % interval of a set of
 * replications holds it, and how far the mean of all is from it. `REHEARSAL_SETS` makes fewer sets than 100, and
 * `REHEARSAL_MODEL` takes only the models whose name has that in it.
 */
import { compile } from '../../src/simulate/model/compile.ts';
import { run } from '../../src/simulate/model/engine.ts';
import { rehearse } from '../../src/simulate/model/rehearse.ts';
import type { Scenario } from '../../src/simulate/scenario/scenario.ts';
import { readScenarioOf, SHOP } from '../simulate/personas.ts';
import { againstTheory, METRICS, MODELS } from '../simulate/theory.ts';
import { type Figure, figure, tell } from './figures.ts';

const SETS = Number(process.env.REHEARSAL_SETS ?? 100);
const quiet = { pause: async () => {}, cancelled: () => false };
const gc = (globalThis as { gc?: () => void }).gc ?? (() => {});

function speed(): number {
  const { program } = compile(readScenarioOf(SHOP, { scale: 4 }).scenario);
  const begun = coreSeconds();
  const { requestsEnded } = run(program, { seed: 1, durationMs: 1_000_000 });
  return requestsEnded / (coreSeconds() - begun);
}

/** Time of processors, which other programs of the machine do not take away. */
function coreSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A hundred personas, each with resources of its own and one request a second by day. */
function hundred(): Scenario {
  const [shopper] = SHOP.personas;
  const named = (id: string, i: number): string => (id === 'session' ? id : id.replace('shop/', `shop${i}/`));
  const personas = Array.from({ length: 100 }, (_, i) => ({
    ...shopper,
    name: `Shopper ${i}`,
    resources: shopper.resources.map((r) => ({ ...r, id: named(r.id, i) })),
    edges: shopper.edges.map((e) => ({ ...e, from: named(e.from, i), to: named(e.to, i) })),
    engagement_patterns: [{ ...shopper.engagement_patterns[0], expected_volume: 60 }],
    traffic: { peak_times: ['Mon-Fri 09:00-17:00'] },
  }));
  return readScenarioOf({ version: 1, personas }, { durationMs: 86_400_000 }).scenario;
}

async function day(): Promise<number> {
  const scenario = hundred();
  const begun = coreSeconds();
  const result = await rehearse(scenario, { durationMs: 86_400_000, seed: 1, ...quiet });
  if (!result.ok || result.value.end !== 'done' || result.value.measuredMs < 86_400_000)
    throw new Error('The day was not simulated to its end.');
  return coreSeconds() - begun;
}

/** The most that is held while it runs, looked at every 200,000 events. */
function heldDuring(durationMs: number): number {
  const { program } = compile(readScenarioOf(SHOP, { scale: 0.5 }).scenario);
  const held = (): number => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };
  const before = held();
  let most = 0;
  const look = (): boolean => {
    most = Math.max(most, held() - before);
    return false;
  };
  const { end } = run(program, { seed: 1, durationMs, stop: look });
  if (end !== 'done' || most === 0) throw new Error('The run was too short to look at, or did not end.');
  return most;
}

/** Requests a replication at each load, so that chance is well below 1 % over all sets: the wait of M/M/1 varies with 1 / (1 − load)². */
const LOADS = [
  [0.3, 4000],
  [0.5, 6000],
  [0.7, 12_000],
  [0.8, 24_000],
  [0.9, 60_000],
  [0.95, 110_000],
] as const;

/** No two share their chance, or one unlucky seed would be six. */
let seeds = 1;

async function truth(model: string): Promise<{ readonly figures: Readonly<Record<string, Figure>>; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const off: Record<string, number[]> = {};
  let [within, intervals] = [0, 0];
  for (const [load, requests] of LOADS) {
    const held = await againstTheory(model, load, requests, SETS, 1000 * seeds++);
    const told = METRICS.map((metric) => {
      const one = held[metric];
      off[metric] = [...(off[metric] ?? []), 100 * Math.abs(one.off)];
      within += one.within;
      intervals += one.intervals;
      return `${metric} ${(100 * one.off).toFixed(2)} % off, inside ${((100 * one.within) / one.intervals).toFixed(1)} %`;
    });
    lines.push(`${model} at ${load}: ${told.join('; ')}`);
    process.stderr.write(`${lines.at(-1)}\n`);
  }
  const figures = METRICS.map((metric) => [`${model}: mean ${metric} from theory, six loads`, figure('%', off[metric] ?? [])] as const);
  return {
    figures: {
      ...Object.fromEntries(figures),
      [`${model}: theory inside the 95 % interval`]: figure('%', [(100 * within) / intervals]),
    },
    lines,
  };
}

const speeds = Array.from({ length: 5 }, speed);
const days = [await day()];
const HOUR = 3_600_000;
const [short, long] = [heldDuring(HOUR), heldDuring(100 * HOUR)];
const begun = coreSeconds();
const truths: Awaited<ReturnType<typeof truth>>[] = [];
const models = Object.keys(MODELS).filter((name) => name.includes(process.env.REHEARSAL_MODEL ?? ''));
for (const model of models) truths.push(await truth(model));

tell(
  {
    'simulated requests a second on one core, sample graph': figure('1/s', speeds),
    'a day of 100 personas, all replications': figure('core s', days),
    'most memory held in one simulated hour': figure('MiB', [short]),
    'most memory held in a hundred simulated hours': figure('MiB', [long]),
    ...Object.assign({}, ...truths.map((t) => t.figures)),
    'all of the above against theory': figure('core s', [coreSeconds() - begun]),
  },
  truths.flatMap((t) => t.lines),
);
