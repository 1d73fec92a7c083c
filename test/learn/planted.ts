import type { Activity } from '../../src/domain/index.ts';
import { randomFrom } from '../../src/learn/random.ts';

/** A made-up persona: what it likes to do next to what everybody does. */
export interface Planted {
  readonly name: string;
  readonly tokens: readonly string[];
  readonly share: number;
}

export const EVERYBODY = ['command:git status', 'command:ls', 'editor:src/ts', 'command:git commit'] as const;

export const PLANTED: readonly Planted[] = [
  { name: 'reports', tokens: ['command:psql', 'compose:shop/db', 'editor:reports/sql', 'command:python report'], share: 0.4 },
  { name: 'web', tokens: ['command:npm run dev', 'editor:web/css', 'editor:web/tsx', 'command:npm test'], share: 0.3 },
  { name: 'ops', tokens: ['command:kubectl get', 'command:helm upgrade', 'command:kubectl logs', 'editor:deploy/yaml'], share: 0.2 },
  { name: 'data', tokens: ['command:jupyter lab', 'editor:notebooks/ipynb', 'command:dvc pull', 'command:pip install'], share: 0.1 },
];

const MINUTE = 60_000;

export interface PlantedSession {
  readonly of: string;
  readonly activities: readonly Activity[];
}

/** `n` sessions, four hours apart: seven of ten activities are the persona's own, the rest everybody's, with repeats as people have them. */
export function plantedSessions(n: number, seed: number, personas: readonly Planted[] = PLANTED): readonly PlantedSession[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const all = personas.reduce((sum, p) => sum + p.share, 0);
  return Array.from({ length: n }, (_, i) => {
    let left = random() * all;
    const own = personas.find((p) => (left -= p.share) <= 0) ?? (personas[0] as Planted);
    const tokens: string[] = [];
    for (let step = 0; step < 6 + Math.floor(random() * 14); step++) {
      const again = tokens.at(-1);
      tokens.push(again && random() < 0.3 ? again : pick(random() < 0.7 ? own.tokens : EVERYBODY));
    }
    const start = 1_700_000_000_000 + i * 240 * MINUTE;
    return {
      of: own.name,
      activities: tokens.map((resource, step) => ({ at: start + step * MINUTE, actor: `a${i % 7}`, resource, kind: 'command.started' })),
    };
  });
}
