import { describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/createApp.ts';
import type { FeedAnswer } from '../../../src/app/feeds/feed.ts';
import type { Settings } from '../../../src/app/ports.ts';
import { readJsonMetrics } from '../../../src/sense/feeds/otlp/metricsJson.ts';
import { AT, metricsRequest } from '../../sense/feeds/metrics.ts';
import { MINUTE, quietPorts, USUAL } from '../quietPorts.ts';
import { createVirtualTime } from '../virtualTime.ts';

const SHOP = { name: 'shop', type: 'docker', container: 'db' };

async function opened(settings: Partial<Settings>) {
  const time = createVirtualTime(AT);
  const asked: string[] = [];
  const answer: FeedAnswer = {
    ok: true,
    value: { series: [{ id: 'docker:shop/cpu', quantity: 'cpu', startAt: AT, stepMs: MINUTE, values: Float64Array.of(1) }], events: [] },
  };
  const app = await createApp(
    quietPorts({
      now: time.now,
      after: (ms, callback) => time.after(asked, ms, callback),
      feeds: {
        ask: async (feed) => {
          asked.push(feed.name);
          return answer;
        },
      },
      settings: { ...USUAL, ...settings },
    }),
  );
  return { app, time, asked };
}

describe('an app with feeds', () => {
  it('asks them, and nothing in the mode off, until it is another', async () => {
    const { app, time, asked } = await opened({ mode: 'off', feeds: [SHOP] });
    await time.advance(5 * MINUTE);
    expect(asked).toEqual([]);
    app.setMode('shadow');
    await time.advance(MINUTE);
    expect(asked.length).toBeGreaterThan(0);
    expect(app.feeds.series().map((s) => s.id)).toEqual(['docker:shop/cpu']);
    const before = asked.length;
    app.setMode('off');
    await time.advance(10 * MINUTE);
    expect(asked.length).toBe(before);
    await app.dispose();
  });

  it('asks nothing in Restricted Mode', async () => {
    const { app, time, asked } = await opened({ trusted: false, feeds: [SHOP] });
    await time.advance(5 * MINUTE);
    expect(asked).toEqual([]);
    app.setTrusted(true);
    await time.advance(MINUTE);
    expect(asked.length).toBeGreaterThan(0);
    await app.dispose();
  });

  it('hears at once of changed settings, and says what can’t be used of them', async () => {
    const { app, time, asked } = await opened({});
    const { mode, memoryBytes, idleMs, horizonMs } = USUAL;
    app.applySettings({ mode, memoryBytes, idleMs, horizonMs, feeds: [SHOP, { name: 'bad' }] });
    await time.advance(MINUTE);
    expect([...new Set(asked)]).toEqual(['shop']);
    expect(app.state().faults.map((f) => f.message)).toEqual([expect.stringContaining('feed “bad”: “type” should be one of')]);
    expect(app.feeds.list()).toMatchObject([{ name: 'shop', series: 1 }]);
    expect(app.feeds.measured(MINUTE)).toMatchObject([{ subject: { kind: 'feed', id: 'docker:shop/cpu', name: 'shop/cpu' } }]);
    await app.dispose();
  });

  it('has what programs export as series as well', async () => {
    const { app, time } = await opened({});
    const read = readJsonMetrics(metricsRequest({ name: 'queue.size', type: 'gauge', points: [{ at: AT, value: 3 }] }), 10);
    if ('points' in read) for (const point of read.points) expect(app.feeds.measure(point)).toBe(true);
    await time.advance(2 * MINUTE);
    expect(app.feeds.series().map((s) => [s.id, ...s.values])).toEqual([['otlp:shop/queue.size', 3]]);
    await app.dispose();
  });
});
