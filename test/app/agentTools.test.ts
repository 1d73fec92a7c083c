import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_TOOLS, type AgentTool, warmWish } from '../../src/app/agentTools/agentTools.ts';
import { parseInput } from '../../src/app/agentTools/input.ts';
import type { App } from '../../src/app/app.ts';
import { failed } from '../../src/domain/index.ts';
import { stepKey } from '../../src/provision/providers/memory.ts';
import { API, BATCH, createAgentWorld, DB, PASSWORD } from './agentWorld.ts';

const tool = (name: AgentTool['name']): AgentTool => AGENT_TOOLS.find((t) => t.name === name) as AgentTool;
const signal = new AbortController().signal;
const ask = async (app: App, name: AgentTool['name'], input: unknown = {}, options = { signal }) => {
  const result = await tool(name).run(app, input, options);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const refused = async (app: App, name: AgentTool['name'], input: unknown = {}): Promise<string> => {
  const result = await tool(name).run(app, input, { signal });
  return result.ok ? `it was done: ${result.value.text}` : result.fault.message;
};

describe('the table of tools', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    contributes: { languageModelTools: { name: string; modelDescription: string; inputSchema: object; toolReferenceName: string }[] };
  };
  const { languageModelTools } = manifest.contributes;

  it('is what package.json contributes, word for word', () => {
    expect(languageModelTools.map(({ name, modelDescription, inputSchema }) => ({ name, modelDescription, inputSchema }))).toEqual(
      AGENT_TOOLS.map(({ name, description, inputSchema }) => ({ name: `prewarm_${name}`, modelDescription: description, inputSchema })),
    );
    expect(new Set(languageModelTools.map((t) => t.toolReferenceName)).size).toBe(AGENT_TOOLS.length);
  });

  it('only what says that it warms acts', () =>
    expect(AGENT_TOOLS.filter((t) => t.does === 'acts').map((t) => t.name)).toEqual(['warm_persona']));

  const word = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ minLength: 199, maxLength: 202, unit: 'grapheme' }),
    fc.constantFrom('db', DB, '😀'.repeat(200)),
  );
  const value = fc.oneof(
    word,
    fc.array(fc.oneof(word, fc.integer()), { maxLength: 3 }),
    fc.array(word, { minLength: 49, maxLength: 52 }),
    fc.jsonValue(),
  );
  const input = fc.oneof(
    fc.dictionary(fc.oneof(fc.constantFrom('resource', 'resources', 'persona', '__proto__', 'toString'), fc.string()), value, {
      maxKeys: 3,
    }),
    fc.jsonValue(),
  );

  it.each(AGENT_TOOLS.map((t) => [t.name, t] as const))('%s takes exactly what its schema allows', (_, { inputSchema }) => {
    const allows = new Ajv({ strict: true }).compile(inputSchema);
    fc.assert(
      fc.property(input, (raw) => {
        // No input is as an empty one.
        expect(parseInput(inputSchema, raw).ok).toBe(allows(raw ?? {}));
      }),
      { numRuns: 500 },
    );
  });

  it('whatever is asked, nothing throws, what reads starts nothing, and no answer holds the declared password', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    const names = AGENT_TOOLS.map((t) => t.name);
    const near = fc.record({ resource: fc.constantFrom('db', DB, 'api', 'none') }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.oneof(input, near), async (name, raw) => {
        const made = world.engine.made;
        const result = await tool(name).run(app, raw, { signal });
        expect(JSON.stringify(result)).not.toContain(PASSWORD);
        if (tool(name).does === 'reads') expect(world.engine.made).toBe(made);
        if (!result.ok) expect(result.fault.message.length).toBeGreaterThan(10);
        else expect(result.value.text.length).toBeGreaterThan(5);
      }),
      { numRuns: 300 },
    );
    await app.dispose();
  });
});

