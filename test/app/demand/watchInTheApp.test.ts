import { describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/createApp.ts';
import type { Notice } from '../../../src/app/demand/watch.ts';
import type { Settings } from '../../../src/app/ports.ts';
import type { Resource } from '../../../src/domain/index.ts';
import type { Provider } from '../../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../../src/provision/providers/memory.ts';
import { MONDAY } from '../../predict/demand/made.ts';
import { MINUTE, quietPorts, USUAL } from '../quietPorts.ts';
import { createVirtualTime } from '../virtualTime.ts';

const DB = 'compose:shop/db';
const COMPOSE = 'name: shop\nservices: { db: { image: "postgres:15" } }';
const ORDERS = {
  name: 'orders',
  type: 'csv',
  file: 'orders.csv',
  time: 'at',
  value: 'n',
  quantity: 'volume',
  everyMinutes: 1,
  resource: DB,
};

/** The simulated engine stands for the declared one. */
function simulated(): Provider {
  const inner = createMemoryProvider({ world: createMemoryWorld(), sleep: async () => {} });
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: {} } });
  return {
    ...inner,
    supports: (r) => r.spec.type === 'compose',
    observe: (rs, c) => inner.observe(rs.map(asMemory), c),
    reach: (r, rung, c) => inner.reach(asMemory(r), rung, c),
  };
}

/** A feed that tells a value a minute, of which the last is of a minute that has ended; nobody forecasts, and nothing was learnt. */
async function opened(settings: Partial<Settings>) {
  const time = createVirtualTime(MONDAY + 600 * MINUTE);
  const of = { at: (minute: number): number => minute % 3 };
  let learnt = 0;
  const app = await createApp(
    quietPorts({
      now: time.now,
      after: (ms, callback) => time.after(of, ms, callback),
      readWorkspace: async () => ({ files: [{ path: 'compose.yaml', text: COMPOSE }], problems: [] }),
      providers: [simulated()],
      learner: {
        learn: async () => {
          learnt++;
          return { ok: false, fault: { code: 'cancelled', retry: 'never', message: 'Nothing to learn.' } };
        },
        dispose: async () => {},
      },
      feeds: {
        ask: async () => {
          const values = Float64Array.from({ length: Math.floor((time.now() - MONDAY) / MINUTE) }, (_, minute) => of.at(minute));
          const series = { id: 'csv:orders/n', quantity: 'volume' as const, startAt: MONDAY, stepMs: MINUTE, values };
          return { ok: true, value: { series: [series], events: [] } };
        },
      },
      settings: { ...USUAL, feeds: [ORDERS], ...settings },
    }),
  );
  const notices: Notice[] = [];
  app.onNotice((notice) => notices.push(notice));
  const rung = (): string | undefined => app.state().resources.find((r) => r.resource.id === DB)?.rung;
  await time.advance(5 * MINUTE);
  return { app, time, of, notices, rung, learnt: () => learnt };
}

/** Eighty in the coming minute. */
function spike({ time, of }: Awaited<ReturnType<typeof opened>>): void {
  const from = Math.floor((time.now() - MONDAY) / MINUTE);
  of.at = (minute) => (minute === from ? 80 : minute % 3);
}

describe('an anomaly in the app', () => {
  it('a spike of a feed’s volume warms its resource, says why and tells once; after the horizon it is let go', async () => {
    const world = await opened({});
    const { app, time, notices, rung } = world;
    expect([rung(), notices.length]).toEqual(['absent', 0]);
    spike(world);
    await time.advance(3 * MINUTE);
    expect(rung()).toBe('ready');
    expect(notices).toMatchObject([{ subject: 'orders/n', anomaly: { value: 80 }, resource: DB }]);
    expect(app.why(DB).join(' ')).toContain('The feed “orders” has more demand than usual: 80, where 1 is usual. Expected were');
    expect(app.state().faults).toEqual([]);
    await time.advance(60 * MINUTE);
    expect(notices).toHaveLength(1);
    expect(app.state().needs.find((n) => n.resource === DB)?.because ?? '').not.toContain('than usual');
    await app.dispose();
  });

  it.each([
    ['in Restricted Mode', { trusted: false }],
    ['in the mode off', { mode: 'off' }],
  ] as const)('%s nothing comes of it', async (_, settings) => {
    const world = await opened(settings);
    spike(world);
    await world.time.advance(3 * MINUTE);
    expect(world.notices).toEqual([]);
    expect(world.rung()).not.toBe('ready');
    await world.app.dispose();
  });

  it('a rise in steps, which is a lasting shift, has all learnt anew once', async () => {
    const world = await opened({ mode: 'shadow' });
    const before = world.learnt();
    const from = Math.floor((world.time.now() - MONDAY) / MINUTE);
    world.of.at = (minute) => (minute < from ? minute % 3 : 10 ** Math.floor(2 + (minute - from) / 40));
    await world.time.advance(240 * MINUTE);
    expect(world.learnt() - before).toBe(1);
    expect(world.rung()).toBe('absent');
    await world.app.dispose();
  });
});
