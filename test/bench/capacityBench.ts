/**
 * One planning pass over 10,000 personas, each with two resources and a pattern of engagement, every second one with a forecast of its
 * volume: what is expected, planned and free in four dimensions, and what gives way. `enough`: all of it fits. `short`: a tenth of
 * memory and processor is missing. `rare`: each persona is active once in a thousand steps, so that the sum is far from normal.
 */
import type { Distribution, Priority, SeriesForecast } from '../../src/domain/index.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { planCapacity } from '../../src/plan/capacity/capacity.ts';
import type { PersonaDemand } from '../../src/plan/capacity/demand.ts';
import { type Figure, figure, tell } from './figures.ts';

const PERSONAS = 10_000;
const RUNS = 15;
const HOUR = 3_600_000;
const GB = 2 ** 30;

const figures: Record<string, Figure> = {};
for (const [name, likely, freeShare] of [
  ['enough', 1, 1.01],
  ['short', 1, 0.9],
  ['rare', 0.001, 1.01],
] as const) {
  const personas = population(likely);
  const span = { now: 0, aheadMs: HOUR };
  const all = planCapacity({ personas, ...span, free: {} }).dimensions;
  const free = { memoryBytes: freeShare * all.memoryBytes.planned, cpuCores: freeShare * all.cpuCores.planned };
  const took: number[] = [];
  let givingWay = 0;
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    givingWay = planCapacity({ personas, ...span, free }).givingWay.length;
    took.push(performance.now() - begun);
  }
  figures[`${name}: one pass`] = figure('ms', took);
  figures[`${name}: gives way`] = figure('count', [givingWay]);
}
tell(figures);

function population(likely: number): readonly PersonaDemand[] {
  const random = randomFrom(7);
  const spread = (scale: number): Distribution => Array.from({ length: 4 }, () => ({ value: scale * (0.2 + random()), probability: 0.25 }));
  const priorities: readonly Priority[] = ['high', 'medium', 'low'];
  return Array.from({ length: PERSONAS }, (_, i): PersonaDemand => {
    const priority = priorities[i % 3] as Priority;
    const requirement = (n: number) => ({
      resource: `k8s:shop/${i}-${n}`,
      priority,
      latencyTargetMs: 100 + 5000 * random(),
      usedWith: 0.2 + 0.8 * random(),
      cpuCores: spread(1),
      memoryBytes: spread(2 * GB),
      storageBytes: spread(10 * GB),
      networkMbps: spread(20),
    });
    const pattern = { name: `p${i}`, windowMs: HOUR, interactionType: 'search', expectedVolume: 100, latencyTargetMs: 300 };
    const profile = { pattern: `p${i}`, cpuCores: 1, memoryBytes: GB, diskIops: 10, networkMbps: 5 };
    const volume = 100 * random() * likely;
    const forecast: SeriesForecast = {
      startAt: 0,
      stepMs: HOUR,
      point: Float64Array.of(volume, volume),
      lower: Float64Array.of(0.8 * volume, 0.7 * volume),
      upper: Float64Array.of(1.2 * volume, 1.3 * volume),
      level: 0.95,
      model: 'told',
    };
    return {
      persona: `p${i}`,
      probability: likely * random(),
      requirements: [requirement(1), requirement(2)],
      patterns: [{ pattern, profile, priority, ...(i % 2 === 0 ? { forecast } : {}) }],
    };
  });
}
