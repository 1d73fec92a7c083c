import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { PLANTED, plantedSessions } from './planted.ts';

/** What takes a second each, apart from the others so that a mutant that a small test notices never comes to these. */
const learn = (sessions: readonly (readonly Activity[])[]) => learnPersonas(sessions, { now: 1, seed: 1 });

describe('planted personas', () => {
  it('one workflow is one persona, however long its history', () => {
    for (const n of [10, 100, 1000])
      expect(learn(plantedSessions(n, 5, PLANTED.slice(0, 1)).map((s) => s.activities)).components, `${n} sessions`).toHaveLength(1);
  });
});

describe('a trace that names tens of thousands of things', () => {
  it('gives a model of bounded size', () => {
    const random = randomFrom(4);
    const sessions = Array.from({ length: 3000 }, (_, s) =>
      Array.from({ length: 40 }, (_, i): Activity => ({ at: s * 10 ** 8 + i, actor: 'a', resource: `t${Math.floor(60_000 * random())}` })),
    );
    const { components, background, backgroundTotal } = learn(sessions);
    expect(Object.keys(background).length).toBeLessThanOrEqual(40_000);
    expect(backgroundTotal).toBe(120_000);
    for (const c of components) {
      const pairs = Object.values(c.transitions).reduce((sum, row) => sum + Object.keys(row.to).length, 0);
      expect(pairs).toBeLessThanOrEqual(100_000);
    }
  });
});
