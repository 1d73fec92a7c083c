import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergedModel } from '../../src/app/mergedModel.ts';
import { createPersonaVersions, mergedVersions } from '../../src/app/personaVersions.ts';
import type { PersonaVersion } from '../../src/app/ports.ts';
import { openVersions } from '../../src/host/node/personaVersions.ts';
import type { Component, PersonaModel } from '../../src/learn/personaModel.ts';
import { pinPersona, renamePersona } from '../../src/learn/personas/edit.ts';
import { forgetPersona } from '../../src/learn/personas/forget.ts';
import { mergePersonas } from '../../src/learn/personas/merge.ts';
import { restorePersona } from '../../src/learn/personas/restore.ts';
import { componentOf } from '../learn/personas/made.ts';

const modelOf = (count: number): PersonaModel => ({
  version: 1,
  components: Array.from({ length: count }, (_, i) =>
    componentOf({ [`compose:shop/${i}`]: 0.9, shared: 0.3 }, { id: `p${i + 1}`, name: `persona ${i + 1}`, weight: 0.8 / count }),
  ),
  background: {},
  backgroundTotal: 0,
  sessions: 10,
});

type Step = readonly [kind: 'rename' | 'pin' | 'merge' | 'forget', on: number, value: number];
const step = fc.tuple(fc.constantFrom('rename' as const, 'pin' as const, 'merge' as const, 'forget' as const), fc.nat(9), fc.nat(9));

/** One edit; what can't be done changes nothing. */
function done(model: PersonaModel, [kind, on, value]: Step, at: number): PersonaModel {
  const id = model.components[on % model.components.length]?.id ?? 'none';
  const other = model.components[value % model.components.length]?.id ?? 'none';
  const result =
    kind === 'rename'
      ? renamePersona(model, id, `name ${value} ${at}`)
      : kind === 'pin'
        ? pinPersona(model, id, { field: 'probability', resource: 'shared', value: value / 10 })
        : kind === 'merge'
          ? mergePersonas(model, id, other, at)
          : forgetPersona(model, id, at);
  return result.ok ? result.value : model;
}

const stored = (versions: readonly PersonaVersion[]): readonly PersonaVersion[] => JSON.parse(JSON.stringify(versions));

