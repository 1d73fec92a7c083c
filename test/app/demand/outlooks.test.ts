import { describe, expect, it } from 'vitest';
import { type ForecastWork, forecasted } from '../../../src/app/demand/forecasts.ts';
import { type AskedResource, createOutlooks } from '../../../src/app/demand/outlooks.ts';
import { look } from '../../../src/app/pipeline.ts';
import type { PlannedEvent, Resource } from '../../../src/domain/index.ts';
import { DEFAULT_PRICES } from '../../../src/plan/value.ts';
import { METHODS } from '../../../src/predict/demand/forecast.ts';
import { HOUR, hourly, MONDAY } from '../../predict/demand/made.ts';

const DB = 'compose:shop/db';
const DAYS = 28;
const END = MONDAY + DAYS * 24 * HOUR;
/** Ten interactions an hour from nine to five, one in fifty hours at night. */
const orders: AskedResource = { resource: DB, name: 'orders', series: hourly(DAYS * 24, (t) => (t % 24 >= 9 && t % 24 < 17 ? 10 : 0.02)) };

async function world(asked: readonly AskedResource[] = [orders], events: readonly PlannedEvent[] = []) {
  const works: ForecastWork[] = [];
  let told = 0;
  const outlooks = createOutlooks({
    forecasts: {
      forecast: async (work) => {
        works.push(work);
        return forecasted({ ...work, timeZone: 'UTC' }, METHODS);
      },
      dispose: async () => {},
    },
    asked: () => asked,
    events: () => [...events],
    horizonMs: () => 8 * HOUR,
    foreseen: () => void told++,
    log: () => {},
  });
  outlooks.look();
  outlooks.look();
  await new Promise((resolve) => setImmediate(resolve));
  return { outlooks, works, told: () => told };
}

describe('what feeds say of resources', () => {
  it('is foreseen once for the same values, and told of when it is there', async () => {
    const { outlooks, works, told } = await world();
    outlooks.look();
    expect(works).toHaveLength(1);
    expect(told()).toBe(1);
  });

  it('is foreseen anew after half a horizon of new values, and at once where an event came', async () => {
    const longer = (hours: number): AskedResource => ({ ...orders, series: hourly(DAYS * 24 + hours, () => 1) });
    const asked = [orders];
    const events: PlannedEvent[] = [];
    const { outlooks, works } = await world(asked, events);
    const looked = async (): Promise<number> => {
      outlooks.look();
      await new Promise((resolve) => setImmediate(resolve));
      return works.length;
    };
    asked[0] = longer(3);
    expect(await looked()).toBe(1);
    asked[0] = longer(4);
    expect(await looked()).toBe(2);
    events.push({ name: 'sale', from: END, until: END + HOUR, factor: 2, source: 'calendar' });
    expect(await looked()).toBe(3);
    expect(await looked()).toBe(3);
  });

  it('says by night that nothing is needed, and in the morning that it will be', async () => {
    const { outlooks } = await world();
    const [night, morning] = [outlooks.within(DB, END + HOUR, HOUR), outlooks.within(DB, END + 8 * HOUR, 2 * HOUR)];
    expect(night?.probability).toBeLessThan(0.1);
    expect(morning?.probability).toBeGreaterThan(0.99);
    expect(morning?.because).toBe('By the feed “orders” about 10 interactions are foreseen in that time.');
    expect(outlooks.within('compose:shop/cache', END, HOUR)).toBeUndefined();
  });

  it('a planned event moves it', async () => {
    const sale = { name: 'sale', from: END + HOUR, until: END + 3 * HOUR, factor: 400, source: 'calendar' };
    const { outlooks } = await world([orders], [sale]);
    expect(outlooks.within(DB, END + HOUR, HOUR)?.probability).toBeGreaterThan(0.99);
    expect(outlooks.within(DB, END + 4 * HOUR, HOUR)?.probability).toBeLessThan(0.1);
  });

  it('the season that the developer named is handed on; what can’t be foreseen says nothing', async () => {
    const short = { ...orders, series: hourly(20, () => 1), seasons: [4] };
    const { outlooks, works } = await world([short]);
    expect(works[0]?.seasons).toEqual([4]);
    expect(outlooks.within(DB, MONDAY + 20 * HOUR, HOUR)).toBeUndefined();
  });

  it('makes a need where nothing was learnt, and none of what is not foreseen', () => {
    const db: Resource = {
      id: DB,
      name: 'db',
      kind: 'database',
      provider: 'memory',
      declaredIn: 'test',
      dependsOn: [],
      memoryBytes: 0,
      ports: [],
      probe: { type: 'port', port: 1, timeoutMs: 1000 },
      spec: { type: 'memory', stepMs: {} },
    };
    const needs = (probability: number) =>
      look({
        now: END,
        mode: 'auto',
        trusted: true,
        resources: [db],
        inUse: new Set(),
        settling: {},
        observations: new Map(),
        costs: new Map(),
        feedback: new Map(),
        engineOf: () => undefined,
        limits: { memoryBytes: 1e9, settleMs: 60_000, prices: DEFAULT_PRICES },
        model: undefined,
        session: [],
        horizonMs: HOUR,
        outlooks: { within: () => ({ probability, etaMs: 60_000, volume: 1, because }) },
      }).needs;
    const because = 'By the feed.';
    expect(needs(0.8)).toMatchObject([{ resource: DB, probability: 0.8, horizonMs: HOUR, etaMs: 60_000, because }]);
    expect(needs(0)).toEqual([]);
  });
});
