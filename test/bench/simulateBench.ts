/**
 * The simulation: how fast, how much memory, and how true. Requests a second of one core on the sample graph; a day of 100 personas;
 * memory of a short and of a long run; and the theory of M/M/1 at several loads: how often the 95 % interval of a set of replications
 * holds it, and how far the mean of all is from it. `REHEARSAL_SETS` makes fewer sets than 25.
 */
import { compile } from '../../src/simulate/model/compile.ts';
import { run } from '../../src/simulate/model/engine.ts';
import { rehearse } from '../../src/simulate/model/rehearse.ts';
import type { Scenario } from '../../src/simulate/scenario/scenario.ts';
import { readScenarioOf, SHOP } from '../simulate/personas.ts';
import { mm1, theory } from '../simulate/theory.ts';
import { figure, tell } from './figures.ts';

const SETS = Number(process.env.REHEARSAL_SETS ?? 25);
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
  const { program } = compile(readScenarioOf(SHOP).scenario);
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

const speeds = Array.from({ length: 5 }, speed);
const days = [await day()];
const [short, long] = [heldDuring(600_000), heldDuring(36_000_000)];
const held = { within: [] as number[], off: [] as number[] };
const table: string[] = [];
for (const [load, requests] of [
  [0.3, 20_000],
  [0.5, 20_000],
  [0.7, 40_000],
  [0.8, 60_000],
  [0.9, 100_000],
  [0.95, 200_000],
] as const) {
  const { within, off } = await mm1(load, requests, SETS);
  held.within.push(100 * within);
  held.off.push(100 * Math.abs(off));
  table.push(
    `M/M/1 at ${load}: ${theory(load).toFixed(2)} ms in theory, in the interval of ${(100 * within).toFixed(0)} % of ${SETS} sets, mean ${(100 * off).toFixed(2)} % off`,
  );
}
const within = held.within.reduce((a, b) => a + b, 0) / held.within.length;

tell(
  {
    'simulated requests a second on one core, sample graph': figure('1/s', speeds),
    'a day of 100 personas, all replications': figure('core s', days),
    'most memory held in ten simulated minutes': figure('MiB', [short]),
    'most memory held in ten simulated hours': figure('MiB', [long]),
    'theory inside the 95 % interval, of sets of replications': figure('%', [within]),
    'mean of all sets from theory, largest of the loads': figure('%', [Math.max(...held.off)]),
  },
  table,
);
