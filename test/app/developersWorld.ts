import type { App } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, ok, type Resource, type ResourceId, type Rung } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import type { Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';
import { journalOn, MINUTE, quietPorts, storeOn, USUAL } from './quietPorts.ts';
import { createVirtualTime } from './virtualTime.ts';

export { MINUTE };

const MOST_CALLS = 5000;
export const START = 1_700_000_000_000;
const STEP_MS: Partial<Record<Rung, number>> = { fetched: 600, created: 300, running: 800, ready: 2500, paused: 20, absent: 50 };

export const idOf = (n: number): ResourceId => `compose:shop/r${n}`;

/** Eight resources at most; five workflows use some of them each. What they use was seen so often that it is known. */
const WORKFLOWS: readonly (readonly number[])[] = [[0, 1], [2], [3, 4, 5], [0, 6, 7], []];
const LINES = ['git pull', 'npm run lint', 'make', 'git status', 'ls'] as const;
export const lineOf = (workflow: number): string => LINES[workflow] ?? 'ls';
const PERSONAS = learnPersonas(
  WORKFLOWS.flatMap((uses, w) => Array.from({ length: 6 }, (_, i) => sessionOf(w, uses, i))),
  { now: START, seed: 1 },
);
const RHYTHMS = learnRhythms([], [], 20 * MINUTE).data;

function sessionOf(workflow: number, uses: readonly number[], day: number): readonly Activity[] {
  const at = START - (day * 10 + workflow + 1) * 24 * 60 * MINUTE;
  const line = (n: number, resource: string, kind: string): Activity => ({
    at: at + n * MINUTE,
    actor: 'me',
    workspace: 'w',
    source: 'terminal',
    resource,
    kind,
  });
  // Every second one uses all of it, the others only some: the needs of a workflow are of many sizes.
  const used = uses.filter((_, i) => day % 2 === 0 || i % 2 === 0);
  return [
    line(0, `command:${lineOf(workflow)}`, 'command.started'),
    line(1, `command:${lineOf(workflow)}`, 'command.started'),
    ...used.map((r, i) => line(2 + i, idOf(r), 'resource.used')),
  ];
}

export interface Declaration {
  /** What each depends on, by number; only on lower ones. */
  readonly dependsOn: readonly (readonly number[])[];
  readonly memoryMb: readonly number[];
  readonly budgetMb: number;
}

/** One developer's machine: an engine, a journal and a store that outlive every app, and a clock that is turned by hand. */
export function createDevelopersWorld(declared: Declaration) {
  const time = createVirtualTime(START);
  const engine = createMemoryWorld();
  const journal: Activity[] = [];
  const usage = Object.fromEntries(
    declared.memoryMb.map((mb, n) => [idOf(n), { memoryBytes: mb * 2 ** 20, cpuCores: n % 3 === 0 ? 0.3 : 0.001 }]),
  );
  const kept: { memory: Memory } = { memory: { ...EMPTY_MEMORY, usage } };
  const services = declared.dependsOn.map(
    (needs, n) => `r${n}: {image: "postgres:15", depends_on: [${needs.map((d) => `r${d}`).join(',')}]}`,
  );
  const files = [{ path: 'compose.yaml', text: `name: shop\nservices: { ${services.join(', ')} }` }];
  const calls: { readonly what: 'check' | 'observe' | 'reach'; readonly resource?: ResourceId; readonly to?: Rung }[] = [];
  const problems: string[] = [];
  /** Since when the developer runs what they run. */
  const theirsSince = new Map<ResourceId, number>();

  async function open(): Promise<{ readonly app: App; kill(survives: boolean): void }> {
    const owner = {};
    const life = { alive: true };
    const provider = watched(
      createMemoryProvider({ world: engine, sleep: time.sleep(owner) }),
      life,
      calls,
      (r, to) => {
        const since = theirsSince.get(r);
        // Who starts it in the very moment in which it is moved is only seen by the engine, which then leaves it alone.
        if (since !== undefined && time.now() - since > 1000 && to !== 'ready') problems.push(`${r} is the developer’s and asked to ${to}`);
      },
      problems,
    );
    const ports = quietPorts({
      now: time.now,
      after: (ms, callback) => time.after(owner, ms, callback),
      // Who was killed writes nothing any more.
      journal: { ...journalOn(journal), append: (a) => void (life.alive && journal.push(...a)) },
      store: { ...storeOn(kept), save: (m) => void (life.alive && (kept.memory = m)) },
      readWorkspace: async () => ({ files, problems: [] }),
      providers: [provider],
      learner: {
        learn: async () => ok({ model: PERSONAS, rhythms: RHYTHMS, sessions: 30, idleMs: 30 * MINUTE, problems: [] }),
        dispose: async () => {},
      },
      settings: { ...USUAL, memoryBytes: declared.budgetMb * 2 ** 20 },
    });
    const opening = createApp(ports);
    const app = await time.until(opening, 10 * MINUTE);
    if (app === 'never') throw new Error('The app did not open.');
    return {
      app,
      /** `kill -9`: nothing that it planned happens any more. A step that the engine was about to take may still be taken. */
      kill(survives) {
        life.alive = false;
        if (!survives) time.kill(owner);
      },
    };
  }

  return { time, engine, calls, problems, theirsSince, open, memory: () => kept.memory };
}

/** The simulated engine stands for a declared one. A dead adapter never answers; two movements of one thing at once are a mistake. */
function watched(
  inner: Provider,
  life: { readonly alive: boolean },
  calls: { what: 'check' | 'observe' | 'reach'; resource?: ResourceId; to?: Rung }[],
  asked: (resource: ResourceId, to: Rung) => void,
  problems: string[],
): Provider {
  const silence = new Promise<never>(() => {});
  const inFlight = new Set<ResourceId>();
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: STEP_MS } });
  return {
    ...inner,
    name: 'compose',
    supports: (r) => r.spec.type === 'compose' || r.spec.type === 'docker',
    check: async (signal) => {
      if (!life.alive) return silence;
      calls.push({ what: 'check' });
      return inner.check(signal);
    },
    observe: async (rs, c) => {
      if (!life.alive) return silence;
      calls.push({ what: 'observe' });
      return inner.observe(rs.map(asMemory), c);
    },
    reach: async (r, rung, c) => {
      if (!life.alive) return silence;
      calls.push({ what: 'reach', resource: r.id, to: rung });
      // Movements that chase each other without end would hang the test instead of failing it.
      if (calls.length > MOST_CALLS) {
        if (calls.length === MOST_CALLS + 1) problems.push('movements without end');
        return silence;
      }
      if (inFlight.has(r.id)) problems.push(`${r.id} is moved twice at once`);
      asked(r.id, rung);
      inFlight.add(r.id);
      const result = await inner.reach(asMemory(r), rung, c);
      inFlight.delete(r.id);
      return life.alive ? result : silence;
    },
    renew: async (rs, c) => (life.alive ? inner.renew(rs.map(asMemory), c) : silence),
    sweep: async (c) => (life.alive ? inner.sweep(c) : silence),
  };
}
