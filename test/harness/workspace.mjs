import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { must } from './run.mjs';

export const ROOT = resolve(import.meta.dirname, '..', '..');
export const SAMPLE = join(ROOT, 'resources', 'sample-shop');

/** A copy of the sample to work in: a git repository of its own, its packages those of this checkout. */
export async function copySample(folder) {
  const copy = join(folder, 'sample-shop');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(SAMPLE, copy, { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const git = (...args) => must('git', ['-c', 'user.name=sample', '-c', 'user.email=sample@example.invalid', ...args], { cwd: copy });
  await git('init', '-q', '-b', 'main');
  await git('add', '--all', ':!node_modules');
  await git('commit', '-qm', 'The sample');
  return copy;
}
