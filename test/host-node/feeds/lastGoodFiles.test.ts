import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptAnswer } from '../../../src/app/feeds/feed.ts';
import { openLastGood } from '../../../src/host/node/feeds/lastGoodFiles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-last-good-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const answer: KeptAnswer = {
  settings: '{}',
  answeredAt: 1,
  series: [{ id: 'a', quantity: 'cpu', startAt: 60_000, stepMs: 1000, values: Float64Array.of(1, Number.NaN, 3) }],
  events: [
    { name: 'Sale', from: 1, until: 2, source: 'plans', factor: 3 },
    { name: 'Launch', from: 1, until: 2, source: 'plans' },
  ],
};

describe('the last good answers', () => {
  it('come back as they were, for this user alone', async () => {
    const cache = openLastGood(join(folder, 'feeds'), () => {});
    cache.save('shop', answer);
    await cache.flush();
    expect(await openLastGood(join(folder, 'feeds'), () => {}).load('shop')).toMatchObject(answer);
    expect(statSync(join(folder, 'feeds', 'shop.json')).mode & 0o077).toBe(0);
    cache.forget('shop');
    await cache.flush();
    expect([await cache.load('shop'), readdirSync(join(folder, 'feeds'))]).toEqual([undefined, []]);
  });

  it('of long series the newest steps', async () => {
    const cache = openLastGood(folder, () => {});
    const long = { ...(answer.series[0] as KeptAnswer['series'][number]), values: Float64Array.from({ length: 5000 }, (_, i) => i) };
    cache.save('shop', { ...answer, series: [long] });
    await cache.flush();
    const [series] = (await cache.load('shop'))?.series ?? [];
    expect([series?.values.length, series?.values[0], series?.startAt]).toEqual([4096, 904, 60_000 + 904_000]);
  });

  it.each(['', '{', '[]', '{"version":"2"}', '{"version":"1","settings":"","answeredAt":1,"series":[{"id":1}],"events":[]}'])(
    '%j is none',
    async (text) => {
      writeFileSync(join(folder, 'shop.json'), text);
      expect(await openLastGood(folder, () => {}).load('shop')).toBeUndefined();
    },
  );

  it('what can’t be written is told of, and no more', async () => {
    writeFileSync(join(folder, 'file'), '');
    const said: string[] = [];
    const cache = openLastGood(join(folder, 'file'), (line) => said.push(line));
    cache.save('shop', answer);
    await cache.flush();
    expect(said).toEqual([expect.stringMatching(/was not kept \((?:EEXIST|ENOTDIR)\)/)]);
  });
});
