/**
 * `npm run bench:ingest`: what every signal of the editor goes through, one thread, without files: normalise (with the redaction
 * gate), one JSON line each, sessions. The signals are made from a seed: half are command lines (one in ten with a secret
 * in it), a third files, the rest tasks, branches, containers and connections; no line comes twice, as in life hardly any does.
 */
import type { Activity } from '../../src/domain/index.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { type NormaliseContext, normalise } from '../../src/sense/normalise.ts';
import { redact } from '../../src/sense/redact.ts';
import { sessionsOf } from '../../src/sense/sessions.ts';
import type { Signal } from '../../src/sense/signal.ts';
import { type Figure, figure, tell } from './figures.ts';

const SIGNALS = 100_000;
const RUNS = 5;
const IDLE_MS = 30 * 60_000;
const DB = 'compose:shop/db';

const random = randomFrom(7);
const below = (n: number): number => Math.floor(random() * n);
const one = <T>(...of: readonly T[]): T => of[below(of.length)] as T;
const word = (): string => below(36 ** 5).toString(36);

const lineOf = (): string =>
  one(
    () => `npm run ${one('test', 'lint', 'build', 'dev')} -- ${word()}`,
    () => `git ${one('commit -m "fix', 'checkout "feature/', 'log "')}${word()}"`,
    () => `docker compose up -d ${one('db', 'cache', 'web')} && psql -h localhost -c "select ${word()} from ${word()}"`,
    () => `cd src/${word()} && ls -la | grep ${word()}`,
    () => `kubectl -n ${word()} get pods -o json`,
    () => `vim src/${word()}/${word()}.ts`,
    () => `PGPASSWORD=${word()} psql postgres://me:${word()}@localhost:5432/shop`,
    () => `python -m pytest tests/${word()}.py -k ${word()}`,
    () => `curl -s http://localhost:8080/api/${word()}`,
    () => `make ${word()}`,
  )();

function signal(i: number): Signal {
  const at = 1_700_000_000_000 + i * 20_000 + (i % 400 === 0 ? 40 * 60_000 : 0);
  const kind = random();
  if (kind < 0.5) return { type: 'command', at, did: 'started', line: lineOf(), confidence: 'high' };
  if (kind < 0.83)
    return {
      type: 'file',
      at,
      did: one('opened', 'edited', 'saved'),
      path: `/work/shop/${one('api', 'web', 'docs')}/src/${word()}.ts`,
      language: 'typescript',
    };
  if (kind < 0.88) return { type: 'task', at, did: 'ended', name: `build ${word()}`, exitCode: 0, durationMs: 900 };
  if (kind < 0.92) return { type: 'branch', at, to: `feature/${word()}` };
  if (kind < 0.96) return { type: 'container', at, did: 'started', image: `postgres:${below(20)}` };
  return { type: 'connection', at, did: 'opened', resource: DB };
}

const context: NormaliseContext = {
  actor: 'me',
  workspace: { id: 'w', folder: '/work/shop' },
  uses: ({ program }) => (program === 'psql' ? [DB] : []),
  resources: [],
};
const signals = Array.from({ length: SIGNALS }, (_, i) => signal(i));
const rates: Record<'whole way' | 'whole way, one core' | 'normalise' | 'lines' | 'sessions' | 'gate', number[]> = {
  'whole way': [],
  'whole way, one core': [],
  normalise: [],
  lines: [],
  sessions: [],
  gate: [],
};
let kept = 0;

for (let run = -1; run < RUNS; run++) {
  const before = process.cpuUsage();
  const begun = performance.now();
  const activities: Activity[] = [];
  for (const s of signals) for (const activity of normalise(s, context).activities) activities.push(activity);
  const normalised = performance.now();
  const journal: string[] = [];
  for (const activity of activities) journal.push(`${JSON.stringify(activity)}\n`);
  const written = performance.now();
  const sessions = sessionsOf(activities, { idleMs: IDLE_MS });
  const split = performance.now();
  const used = process.cpuUsage(before);
  for (const s of signals) if (s.type === 'command') redact(s.line);
  const gated = performance.now();
  kept = journal.length + sessions.length;
  // The first run warms the compiler.
  if (run < 0) continue;
  const perSecond = (n: number, ms: number): number => (1000 * n) / ms;
  rates['whole way'].push(perSecond(activities.length, split - begun));
  // Processor time, that of the compiler and the collector beside it included: a busy machine changes it little.
  rates['whole way, one core'].push(perSecond(activities.length, (used.user + used.system) / 1000));
  rates.normalise.push(perSecond(activities.length, normalised - begun));
  rates.lines.push(perSecond(activities.length, written - normalised));
  rates.sessions.push(perSecond(activities.length, split - written));
  rates.gate.push(perSecond(signals.filter((s) => s.type === 'command').length, gated - split));
}
if (kept === 0) throw new Error('nothing was kept');
const UNITS: Readonly<Record<string, string>> = { gate: 'command lines/s', 'whole way, one core': 'activities/s of processor time' };
const figures: Record<string, Figure> = {};
for (const [name, values] of Object.entries(rates)) figures[name] = figure(UNITS[name] ?? 'activities/s', values);
tell(figures);
