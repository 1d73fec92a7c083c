import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/domain/index.ts';
import { noiseOf, type PersonaModel } from '../../../src/learn/personaModel.ts';
import { renamePersona } from '../../../src/learn/personas/edit.ts';
import { forgetPersona } from '../../../src/learn/personas/forget.ts';
import { mergePersonas } from '../../../src/learn/personas/merge.ts';
import { releasePersona, restorePersona } from '../../../src/learn/personas/restore.ts';
import { updatePersonas } from '../../../src/learn/personas/update.ts';
import { learnPersonas, learnWithOwners } from '../../../src/learn/personas.ts';
import { splitPersona } from '../../../src/learn/splitPersona.ts';
import { type PlantedSession, plantedSessions } from '../planted.ts';
import { plain } from './made.ts';

const HISTORY = plantedSessions(160, 5);
const NOW = (HISTORY.at(-1)?.activities[0]?.at ?? 0) + 3_600_000;
const sessionsOf = (some: readonly PlantedSession[]) => some.map((s) => s.activities);
const learn = (some: readonly PlantedSession[], previous?: PersonaModel, now = NOW) =>
  learnPersonas(sessionsOf(some), { now, seed: 3, ...(previous ? { previous } : {}) });
const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
/** The id of the persona that most sessions of a planted one belong to. */
function idOf(planted: string, model: PersonaModel, some = HISTORY): string | undefined {
  const { owners } = learnWithOwners(sessionsOf(some), { now: NOW, seed: 3, previous: model });
  const counts = new Map<string, number>();
  for (const [i, { of }] of some.entries()) {
    const owner = owners[i];
    if (of === planted && owner) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
const named = (model: PersonaModel, id: string | undefined) => model.components.find((c) => c.id === id);
const total = (model: PersonaModel): number => model.components.reduce((sum, c) => sum + c.weight, 0) + noiseOf(model);
const first = learn(HISTORY);
const [reports, web, ops, data] = ['reports', 'web', 'ops', 'data'].map((of) => idOf(of, first) as string) as [
  string,
  string,
  string,
  string,
];
/** The same people, some days on. */
const LATER = plantedSessions(200, 5);

it('four workflows were planted and found', () => expect(new Set([reports, web, ops, data]).size).toBe(4));

describe('merging two personas', () => {
  const merged = value(mergePersonas(first, web, ops, NOW));

  it('adds their weights and counts, and keeps the first one’s id and name', () => {
    const [a, b, both] = [named(first, web), named(first, ops), named(merged, web)];
    expect(both?.weight).toBeCloseTo((a?.weight ?? 0) + (b?.weight ?? 0), 12);
    expect(both?.support).toBeCloseTo((a?.support ?? 0) + (b?.support ?? 0), 9);
    expect(both?.name).toBe(a?.name);
    expect(named(merged, ops)).toBeUndefined();
    expect(both?.total).toBeCloseTo((a?.total ?? 0) + (b?.total ?? 0), 9);
    expect(both?.unigram['command:git status']).toBeCloseTo(
      (a?.unigram['command:git status'] ?? 0) + (b?.unigram['command:git status'] ?? 0),
      9,
    );
    expect(total(merged)).toBeCloseTo(1, 12);
  });

  it('is nearly what learning both as one gives', () => {
    const again = learn(HISTORY, merged);
    const [told, learnt] = [named(merged, web), named(again, web)];
    expect(learnt?.weight).toBeCloseTo(told?.weight ?? 0, 6);
    expect(plain(learnt?.transitions['command:helm upgrade']?.total)).toBeCloseTo(told?.transitions['command:helm upgrade']?.total ?? 0, 2);
    const likely = new Map(told?.uses.map((u) => [u.resource, u.probability]));
    for (const use of learnt?.uses ?? []) expect(use.probability).toBeCloseTo(likely.get(use.resource) ?? 0, 1);
    for (const edge of learnt?.edges.slice(0, 5) ?? [])
      expect(told?.edges.find((e) => e.from === edge.from && e.to === edge.to)?.probability).toBeCloseTo(edge.probability, 1);
  });

  it('lasts: learnt anew, again and from more sessions, it is still one', () => {
    let model = merged;
    for (const some of [HISTORY, LATER, plantedSessions(240, 5)]) {
      model = learn(some, plain(model));
      expect([idOf('web', model, some), idOf('ops', model, some)]).toEqual([web, web]);
      expect(model.components).toHaveLength(3);
      expect(total(model)).toBeCloseTo(1, 9);
    }
  });

  it('three can be one', () => {
    const three = learn(HISTORY, value(mergePersonas(merged, data, web, NOW + 1)));
    expect(['web', 'ops', 'data'].map((of) => idOf(of, three))).toEqual([data, data, data]);
    expect(three.components).toHaveLength(2);
  });

  it('keeps what was fixed by hand of both, the first one’s where they differ', () => {
    const pinned = value(renamePersona(value(renamePersona(first, web, 'Front')), ops, ' Back '));
    const both = named(value(mergePersonas(pinned, web, ops, NOW)), web);
    expect(both?.name).toBe('Front');
    expect(both?.pins).toEqual([{ field: 'name', value: 'Front' }]);
  });
});

describe('splitting one', () => {
  const merged = learn(HISTORY, value(mergePersonas(first, web, ops, NOW)));
  const options = { now: NOW + 1, seed: 3 };
  const split = value(splitPersona(sessionsOf(HISTORY), web, { ...options, previous: merged }));
  const parted = learn(HISTORY, split);

  it('gives the workflows that its sessions show, the likest with its id and name', () => {
    const [a, b] = [idOf('web', parted), idOf('ops', parted)];
    expect(a).not.toBe(b);
    expect([a, b]).toContain(web);
    expect(parted.components).toHaveLength(4);
    expect(new Set(parted.components.map((c) => c.id)).size).toBe(4);
    expect(new Set(parted.components.map((c) => c.name)).size).toBe(4);
    expect(named(parted, web)?.name).toBe(named(merged, web)?.name);
  });

  it('lasts', () => {
    const later = learn(LATER, plain(parted));
    expect([idOf('web', later, LATER), idOf('ops', later, LATER)]).toEqual([idOf('web', parted), idOf('ops', parted)]);
    expect(total(later)).toBeCloseTo(1, 9);
  });

  it('is refused in words where there is one workflow', () => {
    const refused = splitPersona(sessionsOf(HISTORY), reports, { ...options, previous: first });
    expect(refused.ok ? '' : refused.fault.message).toMatch(/^The \d+ sessions of “.+” that are kept show one workflow/);
  });

  it('parts what clustering finds as one', () => {
    // Half of these sessions do one thing, half another, with so much in common that they are one cluster.
    const common = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const some = Array.from({ length: 12 }, (_, i) => ({
      of: i % 2 ? 'x' : 'y',
      activities: [...common, i % 2 ? 'x' : 'y'].map((resource, n) => ({ at: i * 1e8 + n * 1000, actor: 'me', resource })),
    }));
    const one = learn(some);
    expect(one.components).toHaveLength(1);
    const id = one.components[0]?.id as string;
    const shape = (last: string) => [...common, last].map((token) => [token, 1] as const);
    const whole = one.components[0]?.uses.map((u) => [u.resource, u.probability] as const) ?? [];
    const parts = learn(some, { ...one, edits: [{ kind: 'split', at: 1, of: [id], whole, into: [shape('x'), shape('y')] }] });
    expect(parts.components.map((c) => Math.round(c.support))).toEqual([6, 6]);
    expect(idOf('x', parts, some)).not.toBe(idOf('y', parts, some));
  });
});

describe('deleting one', () => {
  const gone = value(forgetPersona(first, ops, NOW));

  it('leaves its share of sessions to nobody', () => {
    expect(named(gone, ops)).toBeUndefined();
    expect(noiseOf(gone)).toBeCloseTo(noiseOf(first) + (named(first, ops)?.weight ?? 0), 12);
  });

  it('stays away when the same sessions are learnt again', () => {
    const again = learn(HISTORY, plain(gone));
    expect(again.components.map((c) => c.id).sort()).toEqual([reports, web, data].sort());
    expect(idOf('ops', again)).toBeUndefined();
    expect(total(again)).toBeCloseTo(1, 9);
  });

  it('comes back with new evidence, as a new persona of the new sessions alone, and goes again', () => {
    const back = learn(LATER, gone, NOW + 1e9);
    const id = idOf('ops', back, LATER) as string;
    expect([reports, web, ops, data]).not.toContain(id);
    const fresh = LATER.filter((s) => s.of === 'ops' && (s.activities[0]?.at ?? 0) > NOW).length;
    expect(fresh).toBeGreaterThan(2);
    expect(named(back, id)?.support).toBeCloseTo(fresh, 0);
    const still = learn(LATER, plain(back), NOW + 1e9);
    expect(named(still, id)?.support).toBeCloseTo(fresh, 0);
    const goneAgain = learn(LATER, value(forgetPersona(still, id, NOW + 1e9)), NOW + 2e9);
    expect(idOf('ops', goneAgain, LATER)).toBeUndefined();
    expect(goneAgain.components).toHaveLength(3);
  });

  it('an id is never given again', () => {
    const without = first.components.reduce((m, c) => value(forgetPersona(m, c.id, NOW)), first);
    expect(learn(HISTORY, without).components).toEqual([]);
    const others = plantedSessions(40, 9, [
      { name: 'cooking', tokens: ['command:boil', 'command:fry', 'command:bake', 'editor:recipes/md'], share: 1 },
    ]);
    for (const c of learn(others, without).components) expect(Number(c.id.slice(1))).toBeGreaterThan(4);
  });
});

describe('going back', () => {
  const was = named(first, web) as PersonaModel['components'][number];
  const later = learn(LATER, value(renamePersona(first, web, 'Mine')), NOW + 1);
  const back = value(restorePersona(later, was, NOW));

  it('restores exactly', () => {
    const { held, ...restored } = named(back, web) as typeof was;
    expect(held).toBe(true);
    expect(restored).toEqual(was);
    expect(total(back)).toBeCloseTo(1, 12);
  });

  it('holds: history of before does not change it, a new session does', () => {
    const again = learn(LATER, back);
    expect(named(again, web)?.uses).toEqual(was.uses);
    expect(named(again, web)?.name).toBe(was.name);
    const session = LATER.find((s) => s.of === 'web')?.activities ?? [];
    expect(named(updatePersonas(again, session, NOW), web)?.support).toBeGreaterThan(was.support);
  });

  it('is let go again', () => {
    const free = learn(LATER, value(releasePersona(back, web)));
    expect(named(free, web)?.support).toBeCloseTo(named(later, web)?.support ?? 0, 6);
  });

  it('brings back what was deleted or merged away, and what was decided about it is decided no more', () => {
    const deleted = learn(HISTORY, value(forgetPersona(first, web, NOW + 5)), NOW + 6);
    const alive = learn(HISTORY, value(restorePersona(deleted, was, NOW)), NOW + 7);
    expect(idOf('web', alive)).toBe(web);
    const merged = learn(HISTORY, value(mergePersonas(first, ops, web, NOW + 5)), NOW + 6);
    const parted = learn(HISTORY, value(restorePersona(merged, was, NOW)), NOW + 7);
    expect([idOf('web', parted), idOf('ops', parted)]).toEqual([web, ops]);
  });

  it('does not give two personas one name', () => {
    const taken = value(renamePersona(value(renamePersona(first, web, 'Mine')), ops, was.name));
    const refused = restorePersona(taken, was, NOW);
    expect(refused.ok ? '' : refused.fault.message).toMatch(/Another persona is called/);
  });
});

describe('whatever is done', () => {
  const ids = ['p1', 'p2', 'p3', 'p4', 'p9', '', 'constructor', '__proto__'];
  const someEdit = fc.oneof(
    fc.record({ do: fc.constant('merge' as const), a: fc.constantFrom(...ids), b: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('forget' as const), a: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('rename' as const), a: fc.constantFrom(...ids), name: fc.string() }),
    fc.record({ do: fc.constant('split' as const), a: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('restore' as const), a: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('release' as const), a: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('learn' as const) }),
  );
  const small = plantedSessions(48, 5);
  const start = learn(small);
  const options = { seed: 3 };

  it('weights and noise sum to 1, ids and names are one persona’s each, what is gone stays away', () => {
    fc.assert(
      fc.property(fc.array(someEdit, { maxLength: 6 }), (steps) => {
        let model = start;
        let now = NOW;
        for (const step of steps) {
          now += 1000;
          const result =
            step.do === 'learn'
              ? { ok: true as const, value: learn(small, model, now) }
              : step.do === 'merge'
                ? mergePersonas(model, step.a, step.b, now)
                : step.do === 'forget'
                  ? forgetPersona(model, step.a, now)
                  : step.do === 'rename'
                    ? renamePersona(model, step.a, step.name)
                    : step.do === 'split'
                      ? splitPersona(sessionsOf(small), step.a, { ...options, now, previous: model })
                      : step.do === 'release'
                        ? releasePersona(model, step.a)
                        : named(start, step.a)
                          ? restorePersona(model, named(start, step.a) as never, NOW)
                          : releasePersona(model, step.a);
          if (!result.ok) expect(result.fault.message.length).toBeGreaterThan(10);
          else model = result.value;
          expect(total(model)).toBeCloseTo(1, 9);
          expect(noiseOf(model)).toBeGreaterThanOrEqual(0);
          for (const c of model.components) expect(c.weight).toBeGreaterThanOrEqual(0);
          expect(new Set(model.components.map((c) => c.id)).size).toBe(model.components.length);
          expect(new Set(model.components.map((c) => c.name)).size).toBe(model.components.length);
        }
        // Deletions and merges hold: nothing that is gone is there again.
        const again = learn(small, plain(model), now + 1);
        for (const edit of model.edits ?? [])
          if (edit.kind === 'forget' && !named(model, edit.of[0])) expect(named(again, edit.of[0])).toBeUndefined();
        expect(learn(small, again, now + 1).components.map((c) => c.id)).toEqual(again.components.map((c) => c.id));
      }),
      { numRuns: 80 },
    );
  });
});