describe('what reads', () => {
  it('lists what is declared', async () => {
    const app = await createAgentWorld().open();
    const { structured, text } = await ask(app, 'list_resources');
    expect(structured).toMatchObject({
      workspace: 'shop',
      resources: [
        { id: DB, kind: 'database', engine: 'compose', declaredIn: 'compose.yaml', ports: [5432], dependsOn: [], rung: 'absent' },
        { id: API, dependsOn: [DB] },
        { id: BATCH },
      ],
    });
    expect(text).toContain(`${DB}: database by compose, absent, port 5432; declared in compose.yaml.`);
  });

  it('says what is ready, who the session looks like, and what it is likely to need', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    expect((await ask(app, 'get_readiness', { resource: 'db' })).text).toMatch(/^db \(compose:shop\/db\): absent, not ready/);
    await world.begin(app);
    await app.warm([API]);
    const { text, structured } = await ask(app, 'get_readiness');
    expect(text).toMatch(/^This session looks like “Database work.*” \(\d\d+ %\)\. Known personas: “/);
    expect(text).toMatch(/\ndb \(compose:shop\/db\): ready; \d+ % likely to be needed, in about /);
    expect(structured).toMatchObject({
      restricted: false,
      resources: [{ resource: DB, ready: true, owner: 'prewarm' }, { resource: API, ready: true }, { ready: false }],
    });
  });

  it('explains', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    await world.begin(app);
    const { text, structured } = await ask(app, 'explain_warmth', { resource: 'db' });
    expect((structured.reasons as string[])[0]).toBe(app.why(DB)[0]);
    expect(structured).toMatchObject({ resource: DB, rung: 'absent', decision: { code: 'mode-shadow' } });
    expect(text.split('\n').length).toBeGreaterThan(2);
  });

  it('what probes and engines say passes the gate', async () => {
    const world = createAgentWorld();
    world.saying('could not connect to postgres://shop:s3cr3t-canary@db/shop');
    const app = await world.open();
    await app.settle();
    expect(app.why(DB).join(' ')).toContain('s3cr3t-canary');
    const { text, structured } = await ask(app, 'explain_warmth', { resource: 'db' });
    expect(text).toContain('could not connect to postgres://‹credentials›@db/shop');
    expect(JSON.stringify(structured)).not.toContain('s3cr3t-canary');
  });

  it('names what there is where something else was asked for', async () => {
    const app = await createAgentWorld().open();
    expect(await refused(app, 'get_readiness', { resource: 'redis' })).toBe(
      `There is no resource “redis” here. Known: ${DB}, ${API}, ${BATCH}.`,
    );
    expect(await refused(app, 'explain_warmth')).toBe('“resource” is missing.');
    expect(await refused(app, 'list_resources', { all: true })).toBe('There is no “all” here; it takes nothing.');
  });
});

