import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { createApp } from '../../src/app/createApp.ts';
import { createCredentials } from '../../src/app/credentials.ts';
import { type CredentialOptions, EMPTY_MEMORY, type Ports, type Settings } from '../../src/app/ports.ts';
import { createSecretFilter, HIDDEN } from '../../src/app/secretFilter.ts';
import { type Activity, failed, type Observation, ok, type Resource, type Result } from '../../src/domain/index.ts';
import { specHash } from '../../src/provision/ownership.ts';
import type { Context, Executed, Provider } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';
import { createMemorySecrets } from './memorySecrets.ts';
import { journalOn, quietPorts, storeOn, USUAL } from './quietPorts.ts';

const COMPOSE = `name: shop
services:
  db: { image: "postgres:15", environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: declared } }
  api: { image: x, depends_on: [db], environment: { P: "\${PREWARM_DB_PASSWORD:-declared}" } }
  web: { image: x, environment: { P: y } }`;
const [DB, API, WEB] = ['compose:shop/db', 'compose:shop/api', 'compose:shop/web'];
const NAME = `prewarm.shop-0a1b2c3d.${DB}`;
const ROLE = 'prewarm_0a1b2c3d_test';

/** An engine with one PostgreSQL, as far as our statements go: it keeps verifiers by name. */
function createWorld() {
  const engine = createMemoryWorld();
  const roles = new Map<string, string>();
  const secrets = createMemorySecrets();
  const reached: { readonly resource: Resource; readonly context: Context }[] = [];
  const [log, journal]: [string[], Activity[]] = [[], []];
  const clock = { now: 1_700_000_000_000 };
  const executed: string[] = [];
  let made = 0;
  const kept = { memory: EMPTY_MEMORY };
  let refusal: Result<Executed> | Promise<never> | undefined;
  let fault: string | undefined;

  const inner = createMemoryProvider({ world: engine, sleep: async () => {} });
  const asMemory = (r: Resource): Resource => ({ ...r, spec: { type: 'memory', stepMs: {} } });
  const provider: Provider = {
    ...inner,
    name: 'compose',
    supports: (r) => r.spec.type === 'compose',
    observe: async (rs, c) => (await inner.observe(rs.map(asMemory), c)).map((o) => ({ ...o, detail: `its probe says ${password()}` })),
    reach: async (resource, rung, context) => {
      reached.push({ resource, context });
      context.progress(`with ${JSON.stringify(context.secrets)}`);
      return fault
        ? failed('start-failed', 'later', `${fault} ${JSON.stringify(context.secrets)}`)
        : inner.reach(asMemory(resource), rung, context);
    },
    execute: async ({ id }, _, input) => {
      executed.push(id);
      if (refusal) return refusal;
      const [, name, verifier] = /(?:create|alter) role "(\w+)" login password E'([^']+)'/.exec(String(input)) ?? [];
      if (name && verifier) roles.set(name, verifier);
      const dropped = /drop role "(\w+)"/.exec(String(input))?.[1];
      if (dropped) roles.delete(dropped);
      const kept = roles.get(/a\.rolname = E'(\w+)'/.exec(String(input))?.[1] ?? '');
      return ok({ code: 0, stderr: '', stdout: JSON.stringify({ version: 150_000, role: kept ? { verifier: kept, whole: true } : null }) });
    },
  };

  async function open(
    settings: Partial<Settings> = {},
    credentials: Partial<CredentialOptions> | 'off' = {},
    after: Ports['after'] = () => () => {},
  ): Promise<App> {
    const ports = quietPorts({
      workspace: { id: 'shop-0a1b2c3d', name: 'shop', folder: '/work/shop' },
      log: (line) => log.push(line),
      now: () => clock.now,
      after,
      journal: { ...journalOn(journal), read: async function* () {} },
      store: storeOn(kept),
      readWorkspace: async () => ({ files: [{ path: 'compose.yaml', text: COMPOSE }], problems: [] }),
      providers: [provider],
      settings: { ...USUAL, ...settings },
      ...(credentials === 'off'
        ? {}
        : { credentials: { secrets, scope: 'all', randomBytes: (n) => new Uint8Array(n).fill(++made), ...credentials } }),
    });
    const app = await createApp(ports);
    opened.push(app);
    return app;
  }
  const password = (): string => JSON.parse(secrets.values.get(NAME) ?? '{}').password;
  return {
    ...{ engine, provider, executed, roles, secrets, reached, log, journal, clock, open, password },
    refuse: (result?: Result<Executed> | Promise<never>) => void (refusal = result),
    fail: (text?: string) => void (fault = text),
  };
}

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});

const stateOf = (app: App, id = DB) => app.state().resources.find((r) => r.resource.id === id);

