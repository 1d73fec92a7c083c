import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, type Erasure } from '../../src/app/ports.ts';
import { eraseWorkspace } from '../../src/host/node/erasure.ts';
import { datasetsIn, importsIn, journalIn, memoryIn } from '../../src/host/node/kept.ts';
import { workspacesIn } from '../../src/host/node/startSweeper.ts';
import { openStore } from '../../src/host/node/store.ts';
import { createKeptWorld, DAY, DB, filesWith, MINUTE, run, rungOf } from '../app/keptWorld.ts';

let world: ReturnType<typeof createKeptWorld>;
beforeEach(() => {
  world = createKeptWorld();
});
afterEach(() => world.end());

const HERE: Erasure = { scope: 'workspace', datasetCache: 'keep', snapshots: 'keep' };
/** What stands in what is kept after `past` and `imported`: commands, a persona's name, an imported command, what the gate counted. */
const TRACES = ['git pull', 'git status', 'psql', 'Database work', 'terraform', 'environment-value', 'savedMs', '"coldMs"'];

function imported(storage = world.storage, command = 'terraform apply'): string {
  const trace = join(importsIn(storage), 'zsh-0a1b2c3d.jsonl');
  mkdirSync(importsIn(storage), { recursive: true });
  writeFileSync(trace, `${JSON.stringify({ at: 1_700_000_000_000, actor: 'history', resource: `command:${command}` })}\n`);
  return trace;
}

/** A window that has recorded and learnt, warmed and was used. */
async function used() {
  const app = await world.open();
  await world.past(app);
  run(app, world.clock.now, 'git pull');
  await app.settle();
  run(app, world.clock.now, 'PGPASSWORD=x psql');
  app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: DB });
  await app.settle();
  imported();
  return app;
}

