import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { AskedEdit, ResourceId } from '../../src/domain/index.ts';
import { createDevelopersWorld, idOf, lineOf, MINUTE } from './developersWorld.ts';

const REDIS = 'docker:shop/redis';
const ADD_REDIS: AskedEdit = { type: 'add-image', name: 'redis', image: 'redis:7', pin: 'always' };

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});

/** Two databases of which the second needs the first, a third, and a session of the workflow that uses both. */
async function atWork(budgetMb = 4096, workflow = 0) {
  const world = createDevelopersWorld({ dependsOn: [[], [0], []], memoryMb: [100, 100, 100], budgetMb });
  const { app, kill } = await world.open();
  opened.push(app);
  const settle = async (): Promise<void> => {
    await world.time.until(app.settle(), 30 * MINUTE);
  };
  await settle();
  app.record({ type: 'command', at: world.time.now(), did: 'started', line: lineOf(workflow), confidence: 'high' });
  await settle();
  const persona = app.state().active?.id as string;
  expect(persona).toBeDefined();
  const rung = (id: ResourceId) => app.state().resources.find((r) => r.resource.id === id)?.rung;
  const make = async (edit: AskedEdit): Promise<void> => {
    expect(app.edits.make(persona, edit)).toMatchObject({ ok: true });
    await settle();
  };
  return { ...world, app, kill, settle, persona, rung, make };
}