describe('switched on', () => {
  it('a password is made once, kept in the store alone, and its role is in the database before it is ready', async () => {
    const world = createWorld();
    const app = await world.open();
    const password = world.password();
    expect(world.secrets.values.size).toBe(1);
    expect(world.roles.size).toBe(0);
    expect(await app.warm([DB as string])).toEqual([]);
    expect([...world.roles.keys()]).toEqual([ROLE]);
    expect([...world.roles.values()].join()).not.toContain(password);
    expect(app.credentials?.list()).toEqual([{ resource: DB, role: ROLE, createdAt: world.clock.now, standing: 'in-place' }]);
    await app.dispose();
    await world.open();
    expect(world.password()).toBe(password);
  });

  it('what is adopted warm is given its role by the pass; what is warm already is not asked again', async () => {
    const world = createWorld();
    await (await world.open({}, 'off')).warm([DB as string]);
    const app = await world.open();
    await app.settle();
    expect([...world.roles.keys()]).toEqual([ROLE]);
    world.roles.clear();
    await app.settle();
    expect(world.roles.size).toBe(0);
    await app.cool([DB as string]);
    await app.warm([DB as string]);
    expect(world.roles.size).toBe(1);
  });

  it('a paused one is woken without being asked; one that was stopped, or whose engine was away, is asked again', async () => {
    const world = createWorld();
    const app = await world.open();
    await app.warm([DB as string]);
    const askedAfter = async (change: () => Promise<void>): Promise<number> => {
      const before = world.executed.length;
      await change();
      await app.settle();
      await app.warm([DB as string]);
      return world.executed.length - before;
    };
    const turn = (rung: 'paused' | 'created') => async () => void Object.assign(world.engine.things.get(DB as string) ?? {}, { rung });
    expect(await askedAfter(turn('paused'))).toBe(0);
    expect(await askedAfter(turn('created'))).toBe(1);
    const away = async (): Promise<void> => {
      world.engine.reachable = false;
      await app.settle();
      world.engine.reachable = true;
    };
    expect(await askedAfter(away)).toBe(1);
  });

  it('nothing that is shown or written holds it, whatever the developer types and the engine says', async () => {
    const world = createWorld();
    const app = await world.open();
    const states: string[] = [];
    app.onChange((state) => states.push(JSON.stringify(state)));
    const password = world.password();
    world.fail(`cannot start with ${password}`);
    const faults = await app.warm([DB as string]);
    expect(faults[0]?.message).toBe(
      `cannot start with ${HIDDEN} {"PREWARM_DB_USER":"${ROLE}","PREWARM_DB_PASSWORD":"${HIDDEN}","PREWARM_DB_URL":"postgres://${ROLE}:${HIDDEN}@db:/shop"}`,
    );
    world.fail();
    await app.warm([DB as string]);
    app.record({ type: 'command', at: world.clock.now, did: 'started', line: password, confidence: 'high' });
    app.record({ type: 'task', at: world.clock.now, did: 'started', name: password });
    await app.settle();
    expect(app.why(DB as string).join()).toContain(`its probe says ${HIDDEN}`);
    const written = JSON.stringify([states, world.log, world.journal, app.why(DB as string)]);
    expect(written).toContain(HIDDEN);
    expect(written).not.toContain(password);
  });

  it('a database that refuses is told of once, programs are given the declared user, and it is tried again after a minute', async () => {
    const world = createWorld();
    const app = await world.open();
    world.refuse(failed('unsupported', 'never', 'it does not like roles'));
    expect(await app.warm([DB as string])).toEqual([]);
    await app.settle();
    expect(app.state().faults.map((f) => f.message)).toEqual([
      `${DB}: its role ${ROLE} could not be made (it does not like roles). Programs are given the declared user instead.`,
    ]);
    expect(app.credentials?.list()).toMatchObject([{ standing: 'refused' }]);
    world.refuse();
    await app.settle();
    expect(world.roles.size).toBe(0);
    world.clock.now += 61_000;
    await app.settle();
    expect(app.credentials?.list()).toMatchObject([{ standing: 'in-place' }]);
  });

  it('a store that is locked is told of, and everything else goes on', async () => {
    const world = createWorld();
    const locked = async () => failed('storage-failed', 'later', 'The keychain is locked.');
    const app = await world.open({}, { secrets: { ...world.secrets, get: locked, set: locked } });
    expect(await app.warm([DB as string])).toEqual([]);
    expect(app.state().faults.map((f) => f.message)).toContain('The keychain is locked.');
    expect(await app.credentials?.rotate([])).toMatchObject({ changed: [], faults: [{ message: 'The keychain is locked.' }] });
  });

  it('compose gets the login by its environment; who asks for it in the declaration is made anew after a rotation, nobody else', async () => {
    const world = createWorld();
    const app = await world.open();
    await app.warm([API as string, WEB as string]);
    await app.credentials?.rotate([DB as string]);
    world.clock.now += 1000;
    await app.credentials?.rotate([DB as string]);
    await app.warm([API as string, WEB as string, DB as string]);
    const hashes = (id: string | undefined) =>
      new Set(world.reached.filter((r) => r.resource.id === id).map((r) => specHash(r.resource))).size;
    expect([hashes(API), hashes(WEB), hashes(DB)]).toEqual([2, 1, 1]);
    expect(world.reached.at(-1)?.context.secrets).toMatchObject({ PREWARM_DB_USER: ROLE, PREWARM_DB_PASSWORD: world.password() });
  });

  it('only what can have a role is rotated, and what is cold gets its new one later', async () => {
    const world = createWorld();
    const app = await world.open();
    const before = world.password();
    expect(await app.credentials?.rotate([DB as string, WEB as string])).toMatchObject({
      changed: [{ resource: DB, standing: 'not-yet' }],
      faults: [{ message: `${WEB} is no database that Prewarm can give a role.` }],
    });
    expect(world.password()).not.toBe(before);
    expect(await app.credentials?.forget([DB as string])).toMatchObject({
      faults: [{ message: expect.stringMatching(/the password is erased, but the role .* stays/) }],
    });
    expect(world.secrets.values.size).toBe(0);
  });

  it('a standby is another server of the same declaration, and takes the same login', async () => {
    const world = createWorld();
    const app = await world.open();
    const database = stateOf(app)?.resource as Resource;
    const standby: Resource = { ...database, id: `${DB}~standby1`, name: 'db (standby 1)', variant: 'standby:1' };
    const credentials = createCredentials({
      options: { secrets: world.secrets, scope: 'kept', randomBytes: (n) => new Uint8Array(n) },
      workspace: 'shop-0a1b2c3d',
      now: () => world.clock.now,
      after: () => () => {},
      filter: createSecretFilter(),
      trusted: () => true,
      acts: () => true,
      resources: () => [database],
      serving: () => ({ provider: world.provider, observation: { id: database.id, at: 0, rung: 'absent', owner: 'none', backends: [] } }),
      context: () => ({}) as Context,
      tell: () => {},
    });
    await credentials.pass();
    const seen: Observation = { id: standby.id, at: 0, rung: 'ready', owner: 'prewarm', backends: [] };
    const context = { signal: new AbortController().signal } as Context;
    expect(await credentials.furnish(world.provider, standby, seen, context)).toEqual(ok(undefined));
    expect([...world.roles.keys()]).toEqual([ROLE]);
    expect(await credentials.furnish(world.provider, { ...standby, id: `${DB}2~standby1` }, seen, context)).toEqual(ok(undefined));
    // Embedded PostgreSQL takes whoever comes: it is asked nothing.
    expect(await credentials.furnish({ ...world.provider, name: 'embedded' }, standby, seen, context)).toEqual(ok(undefined));
    expect(world.executed).toEqual([standby.id, standby.id, standby.id]);
  });

  it('a server that hangs does not hold the loop up', async () => {
    const world = createWorld();
    const app = await world.open({}, {}, (_, late) => {
      queueMicrotask(late);
      return () => {};
    });
    world.refuse(new Promise(() => {}));
    expect(await app.warm([DB as string])).toEqual([]);
    expect(app.state().faults.at(-1)?.message).toMatch(/could not be made \(it did not answer within 15 s\)/);
  });
});

