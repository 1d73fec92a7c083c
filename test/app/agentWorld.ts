import type { App } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { EMPTY_MEMORY, type Settings } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, ok, type Resource } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import type { Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';
import { journalOn, MINUTE, quietPorts, storeOn, USUAL } from './quietPorts.ts';

export { MINUTE };
export const [DB, API, BATCH] = ['compose:shop/db', 'compose:shop/api', 'compose:shop/batch'];
/** Stands in the declaration; in no answer. */
export const PASSWORD = 'declared-hunter2';
const COMPOSE = `name: shop
services:
  db: { image: "postgres:15", ports: ["5432:5432"], environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: ${PASSWORD}, POSTGRES_DB: shop } }
  api: { image: x, depends_on: [db] }
  batch: { image: x }`;

/** One developer whose sessions are of two kinds, an engine that outlives the app, and a clock that is turned by hand. */
export function createAgentWorld({ leases = '/none' } = {}) {
  const engine = createMemoryWorld();
  const clock = { now: 1_700_000_000_000 };
  const [journal, log]: [Activity[], string[]] = [[], []];
  const personas = learnPersonas(pastOf(clock.now), { now: clock.now, seed: 1 });
  const rhythms = learnRhythms([], [], 20 * MINUTE).data;
  const kept = { memory: EMPTY_MEMORY };
  let detail: string | undefined;

  const inner = createMemoryProvider({ world: engine, sleep: async () => {} });
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: {} } });
  const compose: Provider = {
    ...inner,
    name: 'compose',
    supports: (r) => r.spec.type === 'compose',
    observe: async (rs, c) => (await inner.observe(rs.map(asMemory), c)).map((o) => (detail ? { ...o, detail } : o)),
    reach: (r, rung, c) => inner.reach(asMemory(r), rung, c),
  };

  async function open(settings: Partial<Settings> = {}): Promise<App> {
    const ports = quietPorts({
      leases,
      log: (line) => log.push(line),
      now: () => clock.now,
      journal: { ...journalOn(journal), read: async function* () {} },
      store: storeOn(kept),
      readWorkspace: async () => ({ files: [{ path: 'compose.yaml', text: COMPOSE }], problems: [] }),
      providers: [compose],
      learner: {
        learn: async () => ok({ model: personas, rhythms, sessions: 12, idleMs: 30 * MINUTE, problems: [] }),
        dispose: async () => {},
      },
      settings: { ...USUAL, mode: 'shadow', ...settings },
    });
    const app = await createApp(ports);
    await app.settle();
    return app;
  }
  return {
    engine,
    clock,
    journal,
    log,
    open,
    /** What the engine's probes say from now on. */
    saying: (words: string) => {
      detail = words;
    },
    /** The session becomes one that uses the database. */
    async begin(app: App): Promise<void> {
      app.record({ type: 'command', at: clock.now, did: 'started', line: 'git pull', confidence: 'high' });
      app.record({ type: 'command', at: clock.now, did: 'started', line: 'npm run lint', confidence: 'high' });
      await app.settle();
    },
  };
}

function pastOf(now: number): readonly (readonly Activity[])[] {
  const session = (day: number, lines: readonly string[], uses: readonly string[]): readonly Activity[] => {
    const line = (n: number, resource: string, kind: string): Activity => {
      const at = now - day * 24 * 60 * MINUTE + n * MINUTE;
      return { at, actor: 'me', workspace: 'w', source: 'terminal', resource, kind };
    };
    return [
      ...lines.map((l, n) => line(n, `command:${l}`, 'command.started')),
      ...uses.map((id, n) => line(lines.length + n, id, 'resource.used')),
    ];
  };
  return Array.from({ length: 12 }, (_, day) =>
    day % 2 === 0 ? session(day + 1, ['git pull', 'npm run lint', 'psql'], [DB]) : session(day + 1, ['git status', 'ls', 'ls', 'vim'], []),
  );
}
