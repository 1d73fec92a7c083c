import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { remembered } from '../../src/app/history.ts';
import type { PersonaEdit } from '../../src/app/personaEdits.ts';
import { bounded } from '../../src/app/personaVersions.ts';
import { EMPTY_MEMORY, type Memory, type PersonaVersion } from '../../src/app/ports.ts';
import { learnRhythms } from '../../src/app/rhythms.ts';
import { type Activity, ok, type Result } from '../../src/domain/index.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { splitPersona } from '../../src/learn/splitPersona.ts';
import { componentOf } from '../learn/personas/made.ts';
import { plantedSessions } from '../learn/planted.ts';
import { journalOn, MINUTE, quietPorts, USUAL } from './quietPorts.ts';

/** What outlives a window (journal, memory, versions), and windows over it. */
function createWorld() {
  const journal: Activity[] = plantedSessions(120, 5).flatMap((s) =>
    s.activities.map((a): Activity => ({ ...a, actor: 'me', workspace: 'w', source: 'terminal' })),
  );
  const clock = { now: (journal.at(-1)?.at ?? 0) + 600 * MINUTE };
  let memory: Memory = EMPTY_MEMORY;
  let versions: readonly PersonaVersion[] = [];
  const world = { journal, clock, learnings: 0, hold: undefined as Promise<void> | undefined, versions: () => versions, open };
  async function open(): Promise<App> {
    const ports = quietPorts({
      now: () => clock.now,
      journal: journalOn(journal),
      store: { load: async () => ({ memory }), save: (m) => void (memory = JSON.parse(JSON.stringify(m))), flush: async () => {} },
      versions: { load: async () => versions, save: (v) => void (versions = JSON.parse(JSON.stringify(v))), flush: async () => {} },
      learner: {
        learn: async (history, previous, { split } = {}) => {
          world.learnings++;
          const { sessions, idleMs, heard } = remembered(journal, [], history);
          const past = sessions.map((s) => s.activities);
          const options = { now: clock.now, seed: 3 };
          const edited = split !== undefined && previous ? splitPersona(past, split, { ...options, previous }) : ok(previous);
          await world.hold;
          if (!edited.ok) return edited;
          const model = learnPersonas(past, { ...options, ...(edited.value ? { previous: edited.value } : {}) });
          return ok({ model, rhythms: learnRhythms(heard, [], 20 * MINUTE).data, sessions: sessions.length, idleMs, problems: [] });
        },
        dispose: async () => {},
      },
      settings: { ...USUAL, mode: 'shadow' },
    });
    const app = await createApp(ports);
    opened.push(app);
    await app.settle();
    return app;
  }
  return world;
}

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});
const done = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const shown = (app: App) => app.state().personas.map(({ id, name }) => ({ id, name }));
const ids = (app: App) =>
  app
    .state()
    .personas.map((p) => p.id)
    .sort();
const told = async (app: App, id?: string) => (await app.personas.versions(id)).map((v) => `${v.number} ${v.author}: ${v.reason}`);
/** The same window after learning anew, and the next one. */
async function everywhere(world: ReturnType<typeof createWorld>, app: App, holds: (app: App) => void): Promise<void> {
  holds(app);
  await app.relearn();
  await app.settle();
  holds(app);
  await app.dispose();
  holds(await world.open());
}

