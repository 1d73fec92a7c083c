import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { remembered } from '../../src/app/history.ts';
import type { Ports } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, failed, ok } from '../../src/domain/index.ts';
import { openHistories } from '../../src/host/node/histories.ts';
import { openJournal } from '../../src/host/node/journal.ts';
import { importsIn, journalIn, memoryIn, versionsIn } from '../../src/host/node/kept.ts';
import { openVersions } from '../../src/host/node/personaVersions.ts';
import { createRecords } from '../../src/host/node/records.ts';
import { workspacesIn } from '../../src/host/node/startSweeper.ts';
import { openStore } from '../../src/host/node/store.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';
import { MINUTE, quietPorts, USUAL } from './quietPorts.ts';

export { MINUTE };
export const DAY = 24 * 60 * MINUTE;
export const DB = 'compose:shop/db';
const COMPOSE = 'name: shop\nservices: { db: { image: "postgres:15" }, api: { image: x, depends_on: [db] } }';
const VAULT = 'name: vault\nservices: { store: { image: "redis:7" } }';

/** The app over a simulated engine, with all that it keeps on a real disk: what is there after it can be looked for. */
export function createKeptWorld({ retentionDays = 90, versions = 'off' as 'on' | 'off' } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'prewarm-kept-'));
  const clock = { now: Date.now() };
  const engine = createMemoryWorld();
  const apps: App[] = [];
  let windows = 0;
  let learning: 'on' | 'off' = 'on';

  async function open(settings: Partial<Ports['settings']> = {}, id = 'shop-1'): Promise<App> {
    const storage = join(workspacesIn(root), id);
    const now = (): number => clock.now;
    const journal = await openJournal({ folder: journalIn(storage), instance: `test-${windows++}`, now, retentionDays });
    const inner = createMemoryProvider({
      world: engine,
      sleep: async (ms) => {
        clock.now += ms;
      },
    });
    const asMemory = <R extends object>(r: R) => ({ ...r, spec: { type: 'memory' as const, stepMs: { running: 4000 } } });
    const ports = quietPorts({
      workspace: { id, name: 'shop', folder: '/work/shop' },
      storage,
      leases: join(root, 'leases'),
      instance: `window-${windows}-test`,
      now,
      journal,
      store: openStore(memoryIn(storage)),
      ...(versions === 'on' ? { versions: openVersions(versionsIn(storage)) } : {}),
      readWorkspace: async () => ({
        files: [
          { path: 'compose.yaml', text: COMPOSE },
          { path: 'vault/compose.yaml', text: VAULT },
        ],
        problems: [],
      }),
      providers: [
        {
          ...inner,
          supports: (r) => r.spec.type === 'compose',
          observe: (rs, c) => inner.observe(rs.map(asMemory), c),
          reach: (r, rung, c) => inner.reach(asMemory(r), rung, c),
        },
      ],
      learner: {
        learn: async (history, previous, { signal } = {}) => {
          const all = async (folder: string): Promise<Activity[]> => (await linesBelow(folder)).map((l) => JSON.parse(l) as Activity);
          const traces = await Promise.all(history.traces.map(async (t) => (await linesOf(t)).map((l) => JSON.parse(l) as Activity)));
          const { sessions, idleMs, heard } = remembered(await all(journalIn(storage)), traces, history);
          if (signal?.aborted || learning === 'off') return failed('cancelled', 'never', 'Stopped.');
          const model = learnPersonas(
            sessions.map((s) => s.activities),
            { now: clock.now, seed: 1, ...(previous ? { previous } : {}) },
          );
          return ok({ model, rhythms: learnRhythms(heard, [], 20 * MINUTE).data, sessions: sessions.length, idleMs, problems: [] });
        },
        dispose: async () => {},
      },
      histories: openHistories({
        folder: importsIn(storage),
        importAll: async () => failed('unsupported', 'never', ''),
        now,
        retentionDays,
      }),
      records: createRecords({ root, workspace: { id, name: 'shop', folder: '/work/shop' }, retentionDays, now }),
      home: '/home/me',
      settings: { ...USUAL, retentionMs: retentionDays * DAY, ...settings },
    });
    const app = await createApp(ports);
    apps.push(app);
    return app;
  }

  return {
    root,
    storage: join(workspacesIn(root), 'shop-1'),
    clock,
    engine,
    open,
    /** From now on nothing is learnt anew from the journal. */
    stopLearning: (): void => {
      learning = 'off';
    },
    /** Twelve days of work: sessions with the database and sessions without, recorded as a window would. */
    async past(app: App): Promise<void> {
      const until = clock.now;
      for (let i = 0; i < 12; i++) {
        clock.now = until - (12 - i) * DAY;
        for (const line of i % 2 === 0 ? ['git pull', 'npm run lint', 'psql'] : ['git status', 'ls', 'vim']) {
          run(app, clock.now, line);
          if (line === 'psql') app.record({ type: 'connection', at: clock.now, did: 'opened', resource: DB });
          clock.now += MINUTE;
        }
      }
      clock.now = until;
      await app.settle();
      await app.relearn();
      await app.settle();
    },
    async close(app: App): Promise<void> {
      apps.splice(apps.indexOf(app), 1);
      await app.dispose();
    },
    async end(): Promise<void> {
      for (const app of apps.splice(0)) await app.dispose();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export const run = (app: App, at: number, line: string, cwd?: string): void =>
  app.record({ type: 'command', at, did: 'started', line, confidence: 'high', ...(cwd ? { cwd } : {}) });
export const rungOf = (app: App, id = DB): string | undefined => app.state().resources.find((r) => r.resource.id === id)?.rung;

/** Every file below a folder with its text; what goes meanwhile has none. */
export async function textsBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  return new Map(await Promise.all(files.sort().map(async (file) => [file, await readFile(file, 'utf8').catch(() => '')] as const)));
}

/** Names of files in which one of the words is left. */
export async function filesWith(folder: string, words: readonly string[]): Promise<readonly string[]> {
  return [...(await textsBelow(folder))].flatMap(([file, text]) => (words.some((w) => text.includes(w)) ? [file] : []));
}

export const linesOf = async (file: string): Promise<readonly string[]> => (await readFile(file, 'utf8')).split('\n').filter(Boolean);
const linesBelow = async (folder: string): Promise<readonly string[]> =>
  [...(await textsBelow(folder)).values()].flatMap((text) => text.split('\n').filter(Boolean));
