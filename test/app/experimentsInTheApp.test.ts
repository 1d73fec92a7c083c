import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { Memory, PersonaVersion } from '../../src/app/ports.ts';
import type { Result } from '../../src/domain/index.ts';
import { memoryIn, versionsIn } from '../../src/host/node/kept.ts';
import type { Component } from '../../src/learn/personaModel.ts';
import { createKeptWorld, DAY, DB, MINUTE, run, rungOf } from './keptWorld.ts';

let world: ReturnType<typeof createKeptWorld>;
beforeEach(() => {
  world = createKeptWorld({ versions: 'on' });
});
afterEach(() => world.end());

const done = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const memory = async (): Promise<Memory> => (JSON.parse(await readFile(memoryIn(world.storage), 'utf8')) as { state: Memory }).state;

/** A workspace in which one persona uses the database, and was once thought not to: version 1. */
async function learnt(): Promise<string> {
  const first = await world.open();
  await world.past(first);
  await world.close(first);
  world.stopLearning();
  const living = (await memory()).model?.components.find((c) => c.uses.some((u) => u.resource === DB && u.probability > 0.5)) as Component;
  const version = (number: number, snapshot: Component): PersonaVersion => ({
    persona: living.id,
    number,
    at: number,
    author: 'learnt',
    reason: 'learnt',
    snapshot,
  });
  const without = { ...living, uses: living.uses.filter((u) => u.resource !== DB) };
  await writeFile(versionsIn(world.storage), JSON.stringify({ version: 1, personas: [version(1, without), version(2, living)] }));
  return living.id;
}

/** The morning after: the session begins, and what is planned is done. */
async function morning(app: App, afterMs = DAY): Promise<void> {
  world.clock.now += afterMs;
  await app.settle();
  run(app, world.clock.now, 'git pull');
  await app.settle();
}
async function work(app: App): Promise<void> {
  for (const line of ['npm run lint', 'psql']) {
    world.clock.now += MINUTE;
    run(app, world.clock.now, line);
  }
  app.record({ type: 'connection', at: world.clock.now, did: 'opened', resource: DB });
  await app.settle();
}
async function evening(app: App): Promise<void> {
  world.clock.now += 60 * MINUTE;
  await app.settle();
}
/** Of the last session, in the file. */
const lastArm = async (app: App, id: string): Promise<string | undefined> => {
  await app.settle();
  return (await memory()).experiments?.[id]?.units.at(-1)?.arm;
};

describe('a test in the app', () => {
  it('plans each session by its arm: what only A foresees is warm in A alone, and the ledger says so', async () => {
    const persona = await learnt();
    const app = await world.open();
    const { id } = done(await app.experiments.start(persona, { version: 'now' }, { version: 1 }));
    const seen: string[] = [];
    for (let i = 0; i < 6; i++) {
      await morning(app);
      seen.push(`${await lastArm(app, id)} ${rungOf(app) === 'ready' ? 'warm' : 'cold'}`);
      await work(app);
      await evening(app);
    }
    expect(seen.filter((s) => s === 'A warm')).toHaveLength(3);
    expect(seen.filter((s) => s === 'B cold')).toHaveLength(3);
    const [report] = app.experiments.list();
    expect(report).toMatchObject({ sessions: { A: 3, B: 3 }, standing: { pairs: 3, verdict: { is: 'running' } } });
    await world.close(app);
    const { ledger, experiments } = await memory();
    const lines = ledger.filter((l) => l.resource === DB && l.tests).map((l) => `${l.tests?.[0]?.arm} ${l.outcome}`);
    expect(lines).toEqual(['A hit', 'A hit', 'A hit']);
    expect(experiments?.[id]?.units.every((u) => u.outcome && u.at === undefined)).toBe(true);
  });

  it('goes on in its arm when the window is opened again in the middle of a session', async () => {
    const persona = await learnt();
    const first = await world.open();
    const { id } = done(await first.experiments.start(persona, { version: 'now' }, { version: 1 }));
    // The journal goes by the times of its files, which are today's.
    await morning(first, 60 * MINUTE);
    const arm = await lastArm(first, id);
    await world.close(first);
    world.clock.now += MINUTE;
    const second = await world.open();
    await work(second);
    await evening(second);
    await world.close(second);
    const units = (await memory()).experiments?.[id]?.units;
    expect(units).toMatchObject([{ arm, block: 0, outcome: expect.anything() }]);
  });

  it('is the same in two windows: one starts it, both see it, and both are in one session', async () => {
    const persona = await learnt();
    const [a, b] = [await world.open(), await world.open()];
    const { id } = done(await a.experiments.start(persona, { version: 'now' }, { version: 1 }));
    const seenBy = (app: App) => expect.poll(() => app.settle().then(() => app.experiments.list()[0]));
    await seenBy(b).toMatchObject({ id });
    const twice = await b.experiments.start(persona, { version: 2 }, { version: 1 });
    expect(twice.ok ? '' : twice.fault.message).toMatch(/is running/);
    await morning(a);
    await expect.poll(async () => (await memory()).experiments?.[id]?.units).toHaveLength(1);
    world.clock.now += MINUTE;
    run(b, world.clock.now, 'git pull');
    await b.settle();
    await work(a);
    world.clock.now += 60 * MINUTE;
    await a.settle();
    await b.settle();
    done(b.experiments.stop(id));
    await seenBy(a).toMatchObject({ ended: { by: 'person' } });
    await world.close(a);
    await world.close(b);
    expect((await memory()).experiments?.[id]?.units).toMatchObject([{ outcome: expect.anything() }]);
  });

  it('is erased with all that was recorded', async () => {
    const persona = await learnt();
    const app = await world.open();
    done(await app.experiments.start(persona, { version: 'now' }, { version: 1 }));
    await morning(app);
    done(await app.privacy.erase({ scope: 'workspace', datasetCache: 'keep', snapshots: 'keep' }));
    expect(app.experiments.list()).toEqual([]);
    await world.close(app);
    expect((await memory()).experiments).toBeUndefined();
  });
});
