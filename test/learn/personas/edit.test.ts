import { describe, expect, it } from 'vitest';
import { type Pin, pinProblem } from '../../../src/domain/index.ts';
import type { Component, PersonaModel } from '../../../src/learn/personaModel.ts';
import { expectOfPersona, pinned, pinPersona, unpinPersona, withPinned, withPinsOf } from '../../../src/learn/personas/edit.ts';
import { identify } from '../../../src/learn/personas/identify.ts';
import { componentOf } from './made.ts';

const modelOf = (...components: readonly Component[]): PersonaModel => ({
  version: 1,
  components,
  background: {},
  backgroundTotal: 0,
  sessions: 0,
});
const one = componentOf({ db: 0.8, ls: 0.2 }, { id: 'p1', name: 'One' });
const two = componentOf({ web: 0.5 }, { id: 'p2', name: 'Two' });
const model = modelOf(one, two);
const pinnedBy = (m: PersonaModel, id: string, pin: Pin): PersonaModel => {
  const result = pinPersona(m, id, pin);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};

describe('what is wrong with a pin', () => {
  it.each<[Pin, string | undefined]>([
    [
      { field: 'weight' as Pin['field'], value: 1 },
      '“weight” cannot be fixed by hand; one of name, skill_level, use_case, performance_sensitivity, security_posture, probability, priority, latency_target_ms can.',
    ],
    [{ field: 'probability', value: 1 }, '“probability” needs a resource.'],
    [{ field: 'priority', value: 'low' }, '“priority” needs a resource.'],
    [{ field: 'latency_target_ms', value: 1 }, '“latency_target_ms” needs a resource.'],
    [{ field: 'name', resource: 'db', value: 'x' }, '“name” is of the persona, not of db.'],
    [{ field: 'probability', resource: 'db', value: 0 }, undefined],
    [{ field: 'probability', resource: 'db', value: 1 }, undefined],
    [{ field: 'probability', resource: 'db', value: 1.01 }, 'A probability is 0 to 1, not 1.01.'],
    [{ field: 'probability', resource: 'db', value: -0.01 }, 'A probability is 0 to 1, not -0.01.'],
    [{ field: 'probability', resource: 'db', value: '1' }, 'A probability is 0 to 1, not "1".'],
    [{ field: 'probability', resource: 'db', value: Number.NaN }, 'A probability is 0 to 1, not null.'],
    [{ field: 'latency_target_ms', resource: 'db', value: 0 }, undefined],
    [{ field: 'latency_target_ms', resource: 'db', value: 90_000 }, undefined],
    [{ field: 'latency_target_ms', resource: 'db', value: -1 }, 'A latency target is a number of milliseconds, not -1.'],
    [
      { field: 'latency_target_ms', resource: 'db', value: Number.POSITIVE_INFINITY },
      'A latency target is a number of milliseconds, not null.',
    ],
    [{ field: 'latency_target_ms', resource: 'db', value: 'soon' }, 'A latency target is a number of milliseconds, not "soon".'],
    [{ field: 'priority', resource: 'db', value: 'high' }, undefined],
    [{ field: 'priority', resource: 'db', value: 'medium' }, undefined],
    [{ field: 'priority', resource: 'db', value: 'low' }, undefined],
    [{ field: 'priority', resource: 'db', value: 'now' }, 'A priority is high, medium or low, not "now".'],
    [{ field: 'name', value: 'x' }, undefined],
    [{ field: 'name', value: ' ' }, '“name” must be a text, not " ".'],
    [{ field: 'name', value: '' }, '“name” must be a text, not "".'],
    [{ field: 'use_case', value: 7 }, '“use_case” must be a text, not 7.'],
    [{ field: 'use_case', value: 'high' }, undefined],
  ])('%o: %s', (pin, problem) => expect(pinProblem(pin)).toBe(problem));
});

