import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { type Branches, copyFor, likelyNext, onBranch } from '../../src/plan/branches.ts';

const db: Resource = {
  id: 'compose:shop/db',
  name: 'db',
  kind: 'database',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 1 },
  memoryBytes: 0,
  spec: { type: 'compose', file: '/c', project: 'shop', service: 'db', environment: {}, seedFiles: [], profiles: [] },
};
const walk = (...names: string[]): Branches =>
  names.reduce<Branches | undefined>((at, name, i) => onBranch(at, { branch: name, worktree: 'first' }, i), undefined) as Branches;

describe('branches', () => {
  it('the branch that is there first keeps what is there', () => {
    const at = walk('main', 'feature');
    expect(copyFor(db, 'main', at)).toBe(db);
    expect(copyFor(db, 'feature', at)).toEqual({ ...db, variant: 'branch:feature' });
  });

  it('in a linked worktree every branch has a copy', () => {
    const at = onBranch(undefined, { branch: 'fix', worktree: 'linked' }, 0);
    expect(copyFor(db, 'fix', at)).toEqual({ ...db, variant: 'branch:fix' });
  });

  it('only databases have copies, and copies have none', () => {
    const at = walk('main', 'feature');
    const api: Resource = { ...db, kind: 'service' };
    const standby: Resource = { ...db, variant: 'standby:1' };
    expect(copyFor(api, 'feature', at)).toBe(api);
    expect(copyFor(standby, 'feature', at)).toBe(standby);
  });

  it.each([
    ['nowhere yet', ['main'], undefined],
    ['back to where one came from', ['main', 'fix'], 'main'],
    ['where one mostly went', ['main', 'a', 'main', 'b', 'main', 'a', 'main'], 'a'],
    ['the latest where that is even', ['main', 'a', 'main', 'b', 'main'], 'b'],
  ])('likely next: %s', (_, names, next) => expect(likelyNext(walk(...names))).toBe(next));

  it('the same branch again changes nothing, and history stays short', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 200 }), (names) => {
        const at = walk(...names);
        expect(onBranch(at, { branch: at.current, worktree: 'first' }, 1)).toBe(at);
        expect(at.base).toBe(names[0]);
        expect(at.current).toBe(names.at(-1));
        expect(at.switches.length).toBeLessThanOrEqual(50);
        expect(likelyNext(at)).not.toBe(at.current);
      }),
    );
  });
});
