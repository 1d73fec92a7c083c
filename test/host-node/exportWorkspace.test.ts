import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseActivity } from '../../src/domain/index.ts';
import { feedsIn, importsIn } from '../../src/host/node/kept.ts';
import { createKeptWorld, DB, linesOf, run, textsBelow } from '../app/keptWorld.ts';

const SECRET = 'hunter2-canary-7f3a';
let world: ReturnType<typeof createKeptWorld>;
let into: string;
beforeEach(() => {
  world = createKeptWorld();
  into = mkdtempSync(join(tmpdir(), 'prewarm-export-'));
});
afterEach(async () => {
  await world.end();
  rmSync(into, { recursive: true, force: true });
});

async function used() {
  const app = await world.open();
  await world.past(app);
  run(app, world.clock.now, 'git pull');
  await app.settle();
  run(app, world.clock.now, `PGPASSWORD=${SECRET} psql -h db`);
  app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: DB });
  await app.settle();
  mkdirSync(importsIn(world.storage), { recursive: true });
  writeFileSync(join(importsIn(world.storage), 'zsh-1.jsonl'), '{"at":1700000000000,"actor":"history","resource":"command:ls"}\n');
  mkdirSync(feedsIn(world.storage), { recursive: true });
  writeFileSync(join(feedsIn(world.storage), 'shop.json'), '{}');
  // Where generated passwords of the command line are: beside it, and no part of it.
  mkdirSync(join(world.root, 'secrets'), { recursive: true });
  writeFileSync(join(world.root, 'secrets', 'role'), SECRET);
  return app;
}

describe('export all', () => {
  it('holds the journal, imports, personas, ledger, memory and settings, and no secret', async () => {
    const app = await used();
    const settings = { 'prewarm.mode': 'auto', 'prewarm.docker.host': `tcp://ada:${SECRET}@10.0.0.1:2375` };
    const result = await app.privacy.export(into, settings);
    if (!result.ok) throw new Error(result.fault.message);
    const { folder, files } = result.value;
    const names = [
      'README.md',
      'feeds/shop.json',
      'imports/zsh-1.jsonl',
      'journal.jsonl',
      'ledger.jsonl',
      'memory.json',
      'personas.json',
      'settings.json',
      'versions.json',
    ];
    expect(files.map((f) => f.name)).toEqual(names);
    expect(files.every((f) => f.bytes > 0)).toBe(true);
    const texts = new Map([...(await textsBelow(folder))].map(([file, text]) => [file.slice(folder.length + 1), text]));
    for (const [name, text] of texts) expect(text, name).not.toContain(SECRET);
    const journal = (texts.get('journal.jsonl') ?? '').split('\n').filter(Boolean);
    expect(journal.length).toBe((await app.privacy.recorded()).activities.length);
    for (const line of journal) expect(parseActivity(JSON.parse(line))).toHaveProperty('activity');
    expect(texts.get('personas.json')).toContain(app.state().personas[0]?.name);
    expect((await linesOf(join(folder, 'ledger.jsonl'))).length).toBe(app.state().ledger.entries.length);
    expect(JSON.parse(texts.get('settings.json') ?? '')).toEqual({
      'prewarm.mode': 'auto',
      'prewarm.docker.host': 'tcp://‹credentials›@10.0.0.1:2375',
    });
    expect(texts.get('README.md')).toContain(`${journal.length} activities`);
  });

  it('goes into a folder of its own each time', async () => {
    const app = await used();
    const first = await app.privacy.export(into, {});
    const second = await app.privacy.export(into, {});
    expect(first.ok && second.ok && first.value.folder !== second.value.folder).toBe(true);
    expect(readdirSync(into)).toHaveLength(2);
  });

  it('stopped, it leaves nothing behind', async () => {
    const app = await used();
    const controller = new AbortController();
    const result = await app.privacy.export(into, {}, { signal: controller.signal, progress: () => controller.abort() });
    expect(result).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(readdirSync(into)).toEqual([]);
  });

  it('says where it could not write, and leaves nothing behind', async () => {
    const app = await used();
    const file = join(into, 'file');
    writeFileSync(file, '');
    const result = await app.privacy.export(file, {});
    expect(result).toMatchObject({ ok: false, fault: { code: 'storage-failed' } });
    expect(!result.ok && result.fault.message).toContain(file);
    expect(readdirSync(into)).toEqual(['file']);
  });

  it('of a workspace in which nothing was recorded is empty and whole', async () => {
    const app = await world.open();
    const result = await app.privacy.export(into, {});
    expect(result.ok && result.value.files.map((f) => f.name)).toContain('personas.json');
  });
});
