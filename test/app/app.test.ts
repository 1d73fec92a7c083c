import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { App, Suggestion } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { IMPORTED_ACTOR, remembered } from '../../src/app/history.ts';
import { EMPTY_MEMORY, type Memory, type Ports } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, failed, ok, type Resource } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import type { Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld, type MemoryWorld } from '../../src/provision/providers/memory.ts';
import { createMemoryHistories } from './memoryHistories.ts';

const MINUTE = 60_000;
const COMPOSE = 'name: shop\nservices: { db: { image: "postgres:15" }, api: { image: x, depends_on: [db] } }';
const DB = 'compose:shop/db';

/** A world of one developer: an engine, a journal and a store that outlive the app, and a clock that is turned by hand. */
function createWorld(files = [{ path: 'compose.yaml', text: COMPOSE }]) {
  const engine = createMemoryWorld();
  const journal: Activity[] = [];
  const clock = { now: 1_700_000_000_000 };
  const histories = createMemoryHistories();
  let memory: Memory = EMPTY_MEMORY;
  const open = async (settings: Partial<Ports['settings']> = {}): Promise<App> => {
    const app = await createApp({
      workspace: { id: 'w', name: 'shop', folder: '/work/shop' },
      storage: '/none',
      leases: '/none',
      actor: 'me',
      log: () => {},
      now: () => clock.now,
      after: () => () => {},
      journal: {
        append: (a) => void journal.push(...a),
        read: () => readAll(journal),
        flush: async () => {},
        close: async () => {},
        problems: [],
      },
      store: {
        load: async () => ({ memory }),
        save: (m) => {
          memory = m;
        },
        flush: async () => {},
      },
      readWorkspace: async () => ({ files, problems: [] }),
      providers: [simulated(engine, clock)],
      random: () => 0.5,
      learner: {
        learn: async (history, previous, { signal } = {}) => {
          const { sessions, idleMs, heard } = remembered(journal, history.traces.map(histories.traceOf), history);
          if (signal?.aborted) return failed('cancelled', 'never', 'Stopped.');
          const past = sessions.map((s) => s.activities);
          const model = learnPersonas(past, { now: clock.now, seed: 1, ...(previous ? { previous } : {}) });
          const rhythms = learnRhythms(heard, [], 20 * MINUTE).data;
          return ok({ model, rhythms, sessions: sessions.length, idleMs, problems: [] });
        },
        dispose: async () => {},
      },
      histories: histories.port,
      settings: {
        mode: 'auto',
        trusted: true,
        memoryBytes: 2 ** 31,
        idleMs: 30 * MINUTE,
        horizonMs: 20 * MINUTE,
        leaseMs: 15 * MINUTE,
        settleMs: 5 * MINUTE,
        gateway: 'off',
        ...settings,
      },
    });
    opened.push(app);
    return app;
  };
  return { engine, journal, clock, histories, open, memory: () => memory };
}

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});