describe('nothing is made', () => {
  it.each<[string, Partial<Settings>, Partial<CredentialOptions> | 'off']>([
    ['where it is switched off', {}, 'off'],
    ['in Restricted Mode', { trusted: false }, {}],
    ['in shadow mode', { mode: 'shadow' }, {}],
    ['on the command line, until a person asks for it', { mode: 'shadow' }, { scope: 'kept' }],
  ])('%s', async (_, settings, credentials) => {
    const world = createWorld();
    await (await world.open({}, 'off')).warm([DB as string]);
    const app = await world.open(settings, credentials);
    await app.settle();
    expect([world.secrets.values.size, world.roles.size]).toEqual([0, 0]);
  });

  it('the command line: made when it is asked for, and found again by the next command', async () => {
    const world = createWorld();
    await (await world.open({}, 'off')).warm([DB as string]);
    const first = await world.open({ mode: 'shadow' }, { scope: 'kept' });
    expect(await first.credentials?.rotate([DB as string])).toMatchObject({ changed: [{ standing: 'in-place' }], faults: [] });
    world.roles.clear();
    const second = await world.open({ mode: 'shadow' }, { scope: 'kept' });
    await second.settle();
    expect(world.roles.size).toBe(0);
    expect(await second.credentials?.ensure([DB as string])).toEqual([]);
    expect(world.roles.size).toBe(1);
  });
});
