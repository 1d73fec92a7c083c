import { beforeAll, describe, expect, it } from 'vitest';
import { rehearsalText } from '../../../src/app/rehearsals/rehearsalText.ts';
import { rehearsed } from '../../../src/app/rehearsals/rehearsed.ts';
import type { RehearsalResult } from '../../../src/simulate/result/result.ts';
import { SHOP } from '../../simulate/personas.ts';

async function resultOf(scale: number): Promise<RehearsalResult> {
  const result = await rehearsed(
    { document: { name: 'ours', text: JSON.stringify(SHOP) }, practices: [], durationMs: 5000, scale, seed: 3, replications: 3 },
    { pause: async () => {}, cancelled: () => false },
  );
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe('the words of a rehearsal', () => {
  let calm: RehearsalResult;
  let overloaded: RehearsalResult;
  beforeAll(async () => {
    calm = await resultOf(1);
    overloaded = await resultOf(20);
  }, 60_000);

  it('say what was simulated, and with which seed', () => {
    expect(rehearsalText(calm)[0]).toMatch(/^Shopper: 5 s at any time, scale 1, seed 3, 3 replications, \d+ requests$/);
    const told = { ...calm, rehearsal: { ...calm.rehearsal, startAt: 'Mon 09:00', injected: ['a fault'] } };
    expect(rehearsalText(told).slice(0, 2)).toEqual([expect.stringContaining(': 5 s from Mon 09:00,'), 'injected: a fault']);
  });

  it('give every latency its interval, end to end and of each resource and call', () => {
    const lines = rehearsalText(calm);
    for (const name of ['mean', 'p50', 'p95', 'p99'])
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name} +[\\d.]+ ms +[\\d.]+ ms – [\\d.]+ ms$`)));
    for (const { id } of calm.resources)
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${id} +[\\d.]+ % ± [\\d.]+ % .* ms ± .* ms`)));
    for (const { from, to } of calm.calls)
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${from} → ${to} +([\\d.]+ ms ± [\\d.]+ ms +){3}[\\d.]+ %$`)));
    expect(lines).toContainEqual(expect.stringMatching(/^throughput [\d.]+\/s \(.+\/s – .+\/s\) {3}errors 0 %/));
  });

  it('name causes, what deviates with its root, and advice with the simulated gain', () => {
    const text = rehearsalText(overloaded).join('\n');
    expect(text).toMatch(/What goes wrong, the worst first\n {2}saturation of compose:shop\/api: /);
    expect(text).toMatch(
      /Practices that do not hold\n[\s\S]* {2}.+ of compose:shop\/api is .+ should be at .+\n {4}at its root: saturation of compose:shop\/api/,
    );
    expect(text).toMatch(/What would help, .*\n {2}.+: p95 .+ → .+, errors .+ → .+; gain [\d.]+ \$ an hour, cost [\d.]+ \$/);
    expect(text).toMatch(/Assumed, since the document does not say\n {2}\S/);
  });

  it('leave out what there is nothing to say of, and write a dash for what could not be measured', () => {
    const none = [null, null] as const;
    const empty: RehearsalResult = {
      ...calm,
      latencyMs: { mean: null, p50: null, p95: null, p99: null },
      errorRate: null,
      intervals: { latencyMs: { mean: none, p50: none, p95: none, p99: none }, errorRate: none, throughput: [0, 0] },
      calls: [],
      assumed: [],
      notes: [],
      causes: [],
      deviations: [],
      advice: [],
    };
    const text = rehearsalText(empty).join('\n');
    expect(text).not.toMatch(/null|NaN|undefined|→|Assumed|Notes|would help|goes wrong|Practices/);
    expect(text).toMatch(/p95 +– +–/);
  });
});
