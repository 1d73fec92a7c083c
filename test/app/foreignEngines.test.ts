import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { ForeignEngine } from '../../src/provision/foreign.ts';
import { API, BATCH, createAgentWorld, DB, MINUTE } from './agentWorld.ts';

const leases = mkdtempSync(join(tmpdir(), 'prewarm-foreign-app-'));
afterAll(() => rmSync(leases, { recursive: true, force: true }));
let app: App | undefined;
afterEach(() => app?.dispose());

/** Serves what it supports, and remembers what it was asked. */
function acme(only: readonly string[], changes: Partial<ForeignEngine> = {}) {
  const rungs = new Map<string, 'absent' | 'ready'>();
  const asked: string[] = [];
  const seen = (id: string) => {
    const rung = rungs.get(id) ?? 'absent';
    return { resource: id, rung, ...(rung === 'ready' ? { backends: [{ port: 40_000, containerPort: 5432 }] } : {}) };
  };
  const engine: ForeignEngine = {
    name: 'acme',
    rungs: ['absent', 'ready'],
    supports: (r) => only.includes(r.id),
    check: () => '1',
    observe: (rs) => {
      asked.push('observe');
      return rs.map((r) => seen(r.id));
    },
    reach: (r, rung) => {
      asked.push(`${r.id} ${rung}`);
      rungs.set(r.id, rung as 'ready');
      return seen(r.id);
    },
    ...changes,
  };
  return { engine, asked };
}
const stateOf = (id: string) => app?.state().resources.find((r) => r.resource.id === id);

describe('an engine of another extension in the app', () => {
  it('is not asked while the declared engine is there, and stands in where it is not', async () => {
    const world = createAgentWorld({ leases });
    app = await world.open();
    const { engine, asked } = acme([DB]);
    app.addEngine(engine);
    await app.settle();
    expect(asked).toEqual([]);
    world.engine.reachable = false;
    world.clock.now += MINUTE;
    await app.settle();
    await app.settle();
    expect(asked).toContain('observe');
    expect(await app.warm([DB])).toEqual([]);
    expect(asked).toContain(`${DB} ready`);
    expect(stateOf(DB)).toMatchObject({ rung: 'ready', owner: 'prewarm', engine: 'extension:acme', endpoint: '127.0.0.1:40000' });
    expect(app.why(DB).join(' ')).toMatch(/extension:acme stands in for compose/);
    // What it does not support stays the declared engine's to fail.
    expect(await app.warm([BATCH])).toMatchObject([{ code: 'engine-unreachable' }]);
  });

  it('one that hangs or throws holds nothing else up', async () => {
    const world = createAgentWorld({ leases });
    app = await world.open();
    const never = () => new Promise<never>(() => {});
    app.addEngine(acme([DB, API, BATCH], { check: never, observe: never, reach: never }).engine);
    const boom = () => {
      throw new Error('boom');
    };
    app.addEngine({ ...acme([], { supports: boom, check: boom, observe: boom, reach: boom }).engine, name: 'broken' });
    expect(await app.warm([API])).toEqual([]);
    expect(stateOf(API)).toMatchObject({ rung: 'ready', engine: 'compose' });
  });

  it('taken away, it is not asked any more, and what it had is the declared engine’s again', async () => {
    const world = createAgentWorld({ leases });
    world.engine.reachable = false;
    app = await world.open();
    const { engine, asked } = acme([DB]);
    const remove = app.addEngine(engine);
    await app.settle();
    await app.warm([DB]);
    expect(stateOf(DB)?.engine).toBe('extension:acme');
    world.engine.reachable = true;
    remove();
    remove();
    asked.length = 0;
    world.clock.now += MINUTE;
    await app.settle();
    // It is still asked for, so the declared engine makes it.
    expect(stateOf(DB)).toMatchObject({ rung: 'ready', engine: 'compose' });
    expect(world.engine.things.get(DB)?.rung).toBe('ready');
    expect(asked).toEqual([]);
  });
});
