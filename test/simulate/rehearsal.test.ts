import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonLines } from '../../src/host/cli/simulateLines.ts';
import { compile } from '../../src/simulate/model/compile.ts';
import { run, start } from '../../src/simulate/model/engine.ts';
import { offered } from '../../src/simulate/model/offered.ts';
import { rehearse } from '../../src/simulate/model/rehearse.ts';
import { readPractices } from '../../src/simulate/practice/practice.ts';
import shipped from '../../src/simulate/practice/practices.json' with { type: 'json' };
import { type RehearsalOptions, rehearsal } from '../../src/simulate/rehearsal.ts';
import { compareResults } from '../../src/simulate/result/compareResults.ts';
import { type RehearsalResult, readResult } from '../../src/simulate/result/result.ts';
import type { Scenario } from '../../src/simulate/scenario/scenario.ts';
import { GRAPHS } from './graphs.ts';
import { readScenarioOf, rehearsed, SHOP } from './personas.ts';

const practices = readPractices(shipped, 'p');
if (!practices.ok) throw new Error(practices.fault.message);

async function result(options: Partial<RehearsalOptions> = {}): Promise<RehearsalResult> {
  const { scale = 1, seed = 1 } = options;
  const done = await rehearsal(readScenarioOf(SHOP, { scale, seed }), {
    personas: ['Shopper'],
    durationMs: 10_000,
    replications: 3,
    scale,
    seed,
    injected: [],
    practices: practices.ok ? practices.value : [],
    pause: async () => {},
    cancelled: () => false,
    ...options,
  });
  if (!done.ok) throw new Error(done.fault.message);
  return done.value;
}

