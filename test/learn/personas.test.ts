import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { type PersonaModel, personasOf, tokensOf } from '../../src/learn/personaModel.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { match } from '../../src/predict/match.ts';
import { need } from '../../src/predict/need.ts';

const MINUTE = 60_000;
const WORK = {
  api: ['editor:api/ts', 'command:npm test', 'compose:shop/db', 'command:git commit'],
  web: ['editor:web/ts', 'command:npm run dev', 'editor:web/css', 'command:git commit'],
  ops: ['editor:yaml', 'command:kubectl get', 'command:helm upgrade', 'command:kubectl logs'],
} as const;
type Kind = keyof typeof WORK;

function session(kind: Kind, seed: number, start = 0): Activity[] {
  const random = randomFrom(seed);
  const steps = WORK[kind].flatMap((resource) => (random() < 0.85 ? [resource] : []));
  return [...steps, WORK[kind][1]].map((resource, i) => ({ at: start + i * MINUTE, actor: 'me', resource, kind: 'command.started' }));
}
const history = (n: number): Activity[][] =>
  Array.from({ length: n }, (_, i) => session((['api', 'web', 'ops'] as const)[i % 3] as Kind, i + 1, i * 1000 * MINUTE));
const learn = (sessions: Activity[][], previous?: PersonaModel): PersonaModel =>
  learnPersonas(sessions, { now: 1, seed: 1, ...(previous ? { previous } : {}) });
const best = (model: PersonaModel, prefix: Activity[]) =>
  [...match(model, prefix).personas].sort((a, b) => b.probability - a.probability)[0];

describe('learnPersonas', () => {
  const model = learn(history(24));

  it('finds the planted workflows, by itself three', () => {
    expect(model.components).toHaveLength(3);
    const of = (kind: Kind) => best(model, session(kind, 99))?.id;
    expect(new Set([of('api'), of('web'), of('ops')]).size).toBe(3);
  });

  it('names them after what tells them apart', () => {
    const names = model.components.map((c) => c.name);
    expect(names.some((n) => n.includes('npm test'))).toBe(true);
    expect(names.some((n) => n.includes('kubectl'))).toBe(true);
    expect(names.every((n) => !n.includes('git commit'))).toBe(true);
  });

  it('weights them by their share of sessions, less the noise', () => {
    for (const c of model.components) expect(c.weight).toBeCloseTo(0.95 / 3, 1);
  });

  it('keeps edges with probability and lag', () => {
    const api = model.components.find((c) => c.name.includes('npm test'));
    const edge = api?.edges.find((e) => e.from === 'command:npm test' && e.to === 'compose:shop/db');
    expect(edge?.probability).toBeGreaterThan(0.5);
    expect(edge?.lagMs).toEqual({ p50: MINUTE, p90: MINUTE });
  });

  it('keeps identity and names when it learns anew', () => {
    const renamed: PersonaModel = { ...model, components: model.components.map((c) => ({ ...c, name: `my ${c.name}` })) };
    const again = learn(history(30), renamed);
    expect(again.components.map((c) => [c.id, c.name]).sort()).toEqual(renamed.components.map((c) => [c.id, c.name]).sort());
  });

  it('is plain JSON, and the same from the same history', () => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(JSON.parse(JSON.stringify(learn(history(24)))));
  });

  it.each([[[]], [[[]]], [[session('api', 1)]]])('has no persona for next to nothing', (sessions) => {
    expect(personasOf(learn(sessions as Activity[][]))).toEqual([]);
  });

  it('takes any token, even those that objects know (fuzz)', () => {
    const token = fc.oneof(fc.constantFrom('constructor', '__proto__', 'toString', ''), fc.string());
    const sessions = fc.array(
      fc.array(
        token.map((resource) => ({ at: 1, actor: 'a', resource })),
        { maxLength: 6 },
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(sessions, (all) => {
        const learnt = learn(all as Activity[][]);
        for (const c of learnt.components) expect(Number.isFinite(c.weight)).toBe(true);
        const { personas, none } = match(learnt, (all[0] ?? []) as Activity[]);
        expect(none + personas.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 9);
      }),
      { seed: 9, numRuns: 60 },
    );
  });
});

describe('match and need', () => {
  const model = learn(history(24));

  it('knows the persona from the first activity', () => {
    expect(best(model, session('api', 5).slice(0, 1))?.probability).toBeGreaterThan(0.8);
  });

  it('says nothing before the first activity', () => expect(match(model, [])).toEqual({ personas: [], none: 1 }));

  it('needs the database in an api session and not in a web session, and says why', () => {
    const of = (kind: Kind) => {
      const prefix = session(kind, 3).slice(0, 1);
      return need(model, prefix, ['compose:shop/db'], { now: 0, horizonMs: 20 * MINUTE })[0];
    };
    expect(of('api')?.probability).toBeGreaterThan(0.6);
    expect(of('web')?.probability ?? 0).toBeLessThan(0.1);
    expect(of('api')?.because).toMatch(/uses db in \d+ % of its sessions/);
    expect(of('api')?.etaMs).toBeLessThan(5 * MINUTE);
  });

  it('ignores the ends of commands', () => {
    expect(tokensOf([{ at: 1, actor: 'a', resource: 'x', kind: 'command.ended' }])).toEqual([]);
  });
});