/** The simulated engine stands for any declared one; a cold start takes four seconds of the hand-turned clock. */
function simulated(world: MemoryWorld, clock: { now: number }): Provider {
  const sleep = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  const inner = createMemoryProvider({ world, sleep });
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: { running: 4000 } } });
  return {
    ...inner,
    supports: (r) => r.spec.type === 'compose',
    observe: (rs, c) => inner.observe(rs.map(asMemory), c),
    reach: (r, rung, c) => inner.reach(asMemory(r), rung, c),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function* readAll(all: readonly Activity[]): AsyncIterable<Activity> {
  yield* [...all];
}

/** Days of work: sessions with the database and sessions without. */
function past(world: ReturnType<typeof createWorld>, sessions = 12): void {
  for (let i = 0; i < sessions; i++) {
    const at = world.clock.now - (sessions - i) * 24 * 60 * MINUTE;
    const line = (n: number, resource: string, kind = 'command.started'): Activity => ({
      at: at + n * MINUTE,
      actor: 'me',
      workspace: 'w',
      source: 'terminal',
      resource,
      kind,
    });
    const api = [line(0, 'command:git pull'), line(1, 'command:npm run lint'), line(3, 'command:psql'), line(3, DB, 'resource.used')];
    const docs = [line(0, 'command:git status'), line(1, 'command:ls'), line(2, 'editor:docs/md', 'file.saved'), line(3, 'command:ls')];
    world.journal.push(...(i % 2 === 0 ? api : docs));
  }
}

const run = (app: App, world: ReturnType<typeof createWorld>, line: string): void =>
  app.record({ type: 'command', at: world.clock.now, did: 'started', line, confidence: 'high' });
const rung = (app: App): string | undefined => app.state().resources.find((r) => r.resource.id === DB)?.rung;

async function begun(world: ReturnType<typeof createWorld>, settings: Partial<Ports['settings']> = {}): Promise<App> {
  past(world);
  const app = await world.open(settings);
  await app.relearn();
  await app.settle();
  return app;
}

describe('the app', () => {
  it('starts nothing before the first activity, and warms what the session will need after it', async () => {
    const world = createWorld();
    const app = await begun(world);
    expect(rung(app)).toBe('absent');
    run(app, world, 'git pull');
    await app.settle();
    expect(app.state().active?.name).toMatch(/Database work/);
    expect(rung(app)).toBe('ready');
    world.clock.now += 2 * MINUTE;
    run(app, world, 'psql');
    await app.settle();
    expect(app.state().ledger).toMatchObject({ hits: 1, misses: 0 });
    expect(app.state().ledger.entries[0]).toMatchObject({ resource: DB, outcome: 'hit', waitedMs: 0, warmMs: 2 * MINUTE });
    expect(app.why(DB).join(' ')).toMatch(/connected|psql|db/);
  });

  it('leaves it alone in a session that will not need it', async () => {
    const world = createWorld();
    const app = await begun(world);
    run(app, world, 'git status');
    run(app, world, 'ls');
    await app.settle();
    expect(rung(app)).toBe('absent');
    expect(world.engine.made).toBe(0);
  });

  it('suggest asks once and starts nothing', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'suggest' });
    const suggestions: Suggestion[] = [];
    app.onSuggest((s) => suggestions.push(s));
    for (const line of ['git pull', 'npm run lint', 'git pull']) run(app, world, line);
    await app.settle();
    await app.settle();
    expect(suggestions.map((s) => s.resources.map((r) => r.id))).toEqual([[DB]]);
    expect(world.engine.made).toBe(0);
    expect(await app.warm([DB])).toEqual([]);
    expect(rung(app)).toBe('ready');
  });

  it('shadow only keeps the ledger', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'shadow' });
    run(app, world, 'git pull');
    await app.settle();
    world.clock.now += MINUTE;
    await app.warm([DB]);
    app.forget(DB);
    expect(world.engine.made).toBe(1);
    const other = createWorld();
    const watching = await begun(other, { mode: 'shadow' });
    run(watching, other, 'git pull');
    await watching.settle();
    expect(other.engine.made).toBe(0);
  });

  it('off hears nothing', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'off' });
    const before = world.journal.length;
    run(app, world, 'git pull');
    expect(world.journal).toHaveLength(before);
  });

  it('starts nothing in Restricted Mode, asked or not', async () => {
    const world = createWorld();
    const app = await begun(world, { trusted: false });
    run(app, world, 'git pull');
    await app.settle();
    expect((await app.warm([DB])).map((f) => f.code)).toEqual(['not-trusted']);
    expect(world.engine.made).toBe(0);
    app.setTrusted(true);
    await app.settle();
    expect(rung(app)).toBe('ready');
  });

  it('never means never, and can be undone', async () => {
    const world = createWorld();
    const app = await begun(world);
    app.teach({ resource: DB, verdict: 'never' });
    run(app, world, 'git pull');
    await app.settle();
    expect(world.engine.made).toBe(0);
    app.forget(DB);
    await app.settle();
    expect(rung(app)).toBe('ready');
  });

  it('takes dependencies along when asked', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'shadow' });
    expect(await app.warm(['compose:shop/api'])).toEqual([]);
    expect(rung(app)).toBe('ready');
  });

  it('after a crash the next one adopts what is there, and goes on with the session', async () => {
    const world = createWorld();
    const first = await begun(world);
    run(first, world, 'git pull');
    await first.settle();
    // No dispose: it was killed.
    const second = await world.open();
    await second.settle();
    expect(rung(second)).toBe('ready');
    expect(world.engine.made).toBe(1);
    expect(second.state().active?.name).toBe(first.state().active?.name);
  });

  it('does nothing while the engine cannot be reached, and makes nothing twice when it is back', async () => {
    const world = createWorld();
    const app = await begun(world);
    run(app, world, 'git pull');
    await app.settle();
    world.engine.reachable = false;
    await app.settle();
    expect(rung(app)).toBe('unknown');
    world.engine.reachable = true;
    await app.settle();
    expect(rung(app)).toBe('ready');
    expect(world.engine.made).toBe(1);
  });

  it('cools what a session no longer needs, after it has settled, and writes the waste down', async () => {
    const world = createWorld();
    const app = await begun(world);
    run(app, world, 'git pull');
    await app.settle();
    world.clock.now += 31 * MINUTE;
    await app.settle();
    expect(rung(app)).toBe('ready');
    world.clock.now += 6 * MINUTE;
    await app.settle();
    expect(rung(app)).toBe('created');
    expect(app.state().ledger.entries.map((e) => e.outcome)).toEqual(['wasted']);
  });

  it('hears a burst of calls once, and a connection with the queries over it as one use', async () => {
    const port = await freePort();
    const world = createWorld([{ path: 'compose.yaml', text: COMPOSE.replace('"postgres:15"', `"postgres:15", ports: ["${port}:5432"]`) }]);
    const app = await world.open({ gateway: 'on', mode: 'suggest' });
    const heard = () => world.journal.filter((a) => a.source === 'api' || a.source === 'database').map((a) => [a.resource, a.kind]);
    await once(connect(port, '127.0.0.1'), 'close');
    const connected = [
      [DB, 'connection.opened'],
      [DB, 'connection.closed'],
    ];
    expect(heard()).toEqual(connected);
    const call = (source: 'api' | 'database', name: string): void =>
      app.record({
        type: 'call',
        at: world.clock.now,
        source,
        name,
        kind: 'request.ended',
        durationMs: 1,
        ok: true,
        ...(source === 'database' ? { peer: { address: '127.0.0.1', port } } : {}),
      });
    for (let i = 0; i < 50; i++) call('database', 'postgresql/shop');
    for (let i = 0; i < 50; i++) call('api', 'GET /orders/{id}');
    expect(heard()).toEqual([...connected, ['api:GET /orders/{id}', 'request.ended']]);
    world.clock.now += MINUTE;
    for (let i = 0; i < 50; i++) call('database', 'postgresql/shop');
    expect(heard().slice(3)).toEqual([[DB, 'resource.used']]);
  });

  it('learns how eager to be from what a session brought, and tells what others would have done', async () => {
    const world = createWorld();
    const app = await begun(world);
    run(app, world, 'git pull');
    await app.settle();
    world.clock.now += 2 * MINUTE;
    run(app, world, 'psql');
    await app.settle();
    world.clock.now += 60 * MINUTE;
    run(app, world, 'ls');
    await app.settle();
    expect(world.memory().choices).toHaveLength(1);
    expect(world.memory().choices[0]).toMatchObject({ context: 'database' });
    expect(world.memory().choices[0]?.rewardS).toBeGreaterThan(3);
    const report = await app.ledger();
    expect(report.eagerness.filter((e) => e.tried === 1)).toHaveLength(1);
    expect(report.calibration).toMatchObject([{ happened: 1, times: 1 }]);
    expect(report.policies?.policies.never).toMatchObject({ uses: 7, coldStarts: 7 });
    expect(report.policies?.policies.always?.coldStarts).toBe(1);
    expect(report.policies?.policies.oracle?.coldStarts).toBe(1);
  });

  it('a proposal that nobody needed is written down as what it would have wasted', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'suggest' });
    run(app, world, 'git pull');
    await app.settle();
    world.clock.now += 60 * MINUTE;
    run(app, world, 'ls');
    await app.settle();
    expect(app.state().ledger.entries).toMatchObject([{ resource: DB, outcome: 'would-waste', savedMs: 0, warmMs: 60 * MINUTE }]);
    expect(world.memory().choices[0]?.rewardS).toBeLessThan(0);
  });

  it('a broken compose file is told once and costs only itself', async () => {
    const world = createWorld([
      { path: 'compose.yaml', text: 'services:\n  db: {' },
      { path: 'sub/compose.yaml', text: COMPOSE },
    ]);
    const app = await world.open();
    expect(app.state().faults.map((f) => f.message)).toEqual([expect.stringMatching(/^compose\.yaml:\d+: it is not valid YAML/)]);
    expect(app.state().resources.map((r) => r.resource.id)).toContain(DB);
  });

  it('says nothing is there for a resource that is not', async () => {
    const app = await createWorld().open();
    expect((await app.warm(['compose:shop/nothing'])).map((f) => f.message)).toEqual([
      'There is no resource compose:shop/nothing in shop. `prewarm scan` lists them.',
    ]);
  });
});