describe('a rehearsal', () => {
  it('of the same seed has the same bytes, on every machine; of another seed others', async () => {
    const digest = async (seed: number): Promise<string> => {
      const { latencyMs, throughput, resources, calls, patterns, advice } = await result({
        seed,
        scale: 4,
        injected: [{ do: 'delay', of: 'compose:shop/db', ms: 60 }],
      });
      const figures = { latencyMs, throughput, resources, calls, patterns, gains: advice.map((a) => a.after) };
      return createHash('sha256').update(JSON.stringify(figures)).digest('hex');
    };
    const first = await digest(7);
    expect(first).toBe(await digest(7));
    expect(first).not.toBe(await digest(8));
    expect(first).toBe('074ace52542885d4a4ee6dc33961cb7eec42019497e04bbf87aa17b3ca2bbaae');
  });

  it('meets Little’s law and its own arithmetic: what is seen is what is offered', async () => {
    for (const graph of Object.values(GRAPHS)) {
      const { figures, offered: demand } = await rehearsed(graph, { durationMs: 20_000 });
      for (const r of figures.resources) {
        expect(r.visitsPerSecond.value / (demand.perSecond.get(r.id) as number)).toBeGreaterThan(0.95);
        expect(r.visitsPerSecond.value / (demand.perSecond.get(r.id) as number)).toBeLessThan(1.06);
        expect(Math.abs(r.utilization.value - (demand.load.get(r.id) as number))).toBeLessThan(0.05);
      }
    }
  });

  it('of a line of stations is what Jackson says, with a caller that keeps its worker', async () => {
    const { figures } = await rehearsed(readScenarioOf(SHOP).scenario, { durationMs: 60_000 });
    const api = figures.resources.find((r) => r.id === 'compose:shop/api');
    // 8 ms of its own; 0.9 × (0.6 × 0.5 + 0.4 × (0.23 + 6)) of the database; 0.1 × (0.23 + 2) of the queue.
    expect(api?.holdMs.value).toBeGreaterThan(10.3);
    expect(api?.holdMs.value).toBeLessThan(11.4);
    expect(figures.calls.find((c) => c.to === 'compose:shop/db')?.hitRate.value).toBeCloseTo(0.6, 1);
  });

  it('says where the load is above what can be carried, and ends', async () => {
    const r = await result({ scale: 60, durationMs: 2000 });
    expect(r.notes.join('\n')).toMatch(/compose:shop\/api is asked for 5\.\d+ times what it can do/);
    expect(r.causes[0]).toMatchObject({ of: 'compose:shop/api', law: 'saturation' });
    expect(r.advice.length).toBeGreaterThan(0);
  });

  it('takes no longer than its bound of events, whatever is asked', async () => {
    const graph = GRAPHS.shop as Scenario;
    const storm: Scenario = {
      ...graph,
      links: graph.links.map((l) => (l.how === 'call' ? { ...l, timeoutMs: 0.5, retries: 1_000_000, backoffMs: 0 } : l)),
    };
    const bounded = run(compile(storm).program, { seed: 1, durationMs: 1e15, mostEvents: 300_000 });
    expect(bounded).toMatchObject({ end: 'bounded', events: 300_000 });
    expect((await rehearsed(storm, { durationMs: 3.6e9, replications: 1, mostVisits: 50_000 })).measuredMs).toBeLessThan(3.6e9);
  });

  it('is cut, and says so, where the whole would take too long', async () => {
    const r = await result({ durationMs: 86_400_000, mostVisits: 100_000 });
    expect(r.rehearsal.measuredMs).toBeLessThan(86_400_000);
    expect(r.notes.join('\n')).toMatch(/Only the first \d+ s were simulated/);
  });

  it('in which nobody comes has no latency, and says why', async () => {
    const r = await result({ scale: 1e-9 });
    expect(r.latencyMs).toEqual({ mean: null, p50: null, p95: null, p99: null });
    expect(r.throughput).toBe(0);
    expect(r.notes.join('\n')).toContain('No request came');
  });

  it('can be cancelled, and tells how far it is', async () => {
    const done: number[] = [];
    let turns = 0;
    const cancelled = await rehearse(readScenarioOf(SHOP).scenario, {
      durationMs: 600_000,
      seed: 1,
      pause: async () => {},
      cancelled: () => ++turns > 20,
      progress: (share) => done.push(share),
    });
    expect(cancelled).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(done.length).toBeGreaterThan(5);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('holds no more memory for a longer time', () => {
    const { program } = compile(readScenarioOf(SHOP).scenario);
    const inside = (durationMs: number): number => {
      const parts = start(program, { seed: 1, durationMs, mostInside: 300 });
      while (!parts.advance(1e9));
      return parts.figures().end === 'done' ? parts.figures().events : -1;
    };
    // Slots and events are bounded by how many are inside at once: the run ends where more than 300 are.
    expect(inside(2_000)).toBeGreaterThan(0);
    expect(inside(400_000)).toBeGreaterThan(100 * inside(2_000));
  });

  it('in parts is the same as at once', () => {
    const { program } = compile(readScenarioOf(SHOP).scenario);
    const told = (chunk: number): string => {
      const parts = start(program, { seed: 1, durationMs: 5000, warmUpMs: 500, samples: 50 });
      while (!parts.advance(chunk));
      return JSON.stringify(parts.figures());
    };
    expect(told(17)).toBe(told(1e9));
  });

  it('sessions come one interaction after another, with pauses', async () => {
    const document = { ...SHOP, personas: [{ ...SHOP.personas[0], traffic: { sessions: { interactions: 5, think_ms: 1000 } } }] };
    const { scenario } = readScenarioOf(document);
    expect(scenario.visitors[0]?.perSecond).toEqual([30]);
    const { figures } = await rehearsed(scenario, { durationMs: 60_000 });
    expect(figures.total.throughput.value).toBeGreaterThan(155);
    expect(figures.total.throughput.value).toBeLessThan(175);
    expect(figures.total.latencyMs.p99.value).toBeLessThan(100);
  });

  it('injected delays and errors are seen, by their place', async () => {
    const slow = await result({ injected: [{ do: 'delay', of: 'compose:shop/db', ms: 120 }] });
    expect(slow.rehearsal.injected).toEqual(['delay compose:shop/db by 120 ms']);
    expect(slow.resources.find((r) => r.id === 'compose:shop/db')?.ownMs.value).toBeGreaterThan(120);
    const failing = await result({ injected: [{ do: 'errors', of: 'compose:shop/db', rate: 0.5 }] });
    expect(failing.causes[0]).toMatchObject({ of: 'compose:shop/db', law: 'error amplification' });
    expect(failing.errorRate).toBeGreaterThan(0.005);
  });
});

describe('two rehearsals', () => {
  it('side by side: what differs beyond chance, and what only one has', async () => {
    const [a, b] = [await result(), await result({ injected: [{ do: 'delay', of: 'compose:shop/db', ms: 120 }] })];
    const rows = compareResults(a, b);
    const row = (figure: string, of?: string) => rows.find((r) => r.figure === figure && r.of === of);
    expect(row('latency p95')).toMatchObject({ a: a.latencyMs.p95, b: b.latencyMs.p95, clear: true });
    expect(row('own work', 'compose:shop/db')?.change).toBeGreaterThan(5);
    expect(row('throughput')?.clear).toBe(false);
    expect(compareResults(a, a).every((r) => r.change === 0 || r.a === 0 || r.a === null)).toBe(true);
    const fewer = { ...b, resources: b.resources.slice(1), utilization: Object.fromEntries(Object.entries(b.utilization).slice(1)) };
    expect(compareResults(a, fewer).find((r) => r.of === 'compose:shop/web')).toMatchObject({ b: null, change: null });
  });

  it.each([
    [7],
    [{}],
    [{ version: 1, rehearsal: {}, latencyMs: {}, utilization: {} }],
    [
      {
        version: 1,
        rehearsal: {},
        latencyMs: {},
        utilization: {},
        throughput: 1,
        costPerHour: 1,
        memoryBytes: 1,
        resources: [{ id: 'x' }],
      },
    ],
  ])('%j is no saved rehearsal', (json) => {
    expect(readResult(json, 'a.json')).toMatchObject({
      ok: false,
      fault: { code: 'bad-file', message: expect.stringContaining('a.json is no saved rehearsal') },
    });
  });

  it('a damaged result is refused, or compared all the same', async () => {
    const whole = await result();
    const text = JSON.stringify(whole);
    const paths: (readonly (string | number)[])[] = [];
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      paths.push(path);
      if (typeof value === 'object' && value !== null)
        for (const key of Object.keys(value)) walk((value as Record<string, unknown>)[key], [...path, key]);
    };
    walk(JSON.parse(text), []);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.constantFrom(null, 7, 'x', [], {}, undefined, -1), (path, junk) => {
        const json = { root: JSON.parse(text) } as Record<string, unknown>;
        const full = ['root', ...path];
        let at: Record<string | number, unknown> = json;
        for (const key of full.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
        at[full.at(-1) as string] = junk;
        const read = readResult(json.root, 'a.json');
        if (read.ok) expect(comparisonLines(['a', 'b'], [whole, read.value], compareResults(whole, read.value)).length).toBeGreaterThan(5);
        else expect(read.fault.message).toContain('a.json is no saved rehearsal');
      }),
      { numRuns: 300 },
    );
  });

  it('a saved rehearsal is read as it was written', async () => {
    const r = await result();
    expect(readResult(JSON.parse(JSON.stringify(r)), 'a.json')).toEqual({ ok: true, value: r });
  });
});

describe('what is offered', () => {
  it('follows the traffic equations: visits by probabilities, caches and steps', () => {
    const { perSecond, interactionsPerSecond } = offered(readScenarioOf(SHOP).scenario);
    expect(interactionsPerSecond).toBeCloseTo(165, 9);
    expect(perSecond.get('compose:shop/api')).toBeCloseTo(132, 9);
    expect(perSecond.get('compose:shop/db')).toBeCloseTo(132 * 0.9 * 0.4, 9);
  });
});