describe('erase all', () => {
  it('leaves nothing of what was recorded and learnt, and the app begins anew and keeps working', async () => {
    const app = await used();
    app.setMode('auto');
    app.teach({ resource: DB, verdict: 'always' });
    await app.settle();
    // What a crash and an earlier version may have left beside it.
    for (const name of [
      'memory.json.unreadable',
      '.memory.json.tmp',
      'personaVersions.json',
      '.personaVersions.json.tmp',
      'journal/00000000000001-old.jsonl.torn',
      'imports/.staged-1/x.jsonl',
      'feeds/shop.json',
    ]) {
      mkdirSync(join(world.storage, name, '..'), { recursive: true });
      writeFileSync(join(world.storage, name), 'git pull');
    }
    const before = await filesWith(world.root, TRACES);
    expect(before.length).toBeGreaterThan(4);

    const erased = await app.privacy.erase(HERE);
    expect(erased).toMatchObject({ ok: true, value: { workspaces: 1, faults: [] } });
    expect(erased.ok && erased.value.bytes).toBeGreaterThan(1000);
    await app.settle();
    expect(await filesWith(world.root, TRACES)).toEqual([]);
    expect(app.state()).toMatchObject({ personas: [], activitiesRecorded: 0, redacted: 0, mode: 'auto' });
    expect(app.state().active).toBeUndefined();
    expect(app.state().ledger.entries).toEqual([]);
    expect(await app.privacy.recorded()).toMatchObject({ activities: [], imported: [], dropped: {} });

    // It goes on from there, also in a later window: the database that is ours is still known as such.
    await world.past(app);
    expect(app.state().personas.length).toBeGreaterThan(0);
    run(app, world.clock.now, 'git pull');
    await app.settle();
    expect(rungOf(app)).toBe('ready');
    await world.close(app);
    const next = await world.open();
    await next.relearn();
    await next.settle();
    expect(next.state().personas.length).toBeGreaterThan(0);
  });

  it('nothing of it comes back when the window closes', async () => {
    const app = await used();
    await app.privacy.erase(HERE);
    await world.close(app);
    expect(await filesWith(world.root, TRACES)).toEqual([]);
    const next = await world.open();
    await next.relearn();
    expect(next.state().personas).toEqual([]);
  });

  it('by a command: a window that is open forgets as well, and writes nothing of it back', async () => {
    const window = await used();
    const command = await world.open();
    await command.privacy.erase(HERE);
    await world.close(command);
    // The window knows it all and has not looked yet.
    expect(window.state().personas.length).toBeGreaterThan(0);
    window.setMode('shadow');
    window.teach({ resource: DB, verdict: 'never' });
    await window.settle();
    expect(window.state().personas).toEqual([]);
    expect(window.state().ledger.entries).toEqual([]);
    await world.close(window);
    expect(await filesWith(world.root, TRACES)).toEqual([]);
  });

  it('what another has recorded since is not touched by one that did not know of it', async () => {
    const app = await used();
    await world.close(app);
    const [old, fresh] = [openStore(memoryIn(world.storage)), openStore(memoryIn(world.storage))];
    const { memory } = await old.load();
    expect(memory.ledger.length).toBeGreaterThan(0);
    await eraseWorkspace(world.storage, { id: 'e1', at: world.clock.now });
    await fresh.load();
    fresh.save({ ...EMPTY_MEMORY, dropped: { token: 3 } });
    await fresh.flush();
    old.save(memory);
    await old.flush();
    expect(await old.isSuperseded?.()).toBe(true);
    expect((await fresh.load()).memory).toEqual({ ...EMPTY_MEMORY, dropped: { token: 3 } });
  });

  it('while it is incognito, it also forgets what stood before', async () => {
    const app = await used();
    app.privacy.setIncognito(true);
    await app.privacy.erase(HERE);
    app.privacy.setIncognito(false);
    await world.close(app);
    expect(await filesWith(world.root, TRACES)).toEqual([]);
  });

  it('that was interrupted is finished by whoever comes next', async () => {
    const app = await used();
    await world.close(app);
    writeFileSync(join(world.storage, 'erased.json'), JSON.stringify({ id: 'e1', at: 1, state: 'begun' }));
    const { memory } = await openStore(memoryIn(world.storage)).load();
    expect(memory).toMatchObject({ ledger: [], climbs: {} });
    expect(memory.model).toBeUndefined();
    expect(await filesWith(world.root, TRACES)).toEqual([]);
    expect(JSON.parse(readFileSync(join(world.storage, 'erased.json'), 'utf8'))).toMatchObject({ state: 'done' });
  });

  it('takes other workspaces and fetched datasets only where that is asked for', async () => {
    const app = await used();
    const other = join(workspacesIn(world.root), 'other-2');
    imported(other, 'helm upgrade');
    mkdirSync(datasetsIn(world.root), { recursive: true });
    writeFileSync(join(datasetsIn(world.root), 'content'), 'orders.csv');
    expect(await app.privacy.measure()).toMatchObject({ importedHistories: 1, otherWorkspaces: 1, datasetCacheBytes: 10 });
    await app.privacy.erase(HERE);
    expect((await filesWith(world.root, ['helm', 'orders.csv'])).length).toBe(2);
    await app.privacy.erase({ scope: 'everywhere', datasetCache: 'erase', snapshots: 'keep' });
    expect(await filesWith(world.root, ['helm', 'orders.csv'])).toEqual([]);
  });

  it('keeps what is needed to find databases again, and never touches their data', async () => {
    const app = await used();
    const data = join(world.storage, 'embedded', 'shop-db', 'PG_VERSION');
    mkdirSync(join(data, '..'), { recursive: true });
    writeFileSync(data, '15');
    const made = world.engine.made;
    await app.privacy.erase({ scope: 'everywhere', datasetCache: 'erase', snapshots: 'keep' });
    await app.settle();
    expect(readFileSync(data, 'utf8')).toBe('15');
    expect(world.engine.made).toBe(made);
  });
});

describe('retention', () => {
  it('covers imported histories from the import on, however old what they tell of is', async () => {
    const app = await world.open();
    const trace = imported();
    const histories = async (): Promise<number> => (await app.privacy.recorded()).imported.length;
    utimesSync(trace, new Date(world.clock.now - 89 * DAY), new Date(world.clock.now - 89 * DAY));
    expect(await histories()).toBe(1);
    world.clock.now += 2 * DAY;
    expect(await histories()).toBe(0);
    expect(await filesWith(world.root, ['terraform'])).toEqual([]);
  });

  it('covers the journal of a window that stays open', async () => {
    const app = await world.open();
    run(app, world.clock.now, 'git pull');
    world.clock.now += 92 * DAY;
    run(app, world.clock.now, 'npm test');
    // The day's first line sees to the old ones, beside the writing.
    for (let i = 0; i < 100 && (await filesWith(journalIn(world.storage), ['git pull'])).length > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await filesWith(journalIn(world.storage), ['git pull'])).toEqual([]);
    expect(await filesWith(journalIn(world.storage), ['npm test'])).toHaveLength(1);
    world.clock.now += MINUTE;
  });
});