describe('a pin', () => {
  it('of nobody, or with a name that is taken, is refused; one’s own name is not', () => {
    const refused = (id: string, pin: Pin) => {
      const result = pinPersona(model, id, pin);
      return result.ok ? undefined : result.fault;
    };
    expect(refused('p9', { field: 'name', value: 'x' })).toMatchObject({ code: 'wrong-usage', message: 'There is no persona p9.' });
    expect(refused('p1', { field: 'name', value: 'Two' })?.message).toBe('Another persona is called “Two” already.');
    expect(refused('p1', { field: 'use_case', value: 'Two' })).toBeUndefined();
    expect(refused('p1', { field: 'name', value: 'One' })).toBeUndefined();
    expect(refused('p1', { field: 'name', value: ' ' })?.message).toBe('“name” must be a text, not " ".');
  });

  it('changes only its persona, and replaces only what was fixed of the same thing', () => {
    const first = pinnedBy(model, 'p1', { field: 'name', value: 'New' });
    expect(first.components).toEqual([{ ...one, name: 'New', pins: [{ field: 'name', value: 'New' }] }, two]);
    const low: Pin = { field: 'priority', resource: 'db', value: 'low' };
    const second = pinnedBy(pinnedBy(pinnedBy(first, 'p1', low), 'p1', { ...low, resource: 'ls' }), 'p1', { ...low, value: 'high' });
    expect(second.components[0]?.pins).toEqual([
      { field: 'name', value: 'New' },
      { ...low, resource: 'ls' },
      { ...low, value: 'high' },
    ]);
    expect(second.components[0]?.name).toBe('New');
    expect(pinnedBy(model, 'p1', { field: 'use_case', value: 'x' }).components[0]?.name).toBe('One');
  });

  it('is read by field and resource', () => {
    const pins: readonly Pin[] = [
      { field: 'use_case', value: 'x' },
      { field: 'priority', resource: 'db', value: 'low' },
    ];
    expect(pinned({ pins }, 'use_case')).toBe('x');
    expect(pinned({ pins }, 'priority', 'db')).toBe('low');
    expect([pinned({ pins }, 'priority', 'ls'), pinned({ pins }, 'priority'), pinned({ pins }, 'name'), pinned({}, 'name')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('of a probability holds over what was learnt, of what was never used too', () => {
    const said: readonly Pin[] = [
      { field: 'probability', resource: 'ls', value: 0.9 },
      { field: 'probability', resource: 'new', value: 0.8 },
      { field: 'priority', resource: 'db', value: 'low' },
    ];
    const { uses } = withPinned({ ...one, pins: said });
    expect(uses.map((u) => [u.resource, u.probability])).toEqual([
      ['ls', 0.9],
      ['db', 0.8],
      ['new', 0.8],
    ]);
    expect(uses[2]).toEqual({
      resource: 'new',
      probability: 0.8,
      again: 0.5,
      firstUseMs: [{ value: 0, probability: 1 }],
      gapMs: [],
      durationMs: [],
    });
    const other = { ...one, pins: said.slice(2) };
    expect(withPinned(other)).toBe(other);
    expect(withPinned(one)).toBe(one);
    const odd = { ...one, pins: [{ field: 'probability', value: 0.1 }] as readonly Pin[] };
    expect(withPinned(odd)).toBe(odd);
    const tied = withPinned({ ...componentOf({ z: 0.5, a: 0.5 }), pins: [{ field: 'probability', resource: 'm', value: 0.5 }] });
    expect(tied.uses.map((u) => u.resource)).toEqual(['a', 'm', 'z']);
  });

  it('is let go alone', () => {
    const pins: readonly Pin[] = [
      { field: 'priority', resource: 'db', value: 'low' },
      { field: 'priority', resource: 'ls', value: 'low' },
      { field: 'use_case', value: 'x' },
    ];
    const held = modelOf({ ...one, pins }, two);
    expect(unpinPersona(held, 'p1', { field: 'priority', resource: 'db' }).components).toEqual([{ ...one, pins: pins.slice(1) }, two]);
    expect(unpinPersona(held, 'p9', { field: 'use_case' })).toBe(held);
    expect(unpinPersona(model, 'p1', { field: 'use_case' }).components[0]).toEqual({ ...one, pins: [] });
  });

  it('that was made meanwhile is kept, with the name and the probability', () => {
    const meanwhile = pinnedBy(pinnedBy(model, 'p1', { field: 'name', value: 'Mine' }), 'p1', {
      field: 'probability',
      resource: 'db',
      value: 0.1,
    });
    const merged = withPinsOf(modelOf(one, componentOf({}, { id: 'p3', name: 'Three' })), meanwhile);
    expect(merged.components.map((c) => [c.id, c.name, c.pins?.length])).toEqual([
      ['p1', 'Mine', 2],
      ['p3', 'Three', undefined],
    ]);
    expect(merged.components[0]?.uses.find((u) => u.resource === 'db')?.probability).toBe(0.1);
    expect(withPinsOf(model, undefined)).toEqual(model);
    expect(withPinsOf(model, modelOf({ ...two, name: 'Second' })).components[1]).toEqual({ ...two, name: 'Second' });
  });
});

describe('who is who', () => {
  const found = (uses: Record<string, number>, more: Partial<Component> = {}) => componentOf(uses, { id: '', name: '', ...more });
  const told = (all: readonly Component[]) => all.map((c) => [c.id, c.name]);

  it('new ones are numbered from 1 by weight, and keep their order', () => {
    const all = [found({ 'command:ls': 0.9 }, { weight: 0.2 }), found({ 'command:psql': 0.9 }, { weight: 0.5 })];
    expect(told(identify(all, undefined))).toEqual([
      ['p2', 'ls'],
      ['p1', 'Database work'],
    ]);
    expect(identify([], undefined)).toEqual([]);
  });

  it('ids go on after the highest that there was', () => {
    const before = modelOf(componentOf({ z: 1 }, { id: 'p7' }), componentOf({ y: 1 }, { id: 'p3' }), componentOf({ x: 1 }, { id: 'odd' }));
    expect(identify([found({ 'command:ls': 0.9 })], before)[0]?.id).toBe('p8');
  });

  it('a name that is taken gives way to the next, and then to a number', () => {
    // Three that a person would call alike.
    const alike = ['command:psql', 'command:mysql', 'command:redis'].map((t, i) => found({ [t]: 0.9 }, { weight: 0.3 - i / 100 }));
    expect(identify(alike, undefined).map((c) => c.name)).toEqual(['Database work', 'Database work: mysql', 'Database work: redis']);
    const same = ['dir-a:x/ls', 'dir-b:x/ls', 'dir-c:x/ls'].map((t, i) => found({ [t]: 0.9 }, { weight: 0.3 - i / 100 }));
    expect(identify(same, undefined).map((c) => c.name)).toEqual(['ls', 'ls 2', 'ls 3']);
    const before = modelOf(componentOf({ q: 1 }, { id: 'p1', name: 'ls' }));
    expect(identify([found({ q: 1 }), found({ 'dir:x/ls': 0.9 }, { weight: 0.9 })], before).map((c) => c.name)).toEqual(['ls', 'ls 2']);
  });

  it('is the same from a cosine above 0.6 on', () => {
    const before = modelOf(componentOf({ a: 1 }, { id: 'p5', name: 'Old' }));
    expect(told(identify([found({ a: 0.61, b: Math.sqrt(1 - 0.61 ** 2) })], before))).toEqual([['p5', 'Old']]);
    expect(identify([found({ a: 0.59, b: Math.sqrt(1 - 0.59 ** 2) })], before)[0]?.id).toBe('p6');
    expect(identify([found({ a: 3, b: 4 })], before)[0]?.id).toBe('p6');
    expect(identify([found({ b: 1 })], modelOf(componentOf({}, { id: 'p5' })))[0]?.id).toBe('p6');
  });

  it('cosine does not care for how much is used in all', () => {
    const before = modelOf(componentOf({ a: 0.5 }, { id: 'p5', name: 'Old' }));
    expect(identify([found({ a: 0.4, b: 0.3 })], before)[0]?.id).toBe('p5');
    expect(identify([found({ a: 0.2, b: 0.4 })], before)[0]?.id).toBe('p6');
  });

  it('the likest pair first, each once', () => {
    const before = modelOf(componentOf({ a: 1, b: 0.4 }, { id: 'p1', name: 'A' }), componentOf({ a: 1, b: 1 }, { id: 'p2', name: 'B' }));
    const now = [
      found({ a: 1, b: 0.9 }, { weight: 0.1 }),
      found({ a: 1, b: 0.95 }, { weight: 0.2 }),
      found({ a: 1, b: 0.3 }, { weight: 0.3 }),
    ];
    expect(identify(now, before).map((c) => c.id)).toEqual(['p3', 'p2', 'p1']);
    expect(identify([...now].reverse(), before).map((c) => c.id)).toEqual(['p1', 'p2', 'p3']);
  });

  it('keeps what was fixed by hand of those found, and those not found that bear a mark, who make room', () => {
    const pins: readonly Pin[] = [{ field: 'probability', resource: 'a', value: 0.25 }];
    const before = modelOf(
      componentOf({ a: 1 }, { id: 'p1', name: 'A', pins }),
      componentOf({ gone: 1 }, { id: 'p2', name: 'Gone', pins: [{ field: 'name', value: 'Gone' }], support: 50, weight: 0.4 }),
      componentOf({ away: 1 }, { id: 'p3', name: 'Away', pins: [] }),
      componentOf({ bare: 1 }, { id: 'p4', name: 'Bare' }),
    );
    const all = identify([found({ a: 0.9 }, { weight: 0.6, support: 8 })], before);
    expect(told(all)).toEqual([
      ['p1', 'A'],
      ['p2', 'Gone'],
    ]);
    expect(all[0]?.pins).toBe(pins);
    expect(all[0]?.uses[0]?.probability).toBe(0.25);
    // One session of eleven: 8 of support, 2, and 1.
    expect([all[0]?.weight, all[1]?.weight, all[1]?.support]).toEqual([expect.closeTo(0.6 * (10 / 11), 12), expect.closeTo(1 / 11, 12), 1]);
    const few = identify(
      [found({ a: 0.9 }, { weight: 0.6, support: 8 })],
      modelOf(componentOf({ gone: 1 }, { id: 'p2', pins, support: 0.5 }), componentOf({ gone2: 1 }, { id: 'p3', pins })),
    );
    expect(few.map((c) => c.weight)).toEqual([0.6 * (10 / 12), 1 / 12, 1 / 12].map((w) => expect.closeTo(w, 12)));
    expect(few[1]?.support).toBe(0.5);
  });
});

describe('what is expected of a persona', () => {
  const pattern = { name: 'sessions per day', windowMs: 86_400_000, interactionType: 'session', expectedVolume: 12, latencyTargetMs: 1000 };
  const of = (m: PersonaModel) => m.components[0]?.said?.patterns;
  const expecting = (m: PersonaModel, id: string, wanted: typeof pattern): PersonaModel => {
    const result = expectOfPersona(m, id, wanted);
    if (!result.ok) throw new Error(result.fault.message);
    return result.value;
  };

  it('is kept, once under each name, beside what else was said', () => {
    const [id] = model.components.map((c) => c.id) as [string];
    const once = expecting(model, id, pattern);
    const twice = expecting(once, id, { ...pattern, expectedVolume: 20 });
    const other = expecting(twice, id, { ...pattern, name: 'queries' });
    expect(of(other)?.map((p) => [p.name, p.expectedVolume])).toEqual([
      ['sessions per day', 20],
      ['queries', 12],
    ]);
    expect(of(model)).toBeUndefined();
  });

  it.each([
    ['of nobody', 'nobody', pattern],
    ['below nothing', undefined, { ...pattern, expectedVolume: -1 }],
    ['that is no number', undefined, { ...pattern, expectedVolume: Number.NaN }],
    ['in no time', undefined, { ...pattern, windowMs: 0 }],
  ])('%s is refused in one sentence', (_, id, wrong) => {
    expect(expectOfPersona(model, id ?? (model.components[0]?.id as string), wrong)).toMatchObject({
      ok: false,
      fault: { code: 'wrong-usage' },
    });
  });
});
