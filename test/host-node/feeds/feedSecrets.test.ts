import { describe, expect, it } from 'vitest';
import { type FeedSettings, needsSecret, readFeedSettings, secretNameOf } from '../../../src/app/feeds/feedSettings.ts';
import { ok } from '../../../src/domain/index.ts';
import { environmentSecrets, keptSecrets } from '../../../src/host/node/feeds/feedSecrets.ts';

function only(raw: object): FeedSettings {
  const { feeds, problems } = readFeedSettings([raw]);
  expect(problems).toEqual([]);
  return feeds[0] as FeedSettings;
}
const prometheus = (url: string, name = 'my-shop') =>
  only({ name, type: 'prometheus', url, query: 'up', quantity: 'rate', secret: 'bearer' });

describe('a feed’s secret', () => {
  it('is for the address that it was set for, and no other', async () => {
    const kept = new Map([[secretNameOf(prometheus('https://metrics.test/prom')), 'hunter2']]);
    const secret = keptSecrets({ get: async (name) => ok(kept.get(name)) });
    expect(await secret(prometheus('https://metrics.test/other?x=1'))).toEqual({ ok: true, value: 'hunter2' });
    for (const other of ['http://metrics.test/prom', 'https://metrics.test:8443/prom', 'https://metrics.test.evil.test/prom'])
      expect(await secret(prometheus(other))).toMatchObject({
        ok: false,
        fault: { retry: 'never', message: expect.stringContaining('Set Feed Secret') },
      });
    expect(await secret(prometheus('https://metrics.test/prom', 'another'))).toMatchObject({ ok: false });
  });

  it('is a variable on the command line', async () => {
    const secret = environmentSecrets({ PREWARM_FEED_MY_SHOP: 'hunter2' });
    expect(await secret(prometheus('https://metrics.test'))).toEqual({ ok: true, value: 'hunter2' });
    expect(await secret(prometheus('https://metrics.test', 'other'))).toMatchObject({
      fault: { message: expect.stringContaining('Set PREWARM_FEED_OTHER') },
    });
  });

  it.each([
    [{ type: 'docker', container: 'x' }, false],
    [{ type: 'calendar', url: 'https://x.test/a.ics' }, false],
    [{ type: 'calendar', url: 'https://x.test/{secret}/a.ics' }, true],
    [{ type: 'calendar', url: 'https://x.test/a.ics', secret: 'none' }, false],
    [{ type: 'calendar', url: 'https://x.test/a.ics', secret: 'basic' }, true],
    [{ type: 'google-analytics', property: '1', metrics: ['eventCount'] }, true],
  ])('%j needs one: %s', (raw, needed) => expect(needsSecret(only({ name: 'a', ...raw }))).toBe(needed));
});
