import { describe, expect, it } from 'vitest';
import { createSnapshots } from '../../src/app/snapshots.ts';
import { type Fault, failed, ok, type Resource, type Result, type Rung, type Snapshot } from '../../src/domain/index.ts';
import type { Provider } from '../../src/provision/provider.ts';

const resource = (name: string): Resource => ({ id: `memory:test/${name}`, name }) as Resource;
const snapshot: Snapshot = {
  id: 'snap',
  resource: 'memory:test/db',
  type: 'snapshot',
  key: 'k',
  current: true,
  bytes: 1,
  createdAt: 0,
  inUse: false,
};

/** A world with one engine whose bakes end when the test says so. */
function world(outcome: () => Result<Snapshot | undefined> = () => ok(snapshot)) {
  const bakes: string[] = [];
  const told: Fault[] = [];
  const state = { now: 0, mayBake: true, rung: 'ready' as Rung };
  let finish: () => void = () => {};
  const provider = {
    supports: () => true,
    snapshots: {
      list: async () => ok([snapshot]),
      bake: async (it: Resource, { signal }: { signal: AbortSignal }) => {
        bakes.push(it.name);
        await new Promise<void>((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve());
        });
        return signal.aborted ? failed('cancelled', 'never', 'cancelled') : outcome();
      },
      remove: async (id: string) => (id === 'snap' ? ok(undefined) : failed('not-found', 'never', `no ${id}`)),
    },
  } as unknown as Provider;
  const snapshots = createSnapshots({
    baked: () => {},
    providers: [provider, provider],
    engineOf: () => provider,
    resources: () => [resource('db'), resource('search')],
    rungOf: () => state.rung,
    context: (signal) => ({ signal }) as never,
    now: () => state.now,
    progress: () => {},
    tell: (fault) => told.push(fault),
    log: () => {},
    mayBake: () => state.mayBake,
  });
  const ended = async (): Promise<void> => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { snapshots, bakes, told, state, ended };
}

describe('baking by itself', () => {
  it('one at a time, each once a minute at most', async () => {
    const { snapshots, bakes, state, ended } = world();
    snapshots.consider();
    snapshots.consider();
    expect(bakes).toEqual(['db']);
    await ended();
    snapshots.consider();
    await ended();
    snapshots.consider();
    expect(bakes).toEqual(['db', 'search']);
    state.now = 60_000;
    snapshots.consider();
    expect(bakes).toEqual(['db', 'search', 'db']);
    await ended();
  });

  it('not while something else is in hand, and not what does not serve', () => {
    const { snapshots, bakes, state } = world();
    state.mayBake = false;
    snapshots.consider();
    state.mayBake = true;
    state.rung = 'created';
    snapshots.consider();
    expect(bakes).toEqual([]);
  });

  it('what fails is told once and tried ever later', async () => {
    const { snapshots, bakes, told, state, ended } = world(() => failed('start-failed', 'later', 'seed.sql is broken'));
    const at = [];
    for (state.now = 0; state.now < 4 * 3_600_000; state.now += 60_000) {
      const before = bakes.filter((b) => b === 'db').length;
      snapshots.consider();
      await ended();
      if (bakes.filter((b) => b === 'db').length > before) at.push(state.now / 60_000);
    }
    expect(at).toEqual([0, 10, 30, 70, 150]);
    expect(told.map((f) => f.message)).toEqual(['seed.sql is broken', 'seed.sql is broken']);
  });

  it('ends with the app', async () => {
    const { snapshots, bakes, told } = world();
    snapshots.consider();
    await snapshots.stop();
    expect(bakes).toEqual(['db']);
    expect(told).toEqual([]);
  });
});

describe('by word', () => {
  it('lists what two providers of one engine have once, and removes by the one that knows it', async () => {
    const { snapshots } = world();
    expect(await snapshots.app.list()).toMatchObject({ ok: true, value: [{ id: 'snap' }] });
    expect(await snapshots.app.remove(['snap', 'other'])).toMatchObject([{ code: 'not-found', message: 'no other' }]);
    expect(await snapshots.app.bake('memory:test/none')).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  });
});