describe('warm_persona', () => {
  it('warms what the present persona needs, and what that needs, and says how it stands', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    await world.begin(app);
    const wish = warmWish(app, {});
    expect(wish.ok && wish.value).toMatchObject({
      persona: { name: app.state().active?.name },
      cold: [{ resource: { id: DB } }],
      warm: [],
      refused: [],
    });
    expect(world.engine.made).toBe(0);
    const progress: string[] = [];
    const { structured, text } = await ask(app, 'warm_persona', {}, { signal, progress: (said: string) => progress.push(said) } as never);
    expect(structured).toMatchObject({ persona: app.state().active?.name, resources: [{ resource: DB, ready: true }], problems: [] });
    expect(text).toMatch(/^For “Database work.*”:\ndb \(compose:shop\/db\): ready/);
    const again = warmWish(app, {});
    expect(again.ok && again.value).toMatchObject({ cold: [], warm: [{ resource: { id: DB } }] });
    await ask(app, 'warm_persona');
    expect(world.engine.made).toBe(1);
  });

  it('takes a persona by its name, however it is written, or resources instead', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    const name = app.state().personas.find((p) => p.uses.some((u) => u.resource === DB))?.name as string;
    expect(warmWish(app, { persona: name.toUpperCase() })).toMatchObject({ ok: true, value: { persona: { name } } });
    expect(warmWish(app, { resources: ['api'] })).toMatchObject({
      ok: true,
      value: { cold: [{ resource: { id: API } }], along: [{ resource: { id: DB } }] },
    });
    expect(await ask(app, 'warm_persona', { resources: ['api', 'batch'] })).toMatchObject({
      structured: {
        resources: [
          { resource: API, ready: true },
          { resource: BATCH, ready: true },
        ],
      },
    });
    // Its dependency came along.
    expect(world.engine.made).toBe(3);
  });

  it.each([
    ['before the session is known', {}, /cannot be told yet\. Known: “.*”\. Or name resources/],
    ['an unknown persona', { persona: 'nobody' }, /^There is no persona “nobody”\. Known: “/],
    ['an unknown resource', { resources: ['db', 'redis'] }, /^There is no resource “redis” here/],
    ['both', { persona: 'x', resources: ['db'] }, /not both/],
  ])('%s is a clear answer, and nothing is started', async (_, input, message) => {
    const world = createAgentWorld();
    const app = await world.open();
    expect(await refused(app, 'warm_persona', input)).toMatch(message);
    expect(world.engine.made).toBe(0);
  });

  it('a persona that needs nothing declared says so', async () => {
    const app = await createAgentWorld().open();
    const other = app.state().personas.find((p) => !p.uses.some((u) => u.resource === DB))?.name;
    expect(await refused(app, 'warm_persona', { persona: other })).toMatch(/needs nothing that this workspace declares/);
  });

  it('starts nothing in Restricted Mode, and says why; what reads still answers', async () => {
    const world = createAgentWorld();
    const app = await world.open({ trusted: false });
    expect(await refused(app, 'warm_persona', { resources: ['db'] })).toMatch(/Restricted Mode, so nothing is started/);
    expect((await ask(app, 'get_readiness')).text).toMatch(/Restricted Mode: nothing is started until the developer trusts it\.$/);
    expect(world.engine.made).toBe(0);
  });

  it('what the developer said never for is left alone', async () => {
    const world = createAgentWorld();
    const app = await world.open({ mode: 'auto' });
    app.teach({ resource: DB, verdict: 'never' });
    await app.settle();
    expect(await refused(app, 'warm_persona', { resources: ['db'] })).toBe(
      `The developer said never for ${DB}; only they can take that back.`,
    );
    const { text, structured } = await ask(app, 'warm_persona', { resources: ['db', 'batch'] });
    expect(structured).toMatchObject({ resources: [{ resource: BATCH, ready: true }], refused: [DB] });
    expect(text).toContain(`${DB} was left alone: the developer said never.`);
    // Not as a dependency either.
    expect(await refused(app, 'warm_persona', { resources: ['api'] })).toMatch(/You said never for compose:shop\/db/);
    expect([...world.engine.things.keys()]).not.toContain(DB);
  });

  it('what failed is said, with its secrets taken out, beside what came', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    const fault = failed('start-failed', 'never', 'The seed failed: redis://:s3cr3t-canary@cache refused.').fault;
    world.engine.faults.set(stepKey(DB, 'running'), { fault, times: 9 });
    const { structured, text } = await ask(app, 'warm_persona', { resources: ['db', 'batch'] });
    expect(structured).toMatchObject({
      resources: [
        { resource: DB, ready: false },
        { resource: BATCH, ready: true },
      ],
    });
    expect(text).toContain('The seed failed');
    expect(text).not.toContain('s3cr3t-canary');
    expect(await refused(app, 'warm_persona', { resources: ['db'] })).toMatch(/^The seed failed: redis:\/\/‹credentials›@cache refused\.$/);
  });

  it('is cancelled', async () => {
    const world = createAgentWorld();
    const app = await world.open();
    const stop = new AbortController();
    stop.abort();
    const result = await tool('warm_persona').run(app, { resources: ['db'] }, { signal: stop.signal });
    expect(result).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(world.engine.made).toBe(0);
  });
});