describe('going back', () => {
  it('restores exactly, whatever was done since: every version of every persona', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        let kept: readonly PersonaVersion[] = [];
        const versions = createPersonaVersions({
          load: async () => stored(kept),
          save: (v) => void (kept = stored(v)),
          flush: async () => {},
        });
        let model = modelOf(4);
        const seen = new Map<string, string[]>(model.components.map((c) => [c.id, [JSON.stringify(c)]]));
        for (const [i, one] of steps.entries()) {
          const at = 100 * (i + 1);
          const next = done(model, one, at);
          await versions.record(model, next, { author: 'person', reason: () => one[0] }, at);
          for (const c of next.components) seen.get(c.id)?.push(JSON.stringify(c));
          model = next;
        }
        for (const { persona, at, gone, snapshot } of await versions.of()) {
          // What a version holds was there once, letter by letter.
          expect(seen.get(persona)).toContain(JSON.stringify(snapshot));
          const back = restorePersona(model, snapshot, gone ? at - 1 : at);
          if (!back.ok) continue;
          const restored = back.value.components.find((c) => c.id === persona) as Component;
          const { held, ...as } = restored;
          const { held: _held, ...was } = snapshot;
          expect([held, as]).toEqual([true, was]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('numbers are counted up, and edits that come at one time are all kept', async () => {
    let kept: readonly PersonaVersion[] = [];
    const versions = createPersonaVersions({ load: async () => kept, save: (v) => void (kept = v), flush: async () => {} });
    const model = modelOf(4);
    const names = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(
      names.map((name, i) => {
        const next = renamePersona(model, 'p1', name);
        return versions.record(model, next.ok ? next.value : model, { author: 'person', reason: () => name }, 10 * (i + 1));
      }),
    );
    const told = (await versions.of('p1')).filter((v) => v.author === 'person');
    expect(told.map((v) => v.reason)).toEqual(names);
    expect(new Set((await versions.of('p1')).map((v) => v.number)).size).toBe((await versions.of('p1')).length);
  });
});

describe('two windows', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prewarm-versions-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keep the versions of both, each under a number of its own', async () => {
    const file = join(folder, 'versions.json');
    const [one, other] = [createPersonaVersions(openVersions(file)), createPersonaVersions(openVersions(file))];
    const model = modelOf(2);
    const renamed = (name: string): PersonaModel => {
      const next = renamePersona(model, 'p1', name);
      return next.ok ? next.value : model;
    };
    for (let i = 0; i < 4; i++) {
      const window = i % 2 === 0 ? one : other;
      await window.record(model, renamed(`name ${i}`), { author: 'person', reason: () => `edit ${i}` }, 10 * (i + 1));
      await window.flush();
    }
    for (const window of [one, other, createPersonaVersions(openVersions(file))]) {
      const all = await window.of('p1');
      expect(all.filter((v) => v.author === 'person').map((v) => v.reason)).toEqual(['edit 0', 'edit 1', 'edit 2', 'edit 3']);
      expect(new Set(all.map((v) => v.number)).size).toBe(all.length);
    }
  });

  const version = (at: number, number: number): PersonaVersion => ({
    persona: 'p1',
    number,
    at,
    author: 'person',
    reason: `r${at}`,
    snapshot: componentOf({ a: 1 }),
  });

  it('what both kept since they parted is there, once, in the order of time; numbers differ', () => {
    const times = fc.uniqueArray(fc.nat(1000), { maxLength: 9 });
    fc.assert(
      fc.property(times, (list) => {
        const groups = [0, 1, 2].map((group) => list.filter((_, i) => i % 3 === group).sort((a, b) => a - b)) as [
          number[],
          number[],
          number[],
        ];
        const base = groups[0].map((at, i) => version(at, i + 1));
        const own = (more: readonly number[]) => [...base, ...more.map((at, i) => version(at, base.length + i + 1))];
        const merged = mergedVersions(base, own(groups[1]), own(groups[2]));
        expect(merged.map((v) => v.at).sort((a, b) => a - b)).toEqual([...list].sort((a, b) => a - b));
        expect(new Set(merged.map((v) => v.number)).size).toBe(merged.length);
      }),
    );
  });

  it('lose no decision about a persona: what one alone decided is there, and where both did, ours is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), fc.array(step, { maxLength: 4 }), (mine, yours) => {
        const base = modelOf(5);
        const only = (steps: readonly Step[]) => steps.filter(([kind]) => kind === 'rename' || kind === 'pin');
        const ours = only(mine).reduce((m, s, i) => done(m, s, 100 + i), base);
        const theirs = only(yours).reduce((m, s, i) => done(m, s, 200 + i), base);
        const merged = mergedModel(base, ours, theirs);
        expect(merged.components.map((c) => c.id).sort()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
        for (const [i, was] of base.components.entries()) {
          const [a, b, c] = [ours, theirs, merged].map((m) => m.components.find((x) => x.id === was.id)) as [
            Component,
            Component,
            Component,
          ];
          expect(c.name).toBe(a.name !== was.name ? a.name : b.name);
          const pins = (x: Component) => new Map((x.pins ?? []).map((p) => [`${p.field} ${p.resource}`, p.value]));
          for (const [thing, value] of pins(b)) expect(pins(c).get(thing)).toBe(pins(a).get(thing) ?? value);
          for (const [thing, value] of pins(a)) expect(pins(c).get(thing), String(i)).toBe(value);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('what one deleted or put together is so in both, and learnt counts of the other stay', () => {
    const base = modelOf(3);
    const theirs = done(base, ['forget', 0, 0], 50);
    const ours: PersonaModel = { ...base, components: base.components.map((c) => ({ ...c, support: c.support + 1 })) };
    const merged = mergedModel(base, ours, theirs);
    expect(merged.components.map((c) => [c.id, c.support])).toEqual([
      ['p2', 41],
      ['p3', 41],
    ]);
    expect(merged.edits).toEqual(theirs.edits);
    expect(mergedModel(base, ours, base)).toBe(ours);
  });
});
