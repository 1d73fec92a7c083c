import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeptRehearsal, readKept } from '../../../src/app/rehearsals/keptRehearsal.ts';
import { rehearsalView } from '../../../src/app/rehearsals/rehearsalView.ts';
import { eraseWorkspace } from '../../../src/host/node/erasure.ts';
import { exportWorkspace } from '../../../src/host/node/exportWorkspace.ts';
import { openSavedRehearsals } from '../../../src/host/node/rehearsals/savedRehearsals.ts';
import { english } from '../../../src/show/translate.ts';
import { keptRehearsal } from '../../app/rehearsals/kept.ts';

describe('saved rehearsals', () => {
  let one: KeptRehearsal;
  let storage: string;
  beforeAll(async () => {
    one = await keptRehearsal('One', { durationMs: 2000, replications: 2, rungs: { 'compose:shop/db': 'created' } });
  });
  beforeEach(() => {
    storage = mkdtempSync(join(tmpdir(), 'prewarm-saved-'));
  });
  afterEach(() => rmSync(storage, { recursive: true, force: true }));

  it('are read as they were saved, listed newest first, replaced under their id, and deleted', async () => {
    const saved = openSavedRehearsals(storage);
    expect(await saved.list()).toEqual({ rehearsals: [], unreadable: 0 });
    expect(await saved.save(one)).toEqual({ ok: true, value: undefined });
    await saved.save({ ...one, id: 'two', name: 'Two', at: one.at + 1 });
    await saved.save({ ...one, name: 'One, renamed' });
    expect((await saved.list()).rehearsals.map((r) => r.name)).toEqual(['Two', 'One, renamed']);
    expect(await saved.read('one')).toMatchObject({ ok: true, value: { ...one, name: 'One, renamed' } });
    await saved.remove('one');
    await saved.remove('one');
    expect(await saved.read('one')).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  });

  it('lie in a folder for the user’s eyes only, and no id leads out of it', async () => {
    const saved = openSavedRehearsals(storage);
    writeFileSync(join(storage, 'memory.json'), '{}');
    for (const id of ['../memory', '..', '', 'a/b', 'a\\b', '.draft']) {
      expect(await saved.read(id)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
      await saved.remove(id);
    }
    expect(readdirSync(storage)).toEqual(['memory.json']);
  });

  it('that are damaged are named when asked for, counted in the list, and never shown', async () => {
    const saved = openSavedRehearsals(storage);
    await saved.save(one);
    for (const [id, text] of [
      ['cut', '{"version": 1, "id"'],
      ['foreign', '{"a": 1}'],
      ['later', JSON.stringify({ ...one, version: 2 })],
      ['within', JSON.stringify({ version: 1, ...one, result: { ...one.result, calls: [{}] } })],
    ] as const) {
      writeFileSync(join(storage, 'rehearsals', `${id}.json`), text);
      expect(await saved.read(id)).toMatchObject({
        ok: false,
        fault: { code: 'bad-file', message: expect.stringContaining(`${id}.json`) },
      });
    }
    expect(await saved.list()).toMatchObject({ rehearsals: [{ id: 'one' }], unreadable: 4 });
  });

  it('of any shape are refused or can be shown', () => {
    const whole = { version: 1, ...one };
    const keys = ['id', 'name', 'at', 'work', 'result'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const read = readKept({ ...whole, [key]: value }, 'it.json');
        if (read.ok) rehearsalView(read.value, undefined, english);
      }),
      { numRuns: 300 },
    );
  });

  it('are exported with all else, and erased with it', async () => {
    await openSavedRehearsals(storage).save(one);
    const into = join(storage, 'out');
    mkdirSync(into);
    const exported = await exportWorkspace({ storage, into, name: 'shop', settings: {}, retentionDays: 30, at: 0 });
    if (!exported.ok) throw new Error(exported.fault.message);
    expect(JSON.parse(readFileSync(join(exported.value.folder, 'rehearsals', 'one.json'), 'utf8'))).toMatchObject({ name: 'One' });
    expect(readFileSync(join(exported.value.folder, 'README.md'), 'utf8')).toContain('| rehearsals/ | 1 saved rehearsals');
    expect(await eraseWorkspace(storage, { id: 'e', at: 1 })).toBeGreaterThan(1000);
    expect((await openSavedRehearsals(storage).list()).rehearsals).toEqual([]);
  });
});
