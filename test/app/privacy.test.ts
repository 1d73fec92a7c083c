import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, type Memory, type Ports } from '../../src/app/ports.ts';
import { createPrivacy } from '../../src/app/privacy.ts';
import { journalIn, memoryIn } from '../../src/host/node/kept.ts';
import { createKeptWorld, DAY, DB, filesWith, MINUTE, run, rungOf, textsBelow } from './keptWorld.ts';

let world: ReturnType<typeof createKeptWorld>;
beforeEach(() => {
  world = createKeptWorld();
});
afterEach(() => world.end());

const memory = async (): Promise<Memory> => (JSON.parse(await readFile(memoryIn(world.storage), 'utf8')) as { state: Memory }).state;
const journal = async (): Promise<string> => [...(await textsBelow(journalIn(world.storage))).values()].join('');

/** A window that has learnt, opened anew: all of it stands on the disk, and nothing more is learnt anew. */
async function reopened() {
  const first = await world.open();
  await world.past(first);
  await world.close(first);
  world.stopLearning();
  return world.open();
}

describe('incognito', () => {
  it('predicts and warms as ever, and leaves everything that is kept as it was', async () => {
    const app = await reopened();
    const [before, kept] = [await journal(), await memory()];
    app.privacy.setIncognito(true);
    expect(app.state().privacy.incognito).toBe(true);
    run(app, world.clock.now, 'git pull');
    await app.settle();
    expect(rungOf(app)).toBe('ready');
    world.clock.now += 2 * MINUTE;
    run(app, world.clock.now, 'psql');
    app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: DB });
    await app.settle();
    expect(await app.cool([DB])).toEqual([]);
    expect(await app.warm([DB])).toEqual([]);
    expect(app.state().ledger.hits).toBeGreaterThan(kept.ledger.filter((e) => e.outcome === 'hit').length);
    await world.close(app);
    expect(await journal()).toBe(before);
    expect(await memory()).toEqual(kept);
  });

  it('ends with the window', async () => {
    const app = await world.open();
    app.privacy.setIncognito(true);
    await world.close(app);
    expect((await world.open()).state().privacy.incognito).toBe(false);
  });

  it('switched off, it forgets what was done meanwhile, and what was recorded before goes on', async () => {
    const app = await world.open();
    run(app, world.clock.now, 'git pull');
    app.privacy.setIncognito(true);
    run(app, world.clock.now + 1000, 'kubectl delete pod');
    app.privacy.setIncognito(false);
    run(app, world.clock.now + 2000, 'npm test');
    // The session ends, is learnt from, and so is the journal.
    world.clock.now += 60 * MINUTE;
    await app.settle();
    await world.close(app);
    expect(await journal()).toContain('command:git pull');
    expect(await journal()).toContain('command:npm test');
    expect(await filesWith(world.root, ['kubectl'])).toEqual([]);
  });

  it('a session that ends incognito teaches only what was recorded of it', async () => {
    // What the session itself teaches is taken in at once; learning anew from the journal would hide it.
    const app = await reopened();
    const { model } = await memory();
    app.privacy.setIncognito(true);
    for (const line of ['git pull', 'npm run lint', 'psql', 'terraform apply']) run(app, world.clock.now, line);
    world.clock.now += 60 * MINUTE;
    await app.settle();
    await world.close(app);
    expect(model?.components.length).toBeGreaterThan(0);
    expect((await memory()).model).toEqual(model);
    expect(await filesWith(world.root, ['terraform'])).toEqual([]);
  });
});

