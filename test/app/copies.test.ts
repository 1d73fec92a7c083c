import { expect, it } from 'vitest';
import { createCopies } from '../../src/app/copies.ts';
import type { Resource } from '../../src/domain/index.ts';
import type { Branches, Head } from '../../src/plan/branches.ts';

const resource = (name: string, kind: Resource['kind']): Resource => ({
  id: `compose:shop/${name}`,
  name,
  kind,
  provider: 'compose',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 1 },
  memoryBytes: 0,
  spec: { type: 'compose', file: '/c', project: 'shop', service: name, environment: {}, seedFiles: [], profiles: [] },
});
const declared = [resource('db', 'database'), resource('api', 'service')];
const [db, api] = declared as [Resource, Resource];

function world(enabled = true) {
  let head: Head | undefined = { branch: 'main', worktree: 'first' };
  let kept: Branches | undefined;
  const copies = createCopies({
    enabled,
    now: () => 1,
    head: async () => head,
    remembered: () => kept,
    remember: (branches) => {
      kept = branches;
    },
  });
  const checkOut = async (branch: string | undefined): Promise<void> => {
    head = branch === undefined ? undefined : { branch, worktree: 'first' };
    await copies.look();
  };
  return { copies, checkOut, kept: () => kept };
}

it('each branch has its own copy of the database, and only of that', async () => {
  const { copies, checkOut } = world();
  await checkOut('main');
  expect(copies.of(declared)).toEqual(declared);
  await checkOut('feature');
  expect(copies.of(declared)).toEqual([{ ...db, variant: 'branch:feature' }, api]);
  await checkOut('main');
  expect(copies.of(declared)).toEqual(declared);
  expect(copies.next(declared)).toEqual([{ ...db, variant: 'branch:feature' }]);
});

it('on a detached HEAD the branch before it stays', async () => {
  const { copies, checkOut } = world();
  await checkOut('main');
  await checkOut('feature');
  await checkOut(undefined);
  expect(copies.of(declared)[0]?.variant).toBe('branch:feature');
});

it('switched off, it reads and remembers nothing', async () => {
  const { copies, checkOut, kept } = world(false);
  await checkOut('main');
  await checkOut('feature');
  expect(kept()).toBeUndefined();
  expect(copies.of(declared)).toBe(declared);
  expect(copies.next(declared)).toEqual([]);
});
