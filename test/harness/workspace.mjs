import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** The recorded history as the journal of a workspace, split into sessions where it was idle; the last one of the api is left out. */
export function seedHistory(stateFolder, workspaceId, idleMs = 10_000) {
  const history = readFileSync(join(ROOT, 'resources', 'sample-history.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), workspace: workspaceId }));
  const sessions = [];
  for (const activity of history) {
    const last = sessions.at(-1)?.at(-1);
    if (!last || activity.at - last.at > idleMs) sessions.push([]);
    sessions.at(-1).push(activity);
  }
  const whole = sessions.filter((s) => s.length > 3);
  const held = whole.findLast((s) => s.some((a) => a.kind === 'resource.used' && a.resource.endsWith('/db')));
  const rest = whole.filter((s) => s !== held);
  const lines = rest.flatMap((s, i) => s.map((a) => `${JSON.stringify({ ...a, session: `recorded-${i + 1}` })}\n`));
  const folder = join(stateFolder, 'workspaces', workspaceId, 'journal');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${String(history[0].at).padStart(14, '0')}-recorded.jsonl`), lines.join(''), { mode: 0o600 });
  return { held, learnt: rest.length };
}
