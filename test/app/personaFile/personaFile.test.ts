import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../../src/app/app.ts';
import { createApp } from '../../../src/app/createApp.ts';
import type { PersonaDocument } from '../../../src/app/personaDocument.ts';
import { type DocumentFile, EMPTY_MEMORY, type Memory, type PersonaVersion } from '../../../src/app/ports.ts';
import { type Activity, failed, ok, type Result } from '../../../src/domain/index.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { checkPersonas } from '../../../src/sense/pdl/check.ts';
import { rewritten } from '../../../src/sense/pdl/rewritten.ts';
import { plantedSessions } from '../../learn/planted.ts';
import { plain } from '../../sense/pdl/damage.ts';
import { SAMPLE } from '../../sense/pdl/sample.ts';
import { journalOn, quietPorts, USUAL } from '../quietPorts.ts';

const NOW = 10 ** 12;
const learnt = learnPersonas(
  plantedSessions(80, 5).map((s) => s.activities),
  { now: NOW, seed: 3 },
);

/** A workspace with a persona document that a test writes as a colleague would, and windows over it. */
function createWorld(text?: string, model: typeof learnt | 'none' = learnt) {
  let memory: Memory = { ...EMPTY_MEMORY, ...(model === 'none' ? {} : { model }) };
  let versions: readonly PersonaVersion[] = [];
  const clock = { now: NOW };
  const journal: Activity[] = [];
  const world = {
    text,
    clock,
    journal,
    trusted: true,
    writes: 0,
    between: undefined as (() => void) | undefined,
    memory: () => memory,
    open,
  };
  const file: DocumentFile = {
    name: '.prewarm/personas.json',
    read: async () => ok(world.text),
    write: async (next, instead) => {
      world.between?.();
      world.between = undefined;
      if (world.text !== instead) return failed('held-by-other', 'now', 'changed');
      world.text = next;
      world.writes++;
      return ok(undefined);
    },
  };
  async function open(): Promise<App> {
    const app = await createApp(
      quietPorts({
        now: () => clock.now++,
        personaFile: file,
        journal: journalOn(journal),
        store: { load: async () => ({ memory }), save: (m) => void (memory = JSON.parse(JSON.stringify(m))), flush: async () => {} },
        versions: { load: async () => versions, save: (v) => void (versions = JSON.parse(JSON.stringify(v))), flush: async () => {} },
        settings: { ...USUAL, mode: 'shadow', trusted: world.trusted },
      }),
    );
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
const named = (app: App, name: string) => app.state().personas.find((p) => p.name === name);
const faults = (app: App): readonly string[] => app.state().faults.map((f) => f.message);
/** The text after somebody changed what it says. */
const changed = (text: string, change: (document: PersonaDocument) => unknown): string =>
  rewritten(text, JSON.parse(JSON.stringify(change(plain(text) as PersonaDocument)))) as string;
const first = (text: string, change: (persona: PersonaDocument['personas'][number]) => unknown): string =>
  changed(text, (d) => ({ ...d, personas: d.personas.map((p, i) => (i === 0 ? change(p) : p)) }));
const PATTERN = { name: 'orders', time_window: 'PT1H', interaction_type: 'search', expected_volume: 10, latency_target_ms: 100 };

describe('the persona document of the workspace', () => {
  it('comes in: personas that nobody knows here, with what people wrote of them', async () => {
    const app = await createWorld(SAMPLE).open();
    const persona = named(app, 'Month end');
    expect(persona?.said?.patterns).toEqual([
      { name: 'evening orders', windowMs: 3_600_000, interactionType: 'transaction', expectedVolume: 1200, latencyTargetMs: 300 },
      { name: 'search', windowMs: 129_600_000, interactionType: 'search', expectedVolume: 90, latencyTargetMs: 800 },
    ]);
    expect(persona?.said?.profiles).toEqual([
      { pattern: 'evening orders', cpuCores: 4, memoryBytes: 8 * 2 ** 30, diskIops: 2000, networkMbps: 100 },
    ]);
    expect(persona?.said?.requirements).toMatchObject([
      { resource: 'compose:shop/db', priority: 'high', latencyTargetMs: 2000, storageBytes: [{ value: 20 * 2 ** 30, probability: 1 }] },
    ]);
    expect(persona?.uses.find((u) => u.resource === 'compose:shop/db')?.probability).toBe(1);
    expect(app.state().personas.reduce((sum, p) => sum + p.weight, 0)).toBeLessThanOrEqual(1 + 1e-9);
    expect((await app.personas.versions(persona?.id)).map((v) => `${v.author}: ${v.reason}`)).toEqual([
      'file: from .prewarm/personas.json: new in the file',
    ]);
  });

  it('comes in where nothing was learnt yet, and not in Restricted Mode', async () => {
    expect((await createWorld(SAMPLE, 'none').open()).state().personas).toHaveLength(2);
    const world = createWorld(SAMPLE, 'none');
    world.trusted = false;
    const app = await world.open();
    expect(app.state().personas).toEqual([]);
    expect((await app.personas.saveToRepository()).ok).toBe(false);
    expect((await app.personas.import(SAMPLE, 'x')).ok).toBe(false);
    expect(world.text).toBe(SAMPLE);
  });

  it('is not looked at in the mode off', async () => {
    const world = createWorld(SAMPLE, 'none');
    const app = await world.open();
    app.setMode('off');
    world.text = first(SAMPLE, (p) => ({ ...p, pins: [] }));
    await app.settle();
    expect(named(app, 'Month end')?.profile?.pins).toHaveLength(2);
    app.setMode('shadow');
    await app.settle();
    expect(named(app, 'Month end')?.profile?.pins).toHaveLength(0);
  });

  it('is never written unless somebody asks, and saved without a change it is the same, byte by byte', async () => {
    const world = createWorld(SAMPLE, 'none');
    const app = await world.open();
    expect(world.writes).toBe(0);
    expect(done(await app.personas.saveToRepository())).toEqual({ file: '.prewarm/personas.json', written: false });
    expect(world.text).toBe(SAMPLE);
  });

  it('is made, is right, and holds all personas', async () => {
    const world = createWorld();
    const app = await world.open();
    expect(done(await app.personas.saveToRepository()).written).toBe(true);
    expect(checkPersonas(world.text as string).findings).toEqual([]);
    expect((plain(world.text as string) as PersonaDocument).personas.map((p) => p.name)).toEqual(app.state().personas.map((p) => p.name));
    expect(done(await app.personas.saveToRepository()).written).toBe(false);
  });

  it('has the traffic that was measured, which stays until something newer is', async () => {
    const world = createWorld();
    const app = await world.open();
    const DB = app
      .state()
      .personas.flatMap((p) => p.uses.map((u) => u.resource))
      .find((r) => r.startsWith('compose:')) as string;
    const use = (bytes: number): Activity => ({
      at: world.clock.now,
      actor: 'me',
      workspace: 'w',
      resource: DB,
      source: 'database',
      kind: 'connection.closed',
      bytes,
    });
    world.journal.push(use(1000));
    world.clock.now += 60_000;
    done(await app.personas.saveToRepository());
    const trafficIn = (text: string) =>
      (plain(text) as PersonaDocument).personas.flatMap((p) => p.resources).find((r) => r.id === DB && r.traffic)?.traffic;
    const first = world.text as string;
    expect(checkPersonas(first).findings).toEqual([]);
    expect(trafficIn(first)).toMatchObject({ requests: 1, request_size_bytes: [{ value: 1000, probability: 1 }] });
    // Its age alone is no reason to write.
    world.clock.now += 10 * 60_000;
    expect(done(await app.personas.saveToRepository()).written).toBe(false);
    world.journal.push(use(3000));
    done(await app.personas.saveToRepository());
    const second = world.text as string;
    expect(trafficIn(second)).toMatchObject({ requests: 2 });
    expect(trafficIn(done(await app.personas.exportText(undefined)))).toMatchObject({ requests: 2 });
    world.journal.length = 0;
    expect(done(await app.personas.saveToRepository()).written).toBe(false);
    expect(world.text).toBe(second);
  });

  it('keeps comments and what nobody knows when something new is written into it', async () => {
    const world = createWorld(SAMPLE, 'none');
    const app = await world.open();
    done(await app.personas.rename(named(app, 'Browser checks')?.id as string, 'Browser tests'));
    done(await app.personas.saveToRepository());
    expect(world.text).toContain('// What this team does, week in, week out.');
    expect(world.text).toContain('"owner": "team shop", // not ours: kept');
    expect(world.text).toContain('"since": 2024');
    expect(world.text).toContain('"name": "Browser tests"');
    expect(world.text).not.toContain('"Browser checks"');
    const lines = (text: string) => new Set(text.split('\n'));
    expect([...lines(SAMPLE)].filter((line) => !lines(world.text as string).has(line)).length).toBeLessThan(8);
  });

  it('what a colleague merged comes in by field; what is changed here stays; what both changed is told', async () => {
    const world = createWorld();
    const app = await world.open();
    done(await app.personas.saveToRepository());
    const { id, name } = app.state().personas[0] as { id: string; name: string };
    done(await app.personas.rename(id, 'Mine'));
    world.text = first(world.text as string, (p) => ({ ...p, engagement_patterns: [PATTERN] }));
    await app.settle();
    expect(named(app, 'Mine')?.said?.patterns).toHaveLength(1);
    expect((await app.personas.versions(id)).at(-1)).toMatchObject({
      author: 'file',
      reason: 'from .prewarm/personas.json: patterns',
      changed: ['engagement_patterns'],
    });
    // Both renamed it.
    world.text = first(world.text as string, (p) => ({ ...p, name: 'Theirs', pins: [{ field: 'name', value: 'Theirs' }] }));
    await app.settle();
    expect(named(app, 'Mine')?.id).toBe(id);
    expect(named(app, 'Theirs')).toBeUndefined();
    expect(faults(app).at(-1)).toMatch(/“Mine”: .* both were changed. What is here stays/);
    expect(app.personas.conflicts().length).toBeGreaterThan(0);
    done(await app.personas.saveToRepository());
    expect(world.text).toContain('"Mine"');
    expect(world.text).not.toContain(`"${name}"`);
    expect(app.personas.conflicts().length).toBeGreaterThan(0);
  });

  it('a name that only the colleague changed holds here', async () => {
    const world = createWorld();
    const app = await world.open();
    done(await app.personas.saveToRepository());
    const { id } = app.state().personas[0] as { id: string };
    world.text = first(world.text as string, (p) => ({ ...p, name: 'Theirs' }));
    await app.settle();
    expect(named(app, 'Theirs')?.id).toBe(id);
    expect(app.state().personas).toHaveLength(learnt.components.length);
  });

  it('who takes a persona out of the file takes out what the file said, and not what was learnt', async () => {
    const world = createWorld(SAMPLE);
    const app = await world.open();
    world.text = changed(SAMPLE, (d) => ({ ...d, personas: [] }));
    await app.settle();
    expect(app.state().personas).toHaveLength(learnt.components.length);
    const gone = (await app.personas.versions()).filter((v) => v.gone);
    expect(gone.map((v) => v.name).sort()).toEqual(['Browser checks', 'Month end']);
  });

  it('what was deleted here stays deleted, and stays in the file', async () => {
    const world = createWorld(SAMPLE);
    const app = await world.open();
    done(await app.personas.remove(named(app, 'Browser checks')?.id as string));
    world.text = first(SAMPLE, (p) => ({ ...p, pins: [] }));
    await app.settle();
    expect(named(app, 'Browser checks')).toBeUndefined();
    expect(named(app, 'Month end')?.profile?.pins).toEqual([]);
  });

  it('a pin decides what both changed, and a pin that both changed is told', async () => {
    const world = createWorld();
    const app = await world.open();
    done(await app.personas.saveToRepository());
    const { id, uses } = app.state().personas[0] as { id: string; uses: readonly { resource: string }[] };
    const resource = uses[0]?.resource as string;
    const sla = (priority: string) =>
      first(world.text as string, (p) => ({
        ...p,
        resources: p.resources.map((r) => (r.id === resource ? { ...r, sla: { priority } } : r)),
      }));
    world.text = sla('low');
    await app.settle();
    const priority = () => app.state().personas.find((p) => p.id === id)?.profile?.demands[resource]?.priority;
    expect(priority()).toBe('low');
    world.text = first(world.text, (p) => ({ ...p, pins: [{ field: 'priority', resource, value: 'medium' }] }));
    await app.settle();
    expect(priority()).toBe('medium');
    world.text = sla('high');
    await app.settle();
    expect(priority()).toBe('medium');
    expect(faults(app)).toEqual([]);
  });

  it('two who give two personas the same name: each keeps its own, and that is said', async () => {
    const world = createWorld();
    const app = await world.open();
    done(await app.personas.saveToRepository());
    const [one, other] = app.state().personas as unknown as [{ id: string; name: string }, { id: string; name: string }];
    world.text = changed(world.text as string, (d) => ({
      ...d,
      personas: d.personas.map((p) => (p.name === other.name ? { ...p, name: 'Same' } : p)),
    }));
    done(await app.personas.rename(one.id, 'Same'));
    await app.settle();
    const name = (id: string) => app.state().personas.find((p) => p.id === id)?.name;
    expect([name(one.id), name(other.id)]).toEqual(['Same', other.name]);
    expect(faults(app).join()).toContain(`“${other.name}” is called “Same” in the file, as another persona is here.`);
    expect(app.state().personas).toHaveLength(learnt.components.length);
  });

  it('a broken file is told with its line, and nothing is taken from it or written into it', async () => {
    const world = createWorld(SAMPLE.replace('"weight": 0.4', '"weight": 4'));
    const app = await world.open();
    expect(faults(app)).toEqual([expect.stringMatching(/^\.prewarm\/personas\.json:8:17: “weight” is 4, and must be 0 to 1\./)]);
    expect(named(app, 'Month end')).toBeUndefined();
    const saved = await app.personas.saveToRepository();
    expect(saved.ok ? '' : saved.fault.message).toMatch(/8:17.*Mend it first/);
    expect(world.writes).toBe(0);
  });

  it('is read again after it was written by somebody at the same moment: both are in it', async () => {
    const world = createWorld();
    const app = await world.open();
    done(await app.personas.saveToRepository());
    done(await app.personas.rename(app.state().personas[0]?.id as string, 'Mine'));
    world.between = () => {
      world.text = changed(world.text as string, (d) => ({ ...d, personas: [...d.personas, { name: 'Colleague', weight: 0, edges: [] }] }));
    };
    done(await app.personas.saveToRepository());
    expect(world.text).toContain('"Colleague"');
    expect(world.text).toContain('"Mine"');
    expect(named(app, 'Colleague')).toBeDefined();
  });

  it('holds over windows: what it said is known, and comes in once', async () => {
    const world = createWorld(SAMPLE);
    await (await world.open()).dispose();
    const app = await world.open();
    expect((await app.personas.versions(named(app, 'Browser checks')?.id)).length).toBe(1);
    expect(app.state().personas.filter((p) => p.name === 'Browser checks')).toHaveLength(1);
  });
});

type Step = readonly [who: 'here' | 'there', persona: number, what: number, value: number];

describe('two who change personas at the same time', () => {
  it('lose nothing: what one alone changed is there, and what both changed is told', async () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('here' as const, 'there' as const), fc.nat(2), fc.nat(2), fc.integer({ min: 1, max: 9 })),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list: readonly Step[]) => {
        const world = createWorld();
        const app = await world.open();
        done(await app.personas.saveToRepository());
        const ids = app.state().personas.map((p) => p.id);
        const before = plain(world.text as string) as PersonaDocument;
        let text = world.text as string;
        const last = new Map<string, string>();
        for (const [who, at, what, value] of list) {
          const index = at % ids.length;
          if (who === 'here') {
            if (what !== 0) continue;
            done(await app.personas.rename(ids[index] as string, `here ${index} ${value}`));
            last.set(`here name ${index}`, `here ${index} ${value}`);
          } else if (what === 0) {
            const name = `there ${index} ${value}`;
            const pin = { field: 'name', value: name };
            text = changed(text, (d) => ({ ...d, personas: d.personas.map((p, i) => (i === index ? { ...p, name, pins: [pin] } : p)) }));
            last.set(`there name ${index}`, name);
          } else {
            const patterns = [{ ...PATTERN, expected_volume: value }];
            text = changed(text, (d) => ({
              ...d,
              personas: d.personas.map((p, i) => (i === index ? { ...p, engagement_patterns: patterns } : p)),
            }));
            last.set(`there volume ${index}`, String(value));
          }
        }
        world.text = text;
        await app.settle();
        for (const [i, id] of ids.entries()) {
          const persona = app.state().personas.find((p) => p.id === id);
          const [here, there] = [last.get(`here name ${i}`), last.get(`there name ${i}`)];
          expect(persona?.name).toBe(here ?? there ?? before.personas[i]?.name);
          if (here !== undefined && there !== undefined) expect(app.personas.conflicts().join('\n')).toContain(`“${here}”`);
          expect(persona?.said?.patterns[0]?.expectedVolume.toString()).toBe(last.get(`there volume ${i}`));
        }
        done(await app.personas.saveToRepository());
        const after = plain(world.text as string) as PersonaDocument;
        for (const [i, id] of ids.entries()) {
          const entry = after.personas.find((p) => p.name === app.state().personas.find((q) => q.id === id)?.name);
          expect(entry?.engagement_patterns?.[0]?.expected_volume.toString()).toBe(last.get(`there volume ${i}`));
        }
        expect(after.personas).toHaveLength(ids.length);
        await app.dispose();
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
