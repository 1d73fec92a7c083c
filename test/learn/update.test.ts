import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { noiseOf, type PersonaModel } from '../../src/learn/personaModel.ts';
import { blend } from '../../src/learn/personas/blend.ts';
import { pinPersona, unpinPersona, withPinsOf } from '../../src/learn/personas/edit.ts';
import { hourOfWeek, rhythmOf, smoothed } from '../../src/learn/personas/rhythm.ts';
import { updatePersonas } from '../../src/learn/personas/update.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { EVERYBODY, PLANTED, type PlantedSession, plantedSessions } from './planted.ts';

const activitiesOf = (sessions: readonly PlantedSession[]): readonly (readonly Activity[])[] => sessions.map((s) => s.activities);
const learn = (sessions: readonly PlantedSession[], previous?: PersonaModel): PersonaModel =>
  learnPersonas(activitiesOf(sessions), { now: 1, seed: 1, ...(previous ? { previous } : {}) });
const ownerOf = (model: PersonaModel, token: string) =>
  [...model.components].sort((a, b) => (b.unigram[token] ?? 0) - (a.unigram[token] ?? 0))[0];

describe('updatePersonas', () => {
  const history = plantedSessions(200, 21);
  /** Learnt within each test, so that a mutant is at work there. */
  const learnHalf = () => learn(history.slice(0, 100));
  const grow = (half: PersonaModel) => history.slice(100).reduce((model, s) => updatePersonas(model, s.activities, 2), half);

  it('session by session comes to what learning anew from all comes to', () => {
    const [grown, whole] = [grow(learnHalf()), learn(history)];
    expect(grown.components).toHaveLength(whole.components.length);
    for (const { tokens } of PLANTED) {
      const [a, b] = [ownerOf(grown, tokens[0] as string), ownerOf(whole, tokens[0] as string)];
      expect(a?.weight).toBeCloseTo(b?.weight as number, 1);
      expect(Math.abs((a?.support ?? 0) - (b?.support ?? 0))).toBeLessThan(3);
      for (const use of b?.uses.slice(0, 4) ?? [])
        expect(a?.uses.find((u) => u.resource === use.resource)?.probability, use.resource).toBeCloseTo(use.probability, 1);
    }
    expect(grown.backgroundTotal).toBe(whole.backgroundTotal);
    expect(grown.sessions).toBe(whole.sessions);
  });

  it('changes nothing of what it was given', () => {
    const half = learnHalf();
    const before = JSON.stringify(half);
    updatePersonas(half, (history[150] as PlantedSession).activities, 2);
    expect(JSON.stringify(half)).toBe(before);
  });

  it('keeps ids, names and order', () => {
    const half = learnHalf();
    const grown = grow(half);
    expect(grown.components.map((c) => [c.id, c.name])).toEqual(half.components.map((c) => [c.id, c.name]));
  });

  it('what is like no persona belongs to none, and its share grows', () => {
    const half = learnHalf();
    const strange = Array.from({ length: 12 }, (_, i): Activity => ({ at: i * 1000, actor: 'a', resource: `command:strange ${i}` }));
    const after = updatePersonas(half, strange, 2);
    expect(noiseOf(after)).toBeGreaterThan(noiseOf(half));
    expect(after.components.map((c) => c.support)).toEqual(half.components.map((c) => c.support));
  });

  it('weights and noise sum to 1, uses are probabilities, whatever comes (property)', () => {
    const half = learnHalf();
    const token = fc.constantFrom(...EVERYBODY, ...PLANTED.flatMap((p) => p.tokens), 'constructor', '__proto__', 'toString', '');
    const session = fc.array(fc.tuple(token, fc.nat(10 ** 6), fc.option(fc.boolean(), { nil: undefined })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(session, { maxLength: 5 }), (sessions) => {
        const model = sessions.reduce((m, raw) => {
          const activities = raw
            .map(([resource, at, ok]): Activity => ({ at, actor: 'a', resource, ...(ok === undefined ? {} : { ok }) }))
            .sort((a, b) => a.at - b.at);
          return updatePersonas(m, activities, 3);
        }, half);
        expect(model.components.reduce((sum, c) => sum + c.weight, noiseOf(model))).toBeCloseTo(1, 9);
        for (const c of model.components) {
          for (const u of c.uses) {
            expect(u.probability).toBeLessThanOrEqual(1);
            expect(u.again).toBeLessThanOrEqual(1 + 1e-9);
            for (const d of [u.firstUseMs, u.gapMs, u.durationMs])
              if (d.length > 0) expect(d.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 6);
          }
          for (const e of c.edges) expect(e.lagMs.p90).toBeGreaterThanOrEqual(e.lagMs.p50);
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});

describe('durations', () => {
  const timed = (ms: number | undefined, at: number): Activity[] => [
    { at, actor: 'a', resource: 'command:npm test', kind: 'command.started' },
    {
      at: at + 9000,
      actor: 'a',
      resource: 'command:npm test',
      kind: 'command.ended',
      ok: true,
      ...(ms === undefined ? {} : { durationMs: ms }),
    },
    { at: at + 20_000, actor: 'a', resource: 'command:ls', kind: 'command.started' },
    { at: at + 40_000, actor: 'a', resource: 'command:npm test', kind: 'command.started' },
  ];
  const of = (model: PersonaModel) => model.components[0]?.uses.find((u) => u.resource === 'command:npm test')?.durationMs;
  const history = (ms: number | undefined) => Array.from({ length: 8 }, (_, i) => timed(ms, i * 10 ** 7));

  it('are what was measured, where anything was', () => {
    const model = learnPersonas(history(7000), { now: 1, seed: 1 });
    expect(of(model)).toEqual([{ value: 7000, probability: 1 }]);
    expect(of(updatePersonas(model, timed(7000, 10 ** 9), 1))?.[0]?.value).toBeCloseTo(7000, 9);
    expect(of(updatePersonas(model, timed(undefined, 10 ** 9), 1))).toEqual([{ value: 7000, probability: 1 }]);
  });

  it('are from the first to the last use elsewhere', () => {
    expect(of(learnPersonas(history(undefined), { now: 1, seed: 1 }))?.[0]?.value).toBe(40_000);
  });
});

describe('learning anew', () => {
  const history = plantedSessions(240, 31);
  const learnFirst = () => learn(history.slice(0, 120));

  it('keeps who is who by likeness, though weights and order change', () => {
    const first = learnFirst();
    const again = learn(history, first);
    for (const { tokens } of PLANTED) {
      const token = tokens[0] as string;
      expect(ownerOf(again, token)?.id).toBe(ownerOf(first, token)?.id);
      expect(ownerOf(again, token)?.name).toBe(ownerOf(first, token)?.name);
    }
  });

  it('renamed stays renamed, and so do other hand edits', () => {
    const first = learnFirst();
    const { id } = first.components[1] as { id: string };
    const renamed = pinPersona(first, id, { field: 'name', value: 'My reports' });
    const pinned = renamed.ok ? pinPersona(renamed.value, id, { field: 'use_case', value: 'month end' }) : renamed;
    if (!pinned.ok) throw new Error(pinned.fault.message);
    const again = learn(history, pinned.value).components.find((c) => c.id === id);
    expect(again?.name).toBe('My reports');
    expect(again?.pins).toHaveLength(2);
    expect(
      updatePersonas(pinned.value, (history[0] as PlantedSession).activities, 1).components.find((c) => c.id === id)?.pins,
    ).toHaveLength(2);
  });

  it('what was fixed by hand stays although history no longer shows it; what was not goes', () => {
    const first = learnFirst();
    const gone = ownerOf(first, 'command:jupyter lab') as { id: string };
    const pinned = pinPersona(first, gone.id, { field: 'name', value: 'Notebooks' });
    const without = history.filter((s) => s.of !== 'data');
    expect(learn(without, first).components.map((c) => c.id)).not.toContain(gone.id);
    const kept = learn(without, pinned.ok ? pinned.value : first);
    expect(kept.components.map((c) => c.name)).toContain('Notebooks');
    expect(kept.components.reduce((sum, c) => sum + c.weight, noiseOf(kept))).toBeCloseTo(1, 9);
  });

  it('an edit made meanwhile is not lost', () => {
    const first = learnFirst();
    const { id } = first.components[0] as { id: string };
    const edited = pinPersona(first, id, { field: 'name', value: 'Meanwhile' });
    const merged = withPinsOf(learn(history, first), edited.ok ? edited.value : undefined);
    expect(merged.components.find((c) => c.id === id)?.name).toBe('Meanwhile');
  });

  it('progress goes from 0 to 1', () => {
    const told: number[] = [];
    learnPersonas(activitiesOf(history), { now: 1, seed: 1, progress: (done) => told.push(done) });
    expect(told.length).toBeGreaterThan(5);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(told.at(-1)).toBe(1);
  });
});

describe('pins', () => {
  let model: PersonaModel;
  let id: string;
  beforeEach(() => {
    model = learn(plantedSessions(80, 41));
    id = model.components[0]?.id as string;
  });
  it.each([
    [{ field: 'name', value: ' ' }, 'must be a text'],
    [{ field: 'priority', value: 'high' }, 'needs a resource'],
    [{ field: 'priority', resource: 'x', value: 'now' }, 'high, medium or low'],
    [{ field: 'use_case', resource: 'x', value: 'y' }, 'of the persona'],
    [{ field: 'probability', resource: 'x', value: 2 }, '0 to 1'],
    [{ field: 'latency_target_ms', resource: 'x', value: 'soon' }, 'milliseconds'],
    [{ field: 'weight', value: 1 }, 'cannot be fixed'],
  ] as const)('%o is refused in words', (pin, words) => {
    const result = pinPersona(model, id, pin as never);
    expect(result.ok ? '' : result.fault.message).toContain(words);
  });

  it('a name that another bears is refused', () => {
    const result = pinPersona(model, id, { field: 'name', value: model.components[1]?.name as string });
    expect(result.ok ? '' : result.fault.message).toContain('called');
  });

  it('are replaced, and let go', () => {
    const pin = (m: PersonaModel, value: string) => {
      const result = pinPersona(m, id, { field: 'skill_level', value });
      if (!result.ok) throw new Error(result.fault.message);
      return result.value;
    };
    const twice = pin(pin(model, 'novice'), 'expert');
    expect(twice.components[0]?.pins).toEqual([{ field: 'skill_level', value: 'expert' }]);
    expect(unpinPersona(twice, id, { field: 'skill_level' }).components[0]?.pins).toEqual([]);
  });
});

describe('blend', () => {
  it('is near the quantiles of everything it ever saw (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 30, maxLength: 300, size: 'max' }), (values) => {
        const { distribution } = values.reduce(
          ({ distribution, n }, value) => ({ distribution: blend(distribution, n, [value], 1), n: n + 1 }),
          { distribution: [] as ReturnType<typeof blend>, n: 0 },
        );
        expect(distribution.length).toBeLessThanOrEqual(12);
        const mean = values.reduce((a, b) => a + b) / values.length;
        expect(distribution.reduce((sum, p) => sum + p.value * p.probability, 0)).toBeCloseTo(mean, 3);
        const sorted = [...values].sort((a, b) => a - b);
        const below = distribution.filter((p) => p.value <= (sorted[Math.floor(values.length / 2)] as number));
        expect(Math.abs(below.reduce((sum, p) => sum + p.probability, 0) - 0.5)).toBeLessThan(0.3);
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});

describe('rhythm', () => {
  it.each([
    ['1970-01-05T00:00:00Z', 0, 0],
    ['2026-11-21T10:59:00Z', 0, 5 * 24 + 10],
    ['2026-11-22T23:30:00Z', 3_600_000, 0],
    ['1969-12-29T00:00:00Z', 0, 0],
  ])('%s at offset %d is hour %d of the week', (at, zone, hour) => expect(hourOfWeek(Date.parse(at), zone)).toBe(hour));

  it('smoothed sums to 1 and peaks where sessions begin', () => {
    const hours = smoothed(
      rhythmOf(
        Float64Array.from({ length: 30 }, () => 1),
        () => 9,
      ),
    );
    expect(hours.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    expect(hours.indexOf(Math.max(...hours))).toBe(9);
    expect(hours[8]).toBeGreaterThan(hours[20] as number);
    expect(smoothed(undefined).every((p) => Math.abs(p - 1 / 168) < 1e-12)).toBe(true);
  });
});