describe('a person’s edits of personas', () => {
  it('a name holds', async () => {
    const world = createWorld();
    const app = await world.open();
    const [{ id, name }] = shown(app) as [{ id: string; name: string }];
    done(await app.personas.rename(id, '  Mine '));
    expect(await told(app, id)).toEqual(['1 learnt: learnt from 120 sessions', `2 person: renamed from “${name}”`]);
    await everywhere(world, app, (a) => expect(shown(a).find((p) => p.id === id)?.name).toBe('Mine'));
  });

  it('two that are one stay one, and undone they are two', async () => {
    const world = createWorld();
    const app = await world.open();
    const before = shown(app);
    const [into, from] = before as [{ id: string; name: string }, { id: string; name: string }];
    const edit = done(await app.personas.merge(into.id, from.id));
    expect(edit.personas).toEqual([into]);
    expect((await told(app, from.id)).at(-1)).toBe(`2 person: merged into “${into.name}”`);
    expect((await told(app, into.id)).at(-1)).toBe(`2 person: merged with “${from.name}”`);
    done(await edit.undo());
    await app.settle();
    expect(shown(app)).toEqual(before);
    done(await app.personas.merge(into.id, from.id));
    await everywhere(world, app, (a) => expect(ids(a)).toEqual(before.flatMap((p) => (p.id === from.id ? [] : [p.id])).sort()));
  });

  it('what is deleted stays away, and is brought back by its last version', async () => {
    const world = createWorld();
    const app = await world.open();
    const all = ids(app);
    const [{ id }] = shown(app) as [{ id: string; name: string }];
    const document = app.personas.export([id]);
    done(await app.personas.remove(id));
    await everywhere(world, app, (a) => expect(ids(a)).toEqual(all.filter((one) => one !== id)));
    const next = opened.at(-1) as App;
    const gone = (await next.personas.versions(id)).at(-1);
    expect(gone).toMatchObject({ gone: true, reason: 'deleted' });
    done(await next.personas.rollBack(id, gone?.number as number));
    expect(ids(next)).toEqual(all);
    expect(next.personas.export([id])).toEqual(document);
    await everywhere(world, next, (a) => expect(ids(a)).toEqual(all));
  });

  it('one is split into the workflows of its sessions; where there is one, it is refused', async () => {
    const world = createWorld();
    const app = await world.open();
    const before = ids(app);
    const [a, b] = before as [string, string];
    done(await app.personas.merge(a, b));
    await app.relearn();
    const edit = done(await app.personas.split(a));
    expect(edit.personas).toHaveLength(2);
    expect(edit.personas[0]?.id).not.toBe(edit.personas[1]?.id);
    await everywhere(world, app, (one) => expect(ids(one)).toHaveLength(before.length));
    const next = opened.at(-1) as App;
    const refused = await next.personas.split(before[2] as string);
    expect(refused.ok ? '' : refused.fault.message).toMatch(/show one workflow/);
    expect(ids(next)).toHaveLength(before.length);
  });

  it('going back is exact, holds over learning, and is let go', async () => {
    const world = createWorld();
    const app = await world.open();
    const [{ id }] = shown(app) as [{ id: string; name: string }];
    const [first] = await app.personas.versions(id);
    done(await app.personas.rename(id, 'Other'));
    const [other] = app.state().personas.filter((p) => p.id !== id);
    done(await app.personas.merge(id, other?.id as string));
    done(await app.personas.rollBack(id, first?.number as number));
    expect(app.personas.export([id])).toEqual(first?.document);
    await app.settle();
    expect(ids(app)).toContain(other?.id);
    const held = (a: App) => app.personas.export([id]).personas[0]?.name === a.personas.export([id]).personas[0]?.name;
    await everywhere(world, app, (a) => expect(held(a)).toBe(true));
    const next = opened.at(-1) as App;
    done(await next.personas.release(id));
    await next.settle();
    expect(shown(next).find((p) => p.id === id)?.name).toBe(first?.name);
  });

  it('an edit while personas are being learnt is not lost, and is learnt with', async () => {
    const world = createWorld();
    const app = await world.open();
    const [a, b] = ids(app) as [string, string];
    let release = (): void => {};
    world.hold = new Promise((resolve) => {
      release = resolve;
    });
    const learning = app.relearn();
    done(await app.personas.merge(a, b));
    const before = world.learnings;
    world.hold = undefined;
    release();
    await learning;
    await app.settle();
    expect(world.learnings).toBe(before + 1);
    expect(ids(app)).not.toContain(b);
  });

  it('only the last edit is undone; before it there are versions', async () => {
    const app = await createWorld().open();
    const [a, b] = ids(app) as [string, string];
    const first: PersonaEdit = done(await app.personas.rename(a, 'One'));
    done(await app.personas.rename(b, 'Two'));
    const undone = await first.undo();
    expect(undone.ok ? '' : undone.fault.message).toMatch(/edited since/);
    expect(shown(app).find((p) => p.id === a)?.name).toBe('One');
  });

  it.each(['p99', '', '__proto__'])('nobody is called %o, and that is said', async (id) => {
    const app = await createWorld().open();
    const { personas } = app;
    for (const result of [
      await personas.rename(id, 'x'),
      await personas.merge(id, 'p1'),
      await personas.merge('p1', id),
      await personas.split(id),
      await personas.remove(id),
      await personas.rollBack(id, 1),
      await personas.release(id),
    ])
      expect(result.ok ? '' : result.fault.message).toMatch(/^There is no (persona|version)/);
    expect(await personas.versions(id)).toEqual([]);
    expect(personas.export([id]).personas).toEqual([]);
  });

  it('a learning that changes what a person would see is a version, and one that does not is none', async () => {
    const world = createWorld();
    const app = await world.open();
    const [{ id }] = shown(app) as [{ id: string; name: string }];
    for (let i = 0; i < 3; i++) await app.relearn();
    expect(await told(app, id)).toHaveLength(1);
    const token = app.state().personas.find((p) => p.id === id)?.uses[0]?.resource as string;
    const more = plantedSessions(200, 8, [{ name: 'new', tokens: [token], share: 1 }]);
    world.journal.push(
      ...more.flatMap((s) =>
        s.activities.map((a) => ({ ...a, at: a.at - 1e11, actor: 'me', workspace: 'w', source: 'terminal' as const })),
      ),
    );
    await app.relearn();
    await app.settle();
    const versions = await app.personas.versions();
    expect(versions.filter((v) => v.author === 'learnt' && v.number > 1).length).toBeGreaterThan(0);
  });

  it('what is exported is a persona document', async () => {
    const app = await createWorld().open();
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../resources/schemas/persona.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false, formats: { 'date-time': true } }).compile(schema);
    expect(app.personas.export().personas.length).toBeGreaterThan(2);
    for (const document of [app.personas.export(), ...(await app.personas.versions()).map((v) => v.document)]) {
      validate(document);
      expect(validate.errors).toBeNull();
    }
  });
});

