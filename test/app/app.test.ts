import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { App, Suggestion } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { IMPORTED_ACTOR, remembered } from '../../src/app/history.ts';
import { EMPTY_MEMORY, type Ports } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, type Backend, failed, type Observation, ok, type Resource } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { inTurn } from '../../src/provision/inTurn.ts';
import { wishFor } from '../../src/provision/leases.ts';
import type { EngineEvent, Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld, type MemoryWorld, stepKey } from '../../src/provision/providers/memory.ts';
import { NO_MOMENT, readyMoment } from '../../src/show/readyMoment.ts';
import { createMemoryHistories } from './memoryHistories.ts';
import { journalOn, MINUTE, quietPorts, storeOn, USUAL } from './quietPorts.ts';

const COMPOSE = 'name: shop\nservices: { db: { image: "postgres:15" }, api: { image: x, depends_on: [db] } }';
const DB = 'compose:shop/db';

interface WorldOptions {
  readonly backends?: readonly Backend[];
  /** A folder for leases: the engine is one among several windows'. */
  readonly leases?: string;
}

/** A world of one developer: an engine, a journal and a store that outlive the app, and a clock that is turned by hand. */
function createWorld(files = [{ path: 'compose.yaml', text: COMPOSE }], { backends = [], leases }: WorldOptions = {}) {
  const engine = createMemoryWorld();
  const journal: Activity[] = [];
  const clock = { now: 1_700_000_000_000 };
  const histories = createMemoryHistories();
  const kept = { memory: EMPTY_MEMORY };
  let tell: (event: EngineEvent) => void = () => {};
  const watch: Provider['watch'] = (_, listener) => {
    tell = listener;
    return () => {};
  };
  const open = async (settings: Partial<Ports['settings']> = {}): Promise<App> => {
    const ports = quietPorts({
      ...(leases ? { leases } : {}),
      now: () => clock.now,
      journal: journalOn(journal),
      store: storeOn(kept),
      readWorkspace: async () => ({ files, problems: [] }),
      providers: [{ ...(leases ? inTurn(simulated(engine, clock, backends)) : simulated(engine, clock, backends)), watch }],
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
      settings: { ...USUAL, ...settings },
    });
    const app = await createApp(ports);
    opened.push(app);
    return app;
  };
  return { engine, journal, clock, histories, open, memory: () => kept.memory, tell: (event: EngineEvent) => tell(event) };
}

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});

