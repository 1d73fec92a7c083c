/**
 * `npm run bench:learn`: personas from a million generated activities (sessions and learning, one thread), and from a tenth of
 * them: time, highest memory of the process, and how the time grows. The activities are those of 12 workflows, each a chain over
 * tokens of its own and some that all share, in sessions of 10 to 40, from a seed.
 */
import type { Activity } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { sessionsOf } from '../../src/sense/sessions.ts';
import { type Figure, figure, tell } from './figures.ts';

const MANY = 1_000_000;
const WORKFLOWS = 12;
const OWN = 15;
const SHARED = 10;

/** Every session of another actor's, so that the split has work to do. */
function generated(count: number, seed: number): Activity[] {
  const random = randomFrom(seed);
  const activities: Activity[] = [];
  for (let session = 0; activities.length < count; session++) {
    const workflow = Math.floor(WORKFLOWS * random() ** 1.5);
    const length = Math.min(count - activities.length, 10 + Math.floor(31 * random()));
    let at = 1_600_000_000_000 + session * 3_600_000;
    let step = 0;
    for (let i = 0; i < length; i++) {
      const moved = random();
      step = moved < 0.6 ? (step + 1) % OWN : moved < 0.8 ? Math.floor(OWN * random()) : step;
      const resource = moved > 0.9 ? `command:shared ${Math.floor(SHARED * random())}` : `command:work ${workflow} ${step}`;
      activities.push({ at, actor: `a${session % 50}`, resource, kind: 'command.started', source: 'terminal' });
      at += Math.round(-30_000 * Math.log(1 - random()));
    }
  }
  return activities;
}

function learn(count: number) {
  const activities = generated(count, 3);
  const begun = performance.now();
  const sessions = sessionsOf(activities, { idleMs: 30 * 60_000 });
  const model = learnPersonas(
    sessions.map((s) => s.activities),
    { now: 0, seed: 1 },
  );
  return { ms: performance.now() - begun, personas: model.components.length };
}

learn(MANY / 100);
const tenth = Array.from({ length: 3 }, () => learn(MANY / 10));
const whole = Array.from({ length: 2 }, () => learn(MANY));
const figures: Record<string, Figure> = {
  '1,000,000 activities': figure(
    'ms',
    whole.map((r) => r.ms),
  ),
  '100,000 activities': figure(
    'ms',
    tenth.map((r) => r.ms),
  ),
  '1,000,000 : 100,000': figure('times', [Math.min(...whole.map((r) => r.ms)) / Math.min(...tenth.map((r) => r.ms))]),
  'personas of 100,000': figure(
    'count',
    tenth.map((r) => r.personas),
  ),
  'personas of 1,000,000': figure(
    'count',
    whole.map((r) => r.personas),
  ),
  'highest memory': figure('MiB', [process.resourceUsage().maxRSS / 1024]),
};
tell(figures);