describe('learning from the history of before', () => {
  /** A shell's: no workspace, no use of a resource, and another actor's. */
  const shellHistory = (world: ReturnType<typeof createWorld>): readonly Activity[] => {
    past(world);
    return world.journal
      .splice(0)
      .filter((a) => a.resource.startsWith('command:'))
      .map(({ at, resource, kind }) => ({ at, actor: IMPORTED_ACTOR, resource, source: 'import', kind: kind as string }));
  };
  const zsh = { format: 'zsh', path: '.zsh_history' };

  it('warms on day one what the workflow of the history needs here, and unlearns it', async () => {
    const world = createWorld();
    world.histories.files.set(zsh.path, shellHistory(world));
    const app = await world.open();
    expect(app.state().personas).toEqual([]);
    const done = await app.changeHistory({ read: [zsh], forget: [] });
    if (!done.ok) throw new Error(done.fault.message);
    expect(done.value).toMatchObject({ imported: [{ commands: 36, dropped: 1 }], faults: [] });
    expect(app.state().personas.length).toBe(done.value.personas);
    expect(done.value.personas).toBeGreaterThan(1);
    run(app, world, 'git pull');
    run(app, world, 'npm run lint');
    await app.settle();
    expect(rung(app)).toBe('ready');
    const undone = await app.changeHistory({ read: [], forget: done.value.imported.map(({ id }) => id) });
    expect(undone.ok && undone.value.personas).toBe(0);
    expect(app.state().personas).toEqual([]);
    expect((await app.histories([])).kept).toEqual([]);
  });

  it('replaces what was imported before, keeps it over a restart, and leaves the journal’s own personas alone', async () => {
    const world = createWorld();
    const history = shellHistory(world);
    world.histories.files.set(zsh.path, history);
    const app = await begun(world);
    const before = app.state().personas.map((p) => p.support);
    const first = await app.changeHistory({ read: [zsh], forget: [] });
    const learnt = world.memory().model?.sessions;
    const second = await app.changeHistory({ read: [zsh], forget: [] });
    await app.settle();
    expect([first.ok, second.ok, world.memory().model?.sessions]).toEqual([true, true, learnt]);
    await app.dispose();
    const again = await world.open();
    await again.relearn();
    expect(world.memory().model?.sessions).toBe(learnt);
    await again.changeHistory({ read: [], forget: [...world.histories.kept.keys()] });
    expect(again.state().personas.map((p) => p.support)).toEqual(before);
  });

  it('reads nothing in Restricted Mode, and names each file that it cannot read', async () => {
    const world = createWorld();
    world.histories.files.set(zsh.path, shellHistory(world));
    const app = await world.open({ trusted: false });
    const refused = await app.changeHistory({ read: [zsh], forget: [] });
    expect(refused.ok ? 'read' : refused.fault.code).toBe('not-trusted');
    app.setTrusted(true);
    const done = await app.changeHistory({ read: [{ format: 'bash', path: 'gone' }, zsh], forget: [] });
    if (!done.ok) throw new Error(done.fault.message);
    expect(done.value.faults.map((f) => f.message)).toEqual([expect.stringMatching(/^gone /)]);
    expect(done.value.personas).toBeGreaterThan(0);
  });

  it('cancelled, or failed while learning, everything is as before', async () => {
    const world = createWorld();
    world.histories.files.set(zsh.path, shellHistory(world));
    const app = await begun(world);
    const before = world.memory().model;
    const controller = new AbortController();
    const cancelled = app.changeHistory({ read: [zsh], forget: [] }, { signal: controller.signal, progress: () => controller.abort() });
    controller.abort();
    expect((await cancelled).ok).toBe(false);
    expect(world.memory().model).toEqual(before);
    expect([world.histories.kept.size, world.histories.staged.size]).toEqual([0, 0]);
  });
});
