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
  const { history, whole } = recordedSessions(workspaceId, idleMs);
  const held = whole.findLast((s) => s.some((a) => a.kind === 'resource.used' && a.resource.endsWith('/db')));
  const rest = whole.filter((s) => s !== held);
  const lines = rest.flatMap((s, i) => s.map((a) => `${JSON.stringify({ ...a, session: `recorded-${i + 1}` })}\n`));
  writeJournal(stateFolder, workspaceId, history[0].at, lines);
  return { held, learnt: rest.length };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours of a working day at which somebody sits down to work. */
const BEGINS = [9, 11, 14, 16];

/** The same sessions by turns on the working days of the last weeks, so that there is a past to foresee from. */
export function seedWeeks(stateFolder, workspaceId, now, weeks = 5) {
  const { whole } = recordedSessions(workspaceId, 10_000);
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const lines = [];
  let turn = 0;
  for (let day = -7 * weeks; day < 0; day++) {
    const at = midnight + day * DAY_MS;
    if ([0, 6].includes(new Date(at).getUTCDay())) continue;
    for (const hour of BEGINS) {
      const session = whole[turn++ % whole.length];
      const shift = at + hour * HOUR_MS - session[0].at;
      for (const a of session) lines.push(`${JSON.stringify({ ...a, at: a.at + shift, session: `week-${turn}` })}\n`);
    }
  }
  writeJournal(stateFolder, workspaceId, midnight - 7 * weeks * DAY_MS, lines);
}

function recordedSessions(workspaceId, idleMs) {
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
  return { history, whole: sessions.filter((s) => s.length > 3) };
}

function writeJournal(stateFolder, workspaceId, from, lines) {
  const folder = join(stateFolder, 'workspaces', workspaceId, 'journal');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${String(from).padStart(14, '0')}-recorded.jsonl`), lines.join(''), { mode: 0o600 });
}