describe('editing a workflow', () => {
  it('adds a container by its image: previewed, warmed at once, taken away by undo, brought back by redo', async () => {
    const { app, persona, rung, make, settle, engine } = await atWork();
    expect(app.edits.preview(persona, ADD_REDIS)).toMatchObject({
      ok: true,
      value: { starts: [{ resource: REDIS, name: 'redis' }], stops: [] },
    });
    expect(rung(REDIS)).toBeUndefined();
    await make(ADD_REDIS);
    expect(rung(REDIS)).toBe('ready');
    expect(app.state().active?.uses.find((u) => u.resource === REDIS)?.probability).toBe(1);
    expect(app.state().resources.find((r) => r.resource.id === REDIS)?.resource).toMatchObject({
      kind: 'cache',
      provider: 'docker',
      ports: [{ container: 6379, host: 6379 }],
      spec: { type: 'docker', image: 'redis:7' },
    });
    expect(app.edits.undo()?.edit.type).toBe('add');
    await settle();
    expect(rung(REDIS)).toBeUndefined();
    expect([...engine.things].filter(([key, thing]) => key.includes(REDIS) && thing.rung !== 'absent')).toEqual([]);
    app.edits.redo();
    await settle();
    expect(rung(REDIS)).toBe('ready');
  });

  it('is there again in the next window, with its way back', async () => {
    const { app, make, open, time, kill } = await atWork();
    await make(ADD_REDIS);
    await make({ type: 'require', resource: idOf(2), memoryBytes: 333 * 2 ** 20 });
    await app.dispose();
    kill(false);
    const next = (await open()).app;
    opened.push(next);
    await time.until(next.settle(), 30 * MINUTE);
    expect(next.state().resources.map((r) => r.resource.id)).toContain(REDIS);
    expect(next.state().resources.find((r) => r.resource.id === idOf(2))?.resource.memoryBytes).toBe(333 * 2 ** 20);
    expect([next.edits.undo()?.edit.type, next.edits.undo()?.edit.type, next.edits.undo()]).toEqual(['require', 'add', undefined]);
  });

  it('survives learning anew', async () => {
    const { app, make, settle, rung } = await atWork();
    await make(ADD_REDIS);
    await app.relearn();
    await settle();
    expect(rung(REDIS)).toBe('ready');
    expect(app.state().active?.uses.find((u) => u.resource === REDIS)?.probability).toBe(1);
  });

  it('what is pinned is so in this workflow, and free again when that is taken back', async () => {
    const { app, persona, make, rung, settle, time } = await atWork();
    expect(rung(idOf(2))).not.toBe('ready');
    await make({ type: 'pin', resource: idOf(2), rung: 'always' });
    expect(rung(idOf(2))).toBe('ready');
    expect(app.why(idOf(2))[0]).toMatch(/always/);
    await make({ type: 'pin', resource: idOf(2), rung: 'never' });
    expect(rung(idOf(2))).not.toBe('ready');
    app.edits.undo();
    app.edits.undo();
    await settle();
    expect(app.state().edits.overlay.pins).toEqual([]);
    // Another workflow is none of its business.
    const other = app.state().personas.find((p) => p.id !== persona)?.id as string;
    app.edits.make(other, { type: 'pin', resource: idOf(2), rung: 'always' });
    await settle();
    await time.until(new Promise(() => {}), 10 * MINUTE);
    expect(rung(idOf(2))).not.toBe('ready');
  });

  it('the newer word holds: what was cooled after it was pinned stays cool', async () => {
    const { app, make, rung, settle, time } = await atWork();
    await make({ type: 'pin', resource: idOf(2), rung: 'always' });
    await time.until(new Promise(() => {}), 1000);
    await time.until(app.cool([idOf(2)]), MINUTE);
    await settle();
    expect(rung(idOf(2))).not.toBe('ready');
  });

  it('what is taken out of it is no longer wanted', async () => {
    const { app, persona, make, rung } = await atWork();
    expect(rung(idOf(0))).toBe('paused');
    expect(app.edits.preview(persona, { type: 'remove', resource: idOf(0) })).toMatchObject({
      ok: true,
      value: { starts: [], stops: expect.arrayContaining([expect.objectContaining({ resource: idOf(0) })]) },
    });
    await make({ type: 'remove', resource: idOf(0) });
    expect(app.state().active?.uses.some((u) => u.resource === idOf(0))).toBe(false);
    expect(app.state().needs.find((n) => n.resource === idOf(0))?.probability ?? 0).toBeLessThan(0.1);
  });

  it('a connection between resources is a dependency: what it leads from is started first, and the other way round is refused', async () => {
    const { app, persona, make, rung } = await atWork();
    await make({ type: 'connect', from: idOf(2), to: idOf(0), probability: 1, lagMs: 0 });
    expect(rung(idOf(2))).toBe('ready');
    expect(app.edits.make(persona, { type: 'connect', from: idOf(0), to: idOf(2), probability: 1, lagMs: 0 })).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/circle/) },
    });
    expect(app.edits.make(persona, { type: 'disconnect', from: idOf(0), to: idOf(1) })).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/its own file/) },
    });
  });

  it('what it takes is what the person says; what does not fit the budget is said beforehand', async () => {
    const { app, persona, make } = await atWork(500);
    expect(app.edits.preview(persona, { ...ADD_REDIS, memoryBytes: 450 * 2 ** 20 } as AskedEdit)).toMatchObject({
      ok: true,
      value: { budgetBytes: 500 * 2 ** 20 },
    });
    await make({ type: 'require', resource: idOf(1), memoryBytes: 450 * 2 ** 20 });
    expect(app.state().resources.find((r) => r.resource.id === idOf(1))?.resource.memoryBytes).toBe(450 * 2 ** 20);
    expect(app.edits.preview(persona, { type: 'require', resource: idOf(1), memoryBytes: 5 })).toMatchObject({ ok: false });
  });

  it.each<[AskedEdit, RegExp]>([
    [{ type: 'add-image', name: 'Redis!', image: 'redis:7' }, /no name/],
    [{ type: 'add-image', name: 'x', image: '--privileged' }, /no image/],
    [{ type: 'add-image', name: 'x', image: 'redis:7', port: 70_000 }, /port/],
    [{ type: 'add', resource: 'compose:shop/none' }, /no compose:shop\/none/],
    [{ type: 'pin', resource: '__proto__', rung: 'always' }, /no __proto__/],
    [{ type: 'connect', from: idOf(0), to: idOf(0), probability: 1, lagMs: 0 }, /itself/],
    [{ type: 'connect', from: idOf(0), to: idOf(2), probability: 7, lagMs: 0 }, /probability/],
    [{ type: 'move', resource: idOf(0), after: idOf(0) }, /behind itself/],
  ])('refuses what makes no sense: %j', async (edit, message) => {
    const { app, persona } = await atWork();
    expect(app.edits.make(persona, edit)).toMatchObject({ ok: false, fault: { message: expect.stringMatching(message) } });
    expect(app.state().edits.undo).toBeUndefined();
  });

  it('refuses a second thing of the same name, and finds another port where the usual one is taken', async () => {
    const { app, persona, make } = await atWork();
    await make(ADD_REDIS);
    expect(app.edits.make(persona, ADD_REDIS)).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/already/) } });
    await make({ type: 'add-image', name: 'redis-2', image: 'valkey/valkey:8' });
    expect(app.state().resources.find((r) => r.resource.name === 'redis-2')?.resource.ports).toEqual([
      { container: 6379, host: 6380, protocol: 'tcp' },
    ]);
  });
});
