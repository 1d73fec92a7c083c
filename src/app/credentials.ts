import {
  type Fault,
  failed,
  isWarm,
  type Observation,
  ok,
  type Resource,
  type ResourceId,
  type Result,
  type Rung,
  type UnixMs,
} from '../domain/index.ts';
import { dropAccount, ensureAccount, type Run } from '../provision/credentials/account.ts';
import type { Context, EngineEvent, Provider } from '../provision/provider.ts';
import { connectionOf, SECRET } from '../sense/scan/environment.ts';
import { accountsOf } from './accounts.ts';
import type { Credential, CredentialChange } from './app.ts';
import { createCredentialVault, type Kept } from './credentialVault.ts';
import type { CredentialOptions, Ports } from './ports.ts';
import type { SecretFilter } from './secretFilter.ts';

export interface CredentialPorts {
  readonly options: CredentialOptions;
  readonly workspace: string;
  readonly now: () => UnixMs;
  readonly after: Ports['after'];
  readonly filter: SecretFilter;
  readonly trusted: () => boolean;
  /** Whether anything may be done unasked; else only what a person asked for is. */
  readonly acts: () => boolean;
  readonly resources: () => readonly Resource[];
  /** Who has it now, and what was seen of it. */
  readonly serving: (resource: Resource) => { readonly provider: Provider | undefined; readonly observation: Observation };
  readonly context: (signal: AbortSignal) => Context;
  readonly tell: (fault: Fault) => void;
}

/** One credential and what is known of the servers that should take it. */
interface Held {
  resource: Resource;
  kept: Kept;
  /** Servers that were seen to take it since they became warm. */
  readonly places: Set<string>;
  readonly work: Map<string, Promise<Result<void>>>;
  refusedAt?: UnixMs;
}

export type InUse = Readonly<Pick<Held, 'resource' | 'kept'>>;

/** At these rungs a server is the same as before; a paused one is woken without being asked, which would take longer than waking it. */
export const STANDS: ReadonlySet<Rung | 'unknown'> = new Set(['paused', 'ready', 'seeded']);

const TRY_AGAIN_MS = 60_000;
/** A server that hangs must not hold the loop up. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * A generated login for each database: kept by the secret store, put into the server when that is warm and ours, and handed to programs at
 * the last moment. Level-triggered: the store says what should be, the server is asked what is.
 */
