import { rehearse } from '../../src/simulate/model/rehearse.ts';
import type { Estimate } from '../../src/simulate/result/estimate.ts';
import type { ModelledResource, Scenario, Step } from '../../src/simulate/scenario/scenario.ts';
import { meanOf, type ServiceTime, scvOf } from '../../src/simulate/scenario/serviceTime.ts';
import { erlangWait } from './stations.ts';

export const METRICS = ['wait', 'queue', 'utilization'] as const;
type Of<T> = Readonly<Record<(typeof METRICS)[number], T>>;

interface Theory {
  readonly scenario: Scenario;
  /** Of each resource: mean wait (ms), those who wait, and utilization. */
  readonly expected: ReadonlyMap<string, Of<number>>;
}

const exponential = (meanMs: number): ServiceTime => ({ shape: 'exponential', meanMs });

/** Models whose steady state is known in closed form, each at the load that its busiest station shall have. */
export const MODELS: Readonly<Record<string, (load: number) => Theory>> = {
  'M/M/1': (load) => alone(load, exponential(1), 1),
  'M/M/4': (load) => alone(load, exponential(4), 4),
  'M/D/1': (load) => alone(load, { shape: 'constant', meanMs: 1 }, 1),
  'M/G/1 (gamma, cv 1.5)': (load) => alone(load, { shape: 'gamma', meanMs: 1, cv: 1.5 }, 1),
  'Jackson network': jackson,
};

function alone(load: number, time: ServiceTime, servers: number): Theory {
  const perMs = (load * servers) / meanOf(time);
  // Pollaczek and Khinchine for one server, Erlang C for several.
  const wait = servers === 1 ? (load * meanOf(time) * (1 + scvOf(time))) / (2 * (1 - load)) : erlangWait(perMs, meanOf(time), servers);
  return {
    scenario: visited([station('s', time, servers)], [], 1000 * perMs, 1),
    expected: new Map([['s', { wait, queue: perMs * wait, utilization: load }]]),
  };
}

/**
 * Three stations: from the first, six of ten go on to the second (two servers) and half to the third, and of who has gone all the way every other one
 * begins again after a pause. Each station is then as if it were alone (Jackson 1957; pauses are a station of infinitely many servers).
 */
function jackson(load: number): Theory {
  const AGAIN = 2;
  const [a, b, c] = [load, 0.6 * load, 0.5 * load];
  const stations = [station('a', exponential(1), 1), station('b', exponential(3), 2), station('c', exponential(1.8), 1)];
  const wait = { a: erlangWait(a, 1, 1), b: erlangWait(b, 3, 2), c: erlangWait(c, 1.8, 1) };
  return {
    scenario: visited(stations, [step('a', 'b', 0.6), step('a', 'c', 0.5)], (1000 * load) / AGAIN, AGAIN),
    expected: new Map([
      ['a', { wait: wait.a, queue: a * wait.a, utilization: a }],
      ['b', { wait: wait.b, queue: b * wait.b, utilization: (b * 3) / 2 }],
      ['c', { wait: wait.c, queue: c * wait.c, utilization: c * 1.8 }],
    ]),
  };
}

const station = (id: string, time: ServiceTime, concurrency: number): ModelledResource => ({
  id,
  kind: 'service',
  concurrency,
  replicas: 1,
  time,
  errorRate: 0,
  cpuCores: 1,
  memoryBytes: 0,
});

const step = (from: string, to: string, probability: number): Step => ({ how: 'step', from, to, probability, lag: exponential(2) });

const visited = (resources: readonly ModelledResource[], links: readonly Step[], perSecond: number, interactions: number): Scenario => ({
  resources,
  links,
  visitors: [
    {
      persona: 'p',
      pattern: 'requests',
      perSecond: [perSecond],
      stepMs: 3_600_000,
      interactions,
      think: exponential(5),
      entries: [{ resource: (resources[0] as ModelledResource).id, probability: 1 }],
      choose: 'one',
      transferMs: 0,
    },
  ],
});

export interface Held {
  /** Of all sets and stations: how many 95 % intervals there are, and how many hold the theory. */
  readonly intervals: number;
  readonly within: number;
  /** Of the station that is furthest off: the mean over all sets, less the theory, as a share of it. */
  readonly off: number;
}

/**
 * Sets of ten replications as users get them: warm-up, means and intervals are those of `rehearse`. Of each set about so many requests a
 * replication, by its busiest station; `firstSeed` and those after it.
 */
export async function againstTheory(model: string, load: number, requests: number, sets: number, firstSeed = 1): Promise<Of<Held>> {
  const { scenario, expected } = (MODELS[model] as (load: number) => Theory)(load);
  const perMs = Math.max(...[...expected.values()].map(({ wait, queue }) => queue / wait));
  const options = { durationMs: Math.ceil(requests / perMs), replications: 10, pause: async () => {}, cancelled: () => false };
  const estimates = new Map([...expected.keys()].map((id) => [id, [] as Of<Estimate>[]]));
  for (let seed = firstSeed; seed < firstSeed + sets; seed++) {
    const result = await rehearse(scenario, { ...options, seed, mostVisits: Number.MAX_SAFE_INTEGER });
    if (!result.ok || result.value.end !== 'done') throw new Error(`${model} at ${load} was not simulated to its end.`);
    for (const { id, waitMs, queue, utilization } of result.value.figures.resources)
      estimates.get(id)?.push({ wait: waitMs.mean, queue, utilization });
  }
  const held = (metric: keyof Of<unknown>): Held => {
    const all = [...estimates].map(([id, of]) => ({ truth: expected.get(id)?.[metric] as number, of: of.map((e) => e[metric]) }));
    const offs = all.map(({ truth, of }) => of.reduce((sum, e) => sum + e.value, 0) / of.length / truth - 1);
    return {
      intervals: sets * all.length,
      within: all.reduce((n, { truth, of }) => n + of.filter((e) => e.low <= truth && truth <= e.high).length, 0),
      off: offs.reduce((most, off) => (Math.abs(off) > Math.abs(most) ? off : most), 0),
    };
  };
  return { wait: held('wait'), queue: held('queue'), utilization: held('utilization') };
}
