import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ATTRIBUTES, type Persona } from '../../src/domain/index.ts';
import { namesOf } from '../../src/learn/names.ts';
import type { Component, PersonaModel } from '../../src/learn/personaModel.ts';
import { attributesOf } from '../../src/learn/personas/attributes.ts';
import { conceptOf, wordsOf } from '../../src/learn/personas/concepts.ts';
import { pinPersona } from '../../src/learn/personas/edit.ts';
import { provisioningOrder } from '../../src/learn/personas/provisioningOrder.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { personasOf } from '../../src/learn/personasOf.ts';
import { plantedSessions } from './planted.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('provisioningOrder', () => {
  const arc = (from: string, to: string, probability: number) => ({ from, to, probability });
  it.each([
    ['follows the arcs', ['web', 'api', 'db'], [arc('db', 'api', 0.9), arc('api', 'web', 0.8)], 'db api web', ''],
    ['cuts a cycle at its weakest', ['a', 'b', 'c'], [arc('a', 'b', 0.9), arc('b', 'c', 0.5), arc('c', 'a', 0.7)], 'c a b', 'b→c'],
    [
      'cuts both of two cycles',
      ['a', 'b', 'c'],
      [arc('a', 'b', 0.9), arc('b', 'a', 0.1), arc('b', 'c', 0.8), arc('c', 'b', 0.2)],
      'a b c',
      'c→b b→a',
    ],
    ['an arc to itself', ['a'], [arc('a', 'a', 1)], 'a', 'a→a'],
    ['keeps the given order of what waits for nothing', ['z', 'y', 'x'], [], 'z y x', ''],
    ['has nodes that only arcs name', [], [arc('a', 'b', 1)], 'a b', ''],
  ])('%s', (_, nodes, arcs, order, dropped) => {
    const got = provisioningOrder(nodes, arcs);
    expect(got.order.join(' ')).toBe(order);
    expect(got.dropped.map((e) => `${e.from}→${e.to}`).join(' ')).toBe(dropped);
  });

  it('has every node once, breaks no kept arc, and drops only the weakest of a cycle (property)', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const arcs = fc.uniqueArray(fc.record({ from: node, to: node, probability: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      selector: (e) => e.from + e.to,
      maxLength: 20,
    });
    fc.assert(
      fc.property(arcs, (all) => {
        const { order, dropped } = provisioningOrder(['a', 'b', 'c', 'd', 'e', 'f'], all);
        expect([...order].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
        const kept = all.filter((e) => !dropped.includes(e));
        for (const e of kept) expect(order.indexOf(e.from)).toBeLessThan(order.indexOf(e.to));
        for (const weak of dropped) {
          const stronger = kept.filter((e) => e.probability >= weak.probability);
          expect(weak.from === weak.to || path(stronger, weak.to, weak.from)).toBe(true);
        }
        expect(provisioningOrder(['a', 'b', 'c', 'd', 'e', 'f'], [...all].reverse()).order).toEqual(order);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  function path(arcs: readonly { from: string; to: string }[], from: string, to: string, seen = new Set<string>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return arcs.some((e) => e.from === from && path(arcs, e.to, to, seen));
  }
});

const component = (uses: Record<string, number>, more: Partial<Component> = {}): Component => ({
  id: 'p1',
  name: 'x',
  weight: 0.5,
  support: 40,
  updatedAt: 0,
  unigram: uses,
  total: 1,
  initial: {},
  starts: 0,
  transitions: {},
  edges: [],
  uses: Object.entries(uses).map(([resource, probability]) => ({
    resource,
    probability,
    again: 0.8,
    firstUseMs: [{ value: 5 * MINUTE, probability: 1 }],
    gapMs: [{ value: MINUTE, probability: 1 }],
    durationMs: [],
  })),
  ...more,
});

describe('names', () => {
  it.each([
    ['TestExplorer.RunAllTests', 'test explorer run all tests'],
    ['compose:shop/db', 'shop db'],
    ['command:npm run dev', 'npm run dev'],
  ])('%s in words', (token, words) => expect(wordsOf(token)).toBe(words));

  it.each([
    ['command:psql', 'Database work'],
    ['compose:shop/db', 'Database work'],
    ['command:npm test', 'Testing'],
    ['command:npm run report', 'Reports'],
    ['editor:docs/md', 'Documentation'],
    ['command:helm upgrade', 'Kubernetes'],
    ['Debug.Start', 'Debugging'],
    ['command:ls', undefined],
    ['editor:api/ts', undefined],
  ])('%s is about %s', (token, name) => expect(conceptOf(token)?.name).toBe(name));

  const committing = { 'command:git commit': 0.9, 'command:git push': 0.9 };
  it.each<[string, Record<string, number>, string]>([
    ['a topic and a doing', { 'command:psql': 0.9, 'command:npm run report': 0.8, ...committing }, 'Database reports'],
    ['a topic alone', { 'command:psql': 0.9, 'command:ls': 0.2 }, 'Database work'],
    ['two topics', { 'command:psql': 0.9, 'command:kubectl get': 0.9 }, 'Kubernetes and database work'],
    ['a proper name second', { 'command:psql': 0.9, 'compose:shop/db': 0.8, 'command:kubectl get': 0.9 }, 'Database work and Kubernetes'],
    ['version control where nothing else is', committing, 'Version control'],
    ['the tokens where there is no concept', { 'command:ls': 0.9, 'command:du': 0.8 }, 'ls · du'],
    ['nothing at all', {}, 'mixed work'],
  ])('%s', (_, uses, name) => {
    const own = component(uses);
    expect(namesOf(own, [own])[0]).toBe(name);
  });

  it('leaves out what the others do as well', () => {
    const own = component({ 'command:psql': 0.9, 'command:npm test': 0.9 });
    expect(namesOf(own, [own, component({ 'command:npm test': 0.9 })])[0]).toBe('Database work');
  });

  it('has more to say where the first is taken', () => {
    const own = component({ 'command:psql': 0.9, 'command:ls': 0.5 });
    expect(namesOf(own, [own])).toEqual(['Database work', 'Database work: psql, ls', 'psql · ls']);
  });
});

describe('attributes', () => {
  const of = (c: Component) => Object.fromEntries(ATTRIBUTES.map((name) => [name, attributesOf(c)[name].value]));
  const plain = { skill_level: 'unknown', use_case: 'unknown', performance_sensitivity: 'unknown', security_posture: 'unknown' };
  it.each<[string, Component, Partial<typeof plain>]>([
    ['thin evidence', component({ 'command:psql': 1 }, { support: 3 }), {}],
    ['few failures', component({}, { outcomes: { ended: 200, failed: 4 } }), { skill_level: 'expert', security_posture: 'ordinary' }],
    ['many failures', component({}, { outcomes: { ended: 200, failed: 90 } }), { skill_level: 'learning', security_posture: 'ordinary' }],
    [
      'a quick loop on a database',
      component({ 'command:psql': 0.8 }),
      { use_case: 'database work', performance_sensitivity: 'high', security_posture: 'ordinary' },
    ],
    ['remote machines', component({ 'command:ssh': 0.4 }), { performance_sensitivity: 'high', security_posture: 'privileged' }],
    [
      'secrets before privileges',
      component({ 'command:vault': 0.2, 'editor:ssh/md': 0.4 }),
      { security_posture: 'careful', use_case: 'documentation', performance_sensitivity: 'unknown' },
    ],
  ])('%s', (_, c, expected) => {
    // `vault` is run in 8 sessions of 40 and again in 6 of them: too few to speak of a loop.
    expect(of(c)).toEqual({ ...plain, ...expected });
  });

  it('each says what it stands on', () => {
    const told = attributesOf(component({ 'command:psql': 0.8 }, { outcomes: { ended: 120, failed: 3 } }));
    expect(told.skill_level.evidence).toBe('3 % of 120 commands failed');
    expect(told.use_case.evidence).toBe('psql in 80 % of its sessions');
    expect(told.performance_sensitivity.evidence).toBe('psql comes again after 60 s (median)');
    expect(attributesOf(component({}, { support: 2 })).use_case.evidence).toBe('only 2 sessions');
  });
});

describe('profile', () => {
  const sessions = plantedSessions(90, 51).map((s) => s.activities);
  const end = Math.max(...sessions.map((s) => s[0]?.at ?? 0));
  let model: PersonaModel;
  beforeEach(() => {
    model = learnPersonas(sessions, { now: end, seed: 1 });
  });
  const at = (now: number, of: PersonaModel = model): Persona => personasOf(of, now)[0] as Persona;

  it('rhythm sums to 1, and sessions a week add up to those of the history', () => {
    const all = personasOf(model, end);
    for (const p of all) expect(p.profile?.recurrence.hourOfWeek.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    const weeks = (end - (model.since ?? 0)) / (7 * DAY);
    expect(all.reduce((sum, p) => sum + (p.profile?.recurrence.perWeek ?? 0), 0)).toBeCloseTo(90 / weeks, 0);
  });

  it('confidence grows with sessions and fades with age', () => {
    const few = learnPersonas(sessions.slice(-30), { now: end, seed: 1 });
    expect(at(end).confidence).toBeGreaterThan(at(end, few).confidence);
    expect(at(end + 60 * DAY).confidence / at(end).confidence).toBeCloseTo(0.5, 1);
  });

  it('demands: likely means high priority, and the target is before nine of ten first uses', () => {
    const p = at(end);
    for (const use of p.uses) {
      const demand = p.profile?.demands[use.resource];
      expect(demand?.priority).toBe(use.probability >= 0.7 ? 'high' : use.probability >= 0.3 ? 'medium' : 'low');
      const target = demand?.latencyTargetMs ?? 0;
      const early = use.firstUseMs.filter((x) => x.value < target).reduce((sum, x) => sum + x.probability, 0);
      // Eight points: one of them is an eighth. A second is the least that can be asked for.
      expect(target === 1000 || early <= 0.125).toBe(true);
    }
  });

  it('hand edits show: attribute, probability, priority, target', () => {
    const { id, uses } = at(end);
    const [resource] = [uses[0]?.resource as string];
    const pins = [
      { field: 'use_case', value: 'month end' },
      { field: 'probability', resource, value: 0.01 },
      { field: 'priority', resource, value: 'low' },
      { field: 'latency_target_ms', resource, value: 1234 },
    ] as const;
    const pinned = pins.reduce((m, pin) => {
      const result = pinPersona(m, id, pin);
      if (!result.ok) throw new Error(result.fault.message);
      return result.value;
    }, model);
    const again = learnPersonas(sessions, { now: end, seed: 1, previous: pinned });
    const shown = personasOf(again, end).find((p) => p.id === id) as Persona;
    expect(shown.profile?.attributes.use_case).toEqual({ value: 'month end', evidence: 'set by hand' });
    expect(shown.uses.find((u) => u.resource === resource)?.probability).toBe(0.01);
    expect(shown.profile?.demands[resource]).toMatchObject({ priority: 'low', latencyTargetMs: 1234 });
    expect(shown.profile?.pins).toHaveLength(4);
  });
});