describe('pause', () => {
  it('hears nothing and begins nothing on a prediction; what a person asks for is done', async () => {
    const app = await world.open();
    await world.past(app);
    const before = await journal();
    app.privacy.pause();
    run(app, world.clock.now, 'git pull');
    await app.settle();
    expect(rungOf(app)).toBe('absent');
    expect(app.state().activitiesRecorded).toBeGreaterThan(0);
    expect(await journal()).toBe(before);
    expect(await app.warm([DB])).toEqual([]);
    expect(rungOf(app)).toBe('ready');
  });

  it('also where the personas are sure: the same command without a pause warms', async () => {
    const app = await world.open();
    await world.past(app);
    app.privacy.pause();
    app.privacy.resume();
    run(app, world.clock.now, 'git pull');
    await app.settle();
    expect(rungOf(app)).toBe('ready');
  });

  it('keeps what is warm until its lease ends, and then lets it go', async () => {
    const app = await world.open();
    await world.past(app);
    run(app, world.clock.now, 'git pull');
    await app.settle();
    expect(rungOf(app)).toBe('ready');
    app.privacy.pause();
    for (const minutes of [1, 6, 7]) {
      world.clock.now += minutes * MINUTE;
      await app.settle();
      expect(rungOf(app)).toBe('ready');
    }
    for (const minutes of [2, 6, 1]) {
      world.clock.now += minutes * MINUTE;
      await app.settle();
    }
    expect(rungOf(app)).not.toBe('ready');
  });

  it('says why nothing is begun, whatever else presses', () => {
    const ports = {
      now: () => 5,
      workspace: { id: 'w', name: 'w', folder: '/w' },
      settings: { leaseMs: 1 } as Ports['settings'],
      memory: () => ({ ...EMPTY_MEMORY, pause: { since: 1 } }),
      remember: () => {},
      endSession: () => {},
      forgetIncognito: () => {},
      callBack: () => {},
    };
    const { yielding, fetching } = createPrivacy(ports).pressure({ memoryBytes: 7, yielding: { code: 'yielding', text: 'Busy.' } });
    expect(yielding?.text).toBe('You paused Prewarm until you resume it, so nothing is begun on a prediction.');
    expect(fetching).toEqual(yielding);
  });

  it('lasts over a reload, and ends by itself', async () => {
    const app = await world.open();
    app.privacy.pause(world.clock.now + 60 * MINUTE);
    await world.close(app);
    const next = await world.open();
    expect(next.state().privacy.pause).toMatchObject({ until: world.clock.now + 60 * MINUTE });
    run(next, world.clock.now, 'git pull');
    expect(next.state().activitiesRecorded).toBe(0);
    world.clock.now += 61 * MINUTE;
    expect(next.state().privacy.pause).toBeUndefined();
    run(next, world.clock.now, 'git pull');
    expect(next.state().activitiesRecorded).toBe(1);
  });
});

describe('excluded folders', () => {
  it('are neither recorded nor learnt, at once and from the first on; only how often is told', async () => {
    const app = await world.open({ excludedFolders: ['vault'] });
    app.record({ type: 'file', at: world.clock.now, did: 'saved', path: '/work/shop/vault/plans/a.sql', language: 'sql' });
    run(app, world.clock.now, 'make gold', '/work/shop/vault');
    run(app, world.clock.now, 'npm test', '/work/shop');
    app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: 'compose:vault/store' });
    expect((await app.privacy.recorded()).dropped).toMatchObject({ excluded: 3 });
    const live = { mode: 'auto', memoryBytes: 2 ** 31, idleMs: 30 * MINUTE, horizonMs: 20 * MINUTE } as const;
    app.applySettings({ ...live, excludedFolders: [] });
    run(app, world.clock.now, 'make silver', '/work/shop/vault');
    app.applySettings({ ...live, excludedFolders: ['/work/shop/*'] });
    run(app, world.clock.now, 'make bronze', '/work/shop/src');
    await world.close(app);
    const lines = (await journal()).split('\n').filter(Boolean);
    expect(lines.map((l) => (JSON.parse(l) as { resource: string }).resource)).toEqual(['command:npm test', 'command:make silver']);
    expect((await memory()).dropped).toMatchObject({ excluded: 4 });
  });
});

describe('what the gate took', () => {
  it('is counted by kind over windows, and is none of the text', async () => {
    const first = await world.open();
    run(first, world.clock.now, 'PGPASSWORD=hunter2-canary psql');
    run(first, world.clock.now, 'curl https://ada:hunter2-canary@example.org');
    await world.close(first);
    const second = await world.open();
    run(second, world.clock.now, 'PGPASSWORD=hunter2-canary psql');
    const { dropped, droppedSince } = await second.privacy.recorded();
    expect(dropped['environment-value']).toBe(2);
    expect(dropped['url-password']).toBe(1);
    expect(droppedSince).toBeDefined();
    await world.close(second);
    expect(await filesWith(world.root, ['hunter2'])).toEqual([]);
  });
});

describe('retention', () => {
  it('covers the ledger, too', async () => {
    const app = await world.open();
    await world.past(app);
    run(app, world.clock.now, 'git pull');
    await app.settle();
    run(app, world.clock.now, 'psql');
    app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: DB });
    await app.settle();
    expect(app.state().ledger.entries.length).toBeGreaterThan(0);
    await world.close(app);
    const written = world.clock.now;
    const left = async (): Promise<number> => (await world.open()).state().ledger.entries.filter(({ at }) => at <= written).length;
    world.clock.now += 89 * DAY;
    expect(await left()).toBeGreaterThan(0);
    world.clock.now += 2 * DAY;
    expect(await left()).toBe(0);
  });
});