export function createCredentials(ports: CredentialPorts) {
  const { options, filter, now } = ports;
  const vault = createCredentialVault(options, ports.workspace, now);
  const held = new Map<ResourceId, Held>();
  const looked = new Set<ResourceId>();
  const salt = (): Uint8Array => options.randomBytes(16);
  const fitting = (): readonly Resource[] => ports.resources().filter((r) => accountsOf(r, salt) !== undefined);

  function hold(resource: Resource, kept: Kept): Held {
    const it: Held = held.get(resource.id) ?? { resource, kept, places: new Set(), work: new Map() };
    if (it.kept.account.password !== kept.account.password) it.places.clear();
    filter.hide(kept.account.password);
    held.set(resource.id, Object.assign(it, { resource, kept }));
    return it;
  }

  /** Looked up once; in scope `all`, where nothing is used as long as nothing may be done, one is made where there is none. */
  async function load(resource: Resource): Promise<void> {
    if (looked.has(resource.id) || (options.scope === 'all' && !ports.acts())) return;
    looked.add(resource.id);
    const found = await vault.read(resource);
    const kept = found.ok && !found.value && options.scope === 'all' ? await vault.make(resource) : found;
    if (!kept.ok) ports.tell(kept.fault);
    else if (kept.value) hold(resource, kept.value);
  }

  /** A standby (`<id>~standby1`) or a branch's copy (the same id) is another server of the same declaration, and takes the same login. */
  function heldFor(resource: Resource): Held | undefined {
    const first = resource.variant === undefined ? undefined : [...held.values()].find((h) => resource.id.startsWith(`${h.resource.id}~`));
    return held.get(resource.id) ?? first;
  }

  async function furnish(provider: Provider, resource: Resource, seen: Observation, context: Context): Promise<Result<void>> {
    const it = heldFor(resource);
    if (!it || !ports.trusted() || seen.owner !== 'prewarm' || !isWarm(seen.rung)) return ok(undefined);
    const place = placeOf(provider, resource, seen);
    if (it.places.has(place)) return ok(undefined);
    const work = it.work.get(place) ?? putInto(it, provider, resource, context);
    it.work.set(place, work);
    const result = await work.finally(() => it.work.delete(place));
    if (result.ok) it.places.add(place);
    return result;
  }

  async function putInto(it: Held, provider: Provider, resource: Resource, context: Context): Promise<Result<void>> {
    const dialect = accountsOf(resource, salt);
    // Embedded PostgreSQL takes whoever comes.
    if (!dialect || provider.name === 'embedded') return ok(undefined);
    // Another process may have rotated it since.
    const kept = await vault.read(it.resource);
    if (kept.ok && kept.value) hold(it.resource, kept.value);
    const result = await ensureAccount(dialect, it.kept.account, runIn(provider, resource, context, ports.after));
    if (!result.ok) return context.signal.aborted ? result : refused(it, result.fault);
    delete it.refusedAt;
    return ok(undefined);
  }

  function refused(it: Held, fault: Fault): Result<void> {
    it.refusedAt = now();
    const message = `${it.resource.id}: its role ${it.kept.account.name} could not be made (${fault.message}). Programs are given the declared user instead.`;
    const told = filter.clean({ ...fault, message });
    ports.tell(told);
    return { ok: false, fault: told };
  }

  /** What is in use: not where the server would not have it, and never for what the developer runs. */
  function usable(resource: Resource): Held | undefined {
    const it = held.get(resource.id);
    return it && it.refusedAt === undefined && ports.serving(resource).observation.owner !== 'developer' ? it : undefined;
  }

  async function furnishServing(resource: Resource, signal: AbortSignal): Promise<Result<void>> {
    const { provider, observation } = ports.serving(resource);
    return provider ? furnish(provider, resource, observation, ports.context(signal)) : ok(undefined);
  }

  const shown = (it: Held): Credential => ({
    resource: it.resource.id,
    role: it.kept.account.name,
    createdAt: it.kept.createdAt,
    standing: it.refusedAt !== undefined ? 'refused' : it.places.size > 0 ? 'in-place' : 'not-yet',
  });

  function chosen(ids: readonly ResourceId[]): { readonly resources: readonly Resource[]; readonly faults: readonly Fault[] } {
    if (ids.length === 0) return { resources: fitting(), faults: [] };
    const resources = fitting().filter((r) => ids.includes(r.id));
    const others = ids.filter((id) => !resources.some((r) => r.id === id));
    return {
      resources,
      faults: others.map((id) => failed('unsupported', 'never', `${id} is no database that Prewarm can give a role.`).fault),
    };
  }

  async function rotateOne(resource: Resource, signal: AbortSignal): Promise<Result<Credential>> {
    await Promise.allSettled(held.get(resource.id)?.work.values() ?? []);
    const made = await vault.make(resource);
    if (!made.ok) return made;
    looked.add(resource.id);
    const it = hold(resource, made.value);
    const put = await furnishServing(resource, signal);
    return put.ok ? ok(shown(it)) : put;
  }

  async function forgetOne(resource: Resource, signal: AbortSignal): Promise<Result<Credential>> {
    const kept = await vault.read(resource);
    if (!kept.ok) return kept;
    const it = kept.value && hold(resource, kept.value);
    if (!it) return failed('not-found', 'never', `${resource.id} has no generated role.`);
    const erased = await vault.forget(resource);
    if (!erased.ok) return erased;
    held.delete(resource.id);
    const { provider, observation } = ports.serving(resource);
    const dialect = accountsOf(resource, salt);
    if (provider?.name === 'embedded' || !dialect) return ok(shown(it));
    const left = `${resource.id}: the password is erased, but the role ${it.kept.account.name} stays in the database`;
    if (!provider || observation.owner !== 'prewarm' || !isWarm(observation.rung))
      return failed('not-ready', 'later', `${left}, which is not warm.`);
    const dropped = await dropAccount(dialect, it.kept.account, runIn(provider, resource, ports.context(signal), ports.after));
    return dropped.ok ? ok(shown(it)) : failed('start-failed', 'never', `${left} (${filter.clean(dropped.fault.message)}).`);
  }

  async function change(
    ids: readonly ResourceId[],
    one: (resource: Resource, signal: AbortSignal) => Promise<Result<Credential>>,
    signal = new AbortController().signal,
  ): Promise<CredentialChange> {
    const { resources, faults } = chosen(ids);
    const results = await Promise.all(resources.map((r) => one(r, signal)));
    return {
      changed: results.flatMap((r) => (r.ok ? [r.value] : [])),
      faults: [...faults, ...results.flatMap((r) => (r.ok ? [] : [r.fault]))],
    };
  }

  return {
    furnish,
    /** One pass: looks up what is new, lets go of what is gone, and sees that every warm server of ours takes its login. */
    async pass(): Promise<void> {
      if (!ports.trusted()) return;
      const resources = fitting();
      for (const id of held.keys()) if (!resources.some((r) => r.id === id)) held.delete(id);
      await Promise.all(resources.map(load));
      for (const resource of resources) {
        const it = held.get(resource.id);
        if (!it) continue;
        it.resource = resource;
        const { rung } = ports.serving(resource).observation;
        if (!STANDS.has(rung)) it.places.clear();
        if (!isWarm(rung)) continue;
        else if (!ports.acts()) continue;
        else if (it.refusedAt === undefined || now() - it.refusedAt > TRY_AGAIN_MS)
          await furnishServing(resource, new AbortController().signal);
      }
    },
    /** It may be another server by now, or one that forgets its logins when it stops: it is asked again. */
    doubt: (id: ResourceId): void => held.get(id)?.places.clear(),
    heard({ did, resource }: EngineEvent): void {
      if (did !== 'pause' && did !== 'unpause') held.get(resource ?? '')?.places.clear();
    },
    /** Variables with `${host}`, `${port}` and `${secret}` open; undefined: it is reached as declared. */
    templates(resource: Resource): Readonly<Record<string, string>> | undefined {
      const it = usable(resource);
      return it && connectionOf(resource, { user: it.kept.account.name, password: SECRET });
    },
    secretOf: (resource: Resource): string | undefined => usable(resource)?.kept.account.password,
    /** Those in use, for what compose files may refer to. */
    inUse: (): readonly InUse[] => [...held.values()].filter((it) => usable(it.resource)),
    list: (): readonly Credential[] => [...held.values()].map(shown),
    /** Now, whatever the mode: for who is about to use them. */
    async ensure(ids: readonly ResourceId[], signal = new AbortController().signal): Promise<readonly Fault[]> {
      const results = await Promise.all(fitting().map((r) => (ids.includes(r.id) ? furnishServing(r, signal) : ok(undefined))));
      return results.flatMap((r) => (r.ok ? [] : [r.fault]));
    },
    /** None named: all that can have one. */
    rotate: (ids: readonly ResourceId[], signal?: AbortSignal) => change(ids, rotateOne, signal),
    forget: (ids: readonly ResourceId[], signal?: AbortSignal) => change(ids, forgetOne, signal),
  };
}

export type Credentials = ReturnType<typeof createCredentials>;

function runIn(provider: Provider, resource: Resource, context: Context, after: Ports['after']): Run {
  return async (command, input) => {
    const late = new AbortController();
    const signal = AbortSignal.any([context.signal, late.signal]);
    const silent = failed('timed-out', 'later', `it did not answer within ${ANSWER_WITHIN_MS / 1000} s`);
    let cancel = (): void => {};
    const timedOut = new Promise<typeof silent>((resolve) => {
      cancel = after(ANSWER_WITHIN_MS, () => resolve(silent));
    });
    const executed = provider.execute?.(resource, command, input, { ...context, signal });
    const result = await Promise.race([executed ?? failed('unsupported', 'never', `${provider.name} runs nothing inside`), timedOut]);
    cancel();
    if (result === silent) late.abort();
    return result;
  };
}

/** A container that was made anew is published on another port. */
function placeOf(provider: Provider, resource: Resource, { backends }: Observation): string {
  return `${provider.name} ${resource.id} ${resource.variant ?? ''} ${backends.map((b) => b.port).join(' ')}`;
}
