import { rehearse } from '../../src/simulate/model/rehearse.ts';
import type { Scenario } from '../../src/simulate/scenario/scenario.ts';

/** Mean time in an M/M/1 station of mean service 1 ms. */
export const theory = (load: number): number => 1 / (1 - load);

/** Poisson arrivals at one exponential server of 1 ms. */
const station = (load: number): Scenario => ({
  resources: [
    {
      id: 's',
      kind: 'service',
      concurrency: 1,
      replicas: 1,
      time: { shape: 'exponential', meanMs: 1 },
      errorRate: 0,
      cpuCores: 1,
      memoryBytes: 0,
    },
  ],
  links: [],
  visitors: [
    {
      persona: 'p',
      pattern: 'requests',
      perSecond: [1000 * load],
      stepMs: 3_600_000,
      interactions: 1,
      think: { shape: 'exponential', meanMs: 1 },
      entries: [{ resource: 's', probability: 1 }],
      choose: 'one',
      transferMs: 0,
    },
  ],
});

/** Of sets of ten replications: the share whose 95 % interval holds the theory, and how far the mean of all is from it, as a share. */
export async function mm1(load: number, requests: number, sets: number): Promise<{ within: number; off: number }> {
  const durationMs = Math.ceil(requests / load);
  let [within, sum] = [0, 0];
  for (let seed = 1; seed <= sets; seed++) {
    const result = await rehearse(station(load), { durationMs, seed, replications: 10, pause: async () => {}, cancelled: () => false });
    if (!result.ok) throw new Error(result.fault.message);
    const { value, low, high } = result.value.figures.total.latencyMs.mean;
    if (low <= theory(load) && theory(load) <= high) within++;
    sum += value;
  }
  return { within: within / sets, off: sum / sets / theory(load) - 1 };
}