describe('what is exported with what was measured', () => {
  it('has the traffic that the gateway wrote into the journal', async () => {
    const world = createWorld();
    const app = await world.open();
    const used = app.state().personas.flatMap((p) => p.uses.map((u) => u.resource));
    const DB = used.find((resource) => resource.startsWith('compose:')) as string;
    const at = world.clock.now;
    for (let i = 0; i < 25; i++)
      world.journal.push({
        at: at + i * MINUTE,
        actor: 'me',
        workspace: 'w',
        resource: DB,
        source: 'database',
        kind: 'connection.closed',
        bytes: 1000,
        durationMs: 9000,
        firstByteMs: 2,
      });
    world.clock.now = at + 1500 * MINUTE;
    const { personas } = await app.personas.exportMeasured();
    const owners = personas.filter((p) => p.resources.some((r) => r.id === DB));
    expect(owners.length).toBeGreaterThan(0);
    for (const { resources, traffic } of owners) {
      const expected = {
        requests: 25,
        request_size_bytes: [{ value: 1000, probability: 1 }],
        latency_ms: [{ value: 2, probability: 1 }],
        data_age: 'P1D',
      };
      expect(resources.find((r) => r.id === DB)?.traffic).toMatchObject(expected);
      expect(traffic).toMatchObject(expected);
    }
    expect(personas.flatMap((p) => p.resources).filter((r) => r.traffic && r.id !== DB)).toEqual([]);
    expect(app.personas.export().personas.some((p) => p.traffic)).toBe(false);
  });
});

describe('versions that are kept', () => {
  const version = (persona: string, number: number, size = 1): PersonaVersion => ({
    persona,
    number,
    at: number,
    author: 'learnt',
    reason: '',
    snapshot: componentOf({}, { name: 'x'.repeat(size) }),
  });
  it('are the newest twenty of each', () => {
    const kept = bounded([...Array(30).keys()].flatMap((i) => [version('p1', i + 1), version('p2', i + 1)]));
    expect(kept.filter((v) => v.persona === 'p1').map((v) => v.number)).toEqual([...Array(20).keys()].map((i) => i + 11));
    expect(kept).toHaveLength(40);
  });
  it('are fewer where they are large, but the last of each stays', () => {
    const kept = bounded([version('p1', 1, 5e6), ...[1, 2, 3].map((n) => version('p2', n, 3e6))]);
    expect(kept.map((v) => [v.persona, v.number])).toEqual([
      ['p1', 1],
      ['p2', 2],
      ['p2', 3],
    ]);
  });
});
