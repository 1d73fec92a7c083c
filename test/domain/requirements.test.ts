import { describe, expect, it } from 'vitest';
import { type Resource, requirementsOf } from '../../src/domain/index.ts';
import { personasOf } from '../../src/learn/personasOf.ts';
import { componentOf } from '../learn/personas/made.ts';

const said = {
  patterns: [],
  profiles: [],
  requirements: [
    { resource: 'db', priority: 'low' as const, memoryBytes: [{ value: 5, probability: 1 }] },
    { resource: 'cache', latencyTargetMs: 70 },
  ],
};
const component = componentOf(
  { db: 0.9, cache: 0.9, web: 0.1 },
  { said, pins: [{ field: 'priority', resource: 'cache', value: 'medium' }] },
);
const [persona] = personasOf({ version: 1, components: [component], background: {}, backgroundTotal: 0, sessions: 0 }, 0);
const declared = ['db', 'web'].map((id) => ({ id, memoryBytes: 9 }) as Resource);

describe('what a persona asks for', () => {
  it('is what was pinned, else what was said, else what was learnt or declared', () => {
    expect(persona && requirementsOf(persona, declared)).toEqual([
      { resource: 'db', priority: 'low', latencyTargetMs: 900_000, memoryBytes: [{ value: 5, probability: 1 }] },
      { resource: 'cache', priority: 'medium', latencyTargetMs: 70 },
      { resource: 'web', priority: 'low', latencyTargetMs: 900_000, memoryBytes: [{ value: 9, probability: 1 }] },
    ]);
  });
});
