import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readHead } from '../../src/host/node/gitHead.ts';

const root = mkdtempSync(join(tmpdir(), 'prewarm-git-'));
const shop = join(root, 'shop');
const git = (...args: string[]): void =>
  void execFileSync('git', ['-C', shop, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { stdio: 'pipe' });
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('reads the branch as Git keeps it: a folder below, a linked worktree, a detached HEAD, no repository', async () => {
  mkdirSync(join(shop, 'api'), { recursive: true });
  expect(await readHead(join(root, 'nowhere'))).toBeUndefined();
  git('init', '-q', '-b', 'main');
  expect(await readHead(shop)).toEqual({ branch: 'main', worktree: 'first' });
  writeFileSync(join(shop, 'a'), '');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('switch', '-qc', 'feature/orders-2');
  expect(await readHead(join(shop, 'api'))).toEqual({ branch: 'feature/orders-2', worktree: 'first' });
  git('worktree', 'add', '-q', '-b', 'fix', join(root, 'beside'));
  expect(await readHead(join(root, 'beside'))).toEqual({ branch: 'fix', worktree: 'linked' });
  git('switch', '-q', '--detach');
  expect(await readHead(shop)).toBeUndefined();
});
