import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, type Memory } from '../../src/app/ports.ts';
import { openStore } from '../../src/host/node/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = (resource: string): Memory['feedback'] => ({ [resource]: { resource, verdict: 'never', at: 1 } });
const opened = async (): Promise<ReturnType<typeof openStore>> => {
  const store = openStore(join(folder, 'memory.json'));
  await store.load();
  return store;
};
async function newsOf(store: ReturnType<typeof openStore>): Promise<Memory | undefined> {
  let told: Memory | undefined;
  await store.news?.((memory) => {
    told = memory;
  });
  return told;
}

describe('the store', () => {
  it('gives back what was saved', async () => {
    const store = await opened();
    store.save({ ...EMPTY_MEMORY, feedback: never('a') });
    store.save({ ...EMPTY_MEMORY, feedback: never('b') });
    await store.flush();
    expect(await newsOf(store)).toBeUndefined();
    expect((await openStore(join(folder, 'memory.json')).load()).memory).toEqual({ ...EMPTY_MEMORY, feedback: never('b') });
  });

  it('merges what two windows say, in whatever order they write and hear', async () => {
    const [one, other] = [await opened(), await opened()];
    one.save({ ...EMPTY_MEMORY, feedback: never('a') });
    await one.flush();
    other.save({ ...EMPTY_MEMORY, feedback: never('b') });
    // Not told yet of the first, it says something more.
    await other.flush();
    other.save({ ...EMPTY_MEMORY, feedback: never('b'), mode: 'auto' });
    await other.flush();
    const both = { ...EMPTY_MEMORY, feedback: { ...never('a'), ...never('b') }, mode: 'auto' };
    expect(await newsOf(one)).toEqual(both);
    expect(await newsOf(other)).toEqual(both);
    expect(await newsOf(other)).toBeUndefined();
    one.save({ ...EMPTY_MEMORY, feedback: never('b'), mode: 'auto' });
    await one.flush();
    expect(await newsOf(other)).toEqual({ ...EMPTY_MEMORY, feedback: never('b'), mode: 'auto' });
  });

  it('does not fail where two windows write at the same moment', async () => {
    const [one, other] = [await opened(), await opened()];
    for (let i = 0; i < 60; i++) {
      one.save({ ...EMPTY_MEMORY, feedback: never(`a${i}`) });
      other.save({ ...EMPTY_MEMORY, feedback: never(`b${i}`) });
      await Promise.all([one.flush(), other.flush()]);
    }
    expect((await openStore(join(folder, 'memory.json')).load()).fault).toBeUndefined();
  });

  it('sets a file aside that it cannot read, and names it', async () => {
    writeFileSync(join(folder, 'memory.json'), '{"version": 7}');
    const { memory, fault } = await openStore(join(folder, 'memory.json')).load();
    expect(memory).toEqual(EMPTY_MEMORY);
    expect(fault?.message).toContain('memory.json.unreadable');
    expect(readFileSync(join(folder, 'memory.json.unreadable'), 'utf8')).toBe('{"version": 7}');
  });

  it('a file that somebody tears meanwhile is written anew', async () => {
    const store = await opened();
    store.save({ ...EMPTY_MEMORY, feedback: never('a') });
    await store.flush();
    writeFileSync(join(folder, 'memory.json'), '{"version": 1, "sta');
    store.save({ ...EMPTY_MEMORY, feedback: never('b') });
    await store.flush();
    expect((await openStore(join(folder, 'memory.json')).load()).memory).toEqual({ ...EMPTY_MEMORY, feedback: never('b') });
  });
});
