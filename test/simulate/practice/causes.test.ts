import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../src/simulate/practice/causes.ts';
import { deviations } from '../../../src/simulate/practice/holdAgainst.ts';
import { readPractices } from '../../../src/simulate/practice/practice.ts';
import shipped from '../../../src/simulate/practice/practices.json' with { type: 'json' };
import type { Scenario } from '../../../src/simulate/scenario/scenario.ts';
import type { Case } from '../../../src/simulate/scenario/usual.ts';
import { plant } from '../faults.ts';
import { GRAPHS } from '../graphs.ts';
import { rehearsed } from '../personas.ts';

const read = readPractices(shipped, 'practices.json');
if (!read.ok) throw new Error(read.fault.message);
const practices = read.value;
const SEEDS = Number(process.env.FAULT_SEEDS ?? 20);
const FIRST = Number(process.env.FAULT_FIRST ?? 1);

const caseOf = async (scenario: Scenario, seed = 1): Promise<Case> => ({
  scenario,
  rehearsed: await rehearsed(scenario, { durationMs: 15_000, replications: 2, seed }),
});

describe('healthy graphs', () => {
  it.each(Object.entries(GRAPHS))('%s deviates from no practice, and nobody is blamed', async (_, graph) => {
    const now = await caseOf(graph);
    expect(deviations(graph, now.rehearsed.figures, practices).map((d) => `${d.practice.id} ${d.of} ${d.value}`)).toEqual([]);
    expect(causesOf(now, practices)).toEqual([]);
    expect(causesOf(await caseOf(graph, 2), practices, now)).toEqual([]);
  });
});

describe('planted faults', () => {
  it(`are named first, resource and law, in at least 90 % of ${3 * SEEDS}`, { timeout: 120_000 }, async () => {
    const right = { 'held against the practices': 0, 'held against the healthy graph': 0 };
    const wrong: string[] = [];
    let all = 0;
    for (const [name, graph] of Object.entries(GRAPHS)) {
      const healthy = await caseOf(graph);
      for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
        const { fault, scenario, of, law } = plant(healthy, seed);
        const now = await caseOf(scenario, 100 + seed);
        all++;
        const [alone, beside] = [causesOf(now, practices), causesOf(now, practices, healthy)];
        for (const [how, causes] of [
          ['held against the practices', alone],
          ['held against the healthy graph', beside],
        ] as const) {
          const first = causes[0];
          if (first?.of === of && first.law === law) right[how]++;
          else
            wrong.push(
              `${how}: ${fault} in ${name} (${seed}), ${law} of ${of}: ${causes.map((c) => `${c.law} of ${c.of} ${c.harmMs.toFixed(1)}`).join('; ') || 'nobody'}`,
            );
        }
      }
    }
    const told = Object.entries(right).map(([how, n]) => `${how}: ${n} of ${all} (${((100 * n) / all).toFixed(0)} %)`);
    console.log([...told, ...wrong].join('\n'));
    for (const n of Object.values(right)) expect(n / all).toBeGreaterThanOrEqual(0.9);
  });
});
