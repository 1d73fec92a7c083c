import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { dependenciesOf, withoutCycles } from '../../src/plan/dependencies.ts';

const chain = (edges: Record<string, string[]>): Resource[] =>
  Object.entries(edges).map(([id, dependsOn]) => ({ id, dependsOn }) as unknown as Resource);
const map = (resources: readonly Resource[]) => new Map(resources.map((r) => [r.id, r]));

describe('dependencies', () => {
  it('are found near and far, once', () => {
    expect(dependenciesOf('a', map(chain({ a: ['b', 'c'], b: ['c'], c: [] })))).toEqual(['b', 'c']);
  });
  it('ignore what is not declared', () => expect(dependenciesOf('a', map(chain({ a: ['x'] })))).toEqual([]));
  it('lose only the edge that closes a circle', () => {
    const { resources, cut } = withoutCycles(chain({ a: ['b'], b: ['c'], c: ['a', 'd'], d: [] }));
    expect(cut).toEqual(['c → a']);
    expect(resources.map((r) => r.dependsOn)).toEqual([['b'], ['c'], ['d'], []]);
  });
});