/** The simulated engine stands for any declared one; a cold start takes four seconds of the hand-turned clock. */
function simulated(world: MemoryWorld, clock: { now: number }, backends: readonly Backend[]): Provider {
  const sleep = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  const inner = createMemoryProvider({ world, sleep });
  const served = (seen: Observation): Observation => (seen.rung === 'ready' ? { ...seen, backends } : seen);
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: { running: 4000 } } });
  return {
    ...inner,
    supports: (r) => r.spec.type === 'compose',
    observe: (rs, c) => inner.observe(rs.map(asMemory), c).then((all) => all.map(served)),
    reach: (r, rung, c) => inner.reach(asMemory(r), rung, c).then((result) => (result.ok ? ok(served(result.value)) : result)),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
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

  it('hears of containers that the developer starts, and takes its own for nothing that was done', async () => {
    const world = createWorld();
    await world.open();
    const event = { at: world.clock.now, did: 'start', image: 'postgres:15', resource: DB };
    world.tell({ ...event, owner: 'prewarm' });
    expect(world.journal).toEqual([]);
    world.tell({ ...event, owner: 'developer' });
    expect(world.journal).toMatchObject([{ kind: 'container.start', resource: DB }]);
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

  it('one connection to the engine that is lost is no reason to give up', async () => {
    const world = createWorld();
    const app = await world.open();
    const lost = failed('engine-unreachable', 'later', 'Docker cannot be reached.').fault;
    world.engine.faults.set(stepKey(DB, 'running'), { fault: lost, times: 1 });
    expect(await app.warm([DB])).toEqual([]);
    expect(rung(app)).toBe('ready');
    await app.cool([DB]);
    world.engine.faults.set(stepKey(DB, 'running'), { fault: lost, times: 2 });
    expect(await app.warm([DB])).toEqual([lost]);
  });

  it('takes settings that change while it runs: mode, budget and pauses', async () => {
    const world = createWorld();
    const live = { memoryBytes: 2 ** 31, idleMs: 30 * MINUTE, horizonMs: 20 * MINUTE };
    const app = await begun(world, { mode: 'shadow' });
    run(app, world, 'git pull');
    await app.settle();
    expect(rung(app)).toBe('absent');
    app.applySettings({ ...live, mode: 'auto', memoryBytes: 1 });
    await app.settle();
    expect(rung(app), 'there is no room for it').not.toBe('ready');
    expect(app.budget().memoryBytes).toBe(1);
    app.applySettings({ ...live, mode: 'auto' });
    await app.settle();
    expect(rung(app)).toBe('ready');
    app.applySettings({ ...live, mode: 'off' });
    const recorded = app.state().activitiesRecorded;
    run(app, world, 'psql');
    expect(app.state().activitiesRecorded).toBe(recorded);
    app.setMode('auto');
    app.applySettings({ ...live, mode: 'shadow' });
    expect(app.state().mode, 'what was set for this workspace holds over the setting').toBe('auto');
  });

  it('asks about what it did not ask about before in this session, and about nothing twice', async () => {
    const CACHE = 'compose:shop/cache';
    const compose = COMPOSE.replace('services: {', 'services: { cache: { image: redis },');
    const world = createWorld([{ path: 'compose.yaml', text: compose }]);
    past(world, 24);
    // Every session with the database goes on to use the cache half an hour later, which is out of sight at its begin.
    for (const a of world.journal.filter((one) => one.resource === DB)) {
      world.journal.push({ ...a, at: a.at + 25 * MINUTE, resource: 'command:npm test' });
      world.journal.push({ ...a, at: a.at + 26 * MINUTE, resource: CACHE });
    }
    world.journal.sort((a, b) => a.at - b.at);
    const app = await world.open({ mode: 'suggest', horizonMs: 5 * MINUTE });
    await app.relearn();
    await app.settle();
    const asked: string[][] = [];
    app.onSuggest((s) => asked.push(s.resources.map((r) => r.id)));
    for (const [minutes, line] of [
      [0, 'git pull'],
      [1, 'npm run lint'],
      [2, 'psql'],
      [24, 'npm test'],
      [1, 'npm test'],
    ] as const) {
      world.clock.now += minutes * MINUTE;
      run(app, world, line);
      await app.settle();
    }
    expect(asked.flat().filter((id) => id === DB)).toHaveLength(1);
    expect(asked.flat().filter((id) => id === CACHE)).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('knows the moment at which all that was asked for is ready, once a session', async () => {
    const world = createWorld();
    const app = await begun(world, { mode: 'suggest' });
    let moment = NO_MOMENT;
    const said: (readonly string[])[] = [];
    app.onChange((state) => {
      moment = readyMoment(moment, state);
      if (moment.say) said.push(moment.say);
    });
    run(app, world, 'git pull');
    await app.settle();
    expect(said).toEqual([]);
    await app.warm([DB, 'compose:shop/api']);
    await app.settle();
    expect(said.map((names) => [...names].sort())).toEqual([['api', 'db']]);
    await app.cool([DB]);
    await app.warm([DB]);
    await app.settle();
    expect(said).toHaveLength(1);
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

  it('what is called off is not wanted any more, and an earlier word holds again', async () => {
    const world = createWorld();
    const app = await world.open();
    const stop = new AbortController();
    app.teach({ resource: DB, verdict: 'not-now' });
    const warming = app.warm([DB], stop.signal);
    stop.abort();
    expect(await warming).toMatchObject([{ code: 'cancelled' }]);
    await app.settle();
    expect(rung(app)).not.toBe('ready');
    expect(world.memory().feedback[DB]).toMatchObject({ verdict: 'not-now' });
    expect(await app.warm([DB], AbortSignal.abort())).toMatchObject([{ code: 'cancelled' }]);
    expect(rung(app)).not.toBe('ready');
  });

  it('cooling makes nothing that is not there', async () => {
    const { open } = createWorld();
    const app = await open();
    expect(await app.cool([DB])).toEqual([]);
    expect(app.state().resources.find((r) => r.resource.id === DB)?.rung).toBe('absent');
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

  it('goes on holding what it warmed while the engine does not answer', async () => {
    const world = createWorld();
    const app = await begun(world);
    run(app, world, 'git pull');
    await app.settle();
    world.engine.reachable = false;
    for (let minutes = 0; minutes < 30; minutes += 4) {
      world.clock.now += 4 * MINUTE;
      run(app, world, 'git pull');
      await app.settle();
    }
    expect(rung(app)).toBe('unknown');
    expect(world.engine.things.get(DB)?.leaseUntil).toBeGreaterThan(world.clock.now);
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

  it('keeps what bytes go through, and cools what only holds a silent connection', async () => {
    const port = await freePort();
    const database = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(database, 'listening');
    const backend: Backend = { host: '127.0.0.1', port: (database.address() as AddressInfo).port, containerPort: 5432 };
    const files = [{ path: 'compose.yaml', text: COMPOSE.replace('"postgres:15"', `"postgres:15", ports: ["${port}:5432"]`) }];
    const world = createWorld(files, { backends: [backend] });
    const app = await begun(world, { gateway: 'on' });
    const decision = (): string | undefined => app.state().resources.find((r) => r.resource.id === DB)?.decision?.reason.code;
    run(app, world, 'git pull');
    await app.settle();
    const pool = connect(port, '127.0.0.1');
    const asks = async (): Promise<void> => {
      pool.write('x');
      await once(pool, 'data');
    };
    await asks();
    for (let i = 0; i < 3; i++) {
      world.clock.now += 31 * MINUTE;
      await asks();
      await app.settle();
      expect([rung(app), decision()]).toEqual(['ready', 'in-use']);
    }
    for (let i = 0; i < 3; i++) {
      world.clock.now += 31 * MINUTE;
      await app.settle();
    }
    expect([rung(app), pool.readyState]).toEqual(['created', 'open']);
    pool.destroy();
    database.close();
  });

  it('leaves warm what another window wants warm, without a word, and cools it when a person says so', async () => {
    const leases = mkdtempSync(join(tmpdir(), 'prewarm-app-'));
    const world = createWorld(undefined, { leases });
    const app = await begun(world);
    run(app, world, 'git pull');
    await app.settle();
    await wishFor(DB, 'ready', {
      workspace: 'w',
      storage: leases,
      leases,
      now: () => world.clock.now,
      leaseMs: 8 * 60 * MINUTE,
      signal: new AbortController().signal,
      progress: () => {},
      instance: 'window-2-other',
      onBehalfOf: 'prediction',
    });
    world.clock.now += 31 * MINUTE;
    await app.settle();
    world.clock.now += 6 * MINUTE;
    await app.settle();
    expect(rung(app)).toBe('ready');
    expect(app.state().faults).toEqual([]);
    expect(await app.cool([DB])).toEqual([]);
    expect(rung(app)).toBe('created');
    rmSync(leases, { recursive: true });
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
    for (let i = 0; i < 5; i++) await once(connect(port, '127.0.0.1'), 'close');
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
