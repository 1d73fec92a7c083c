import { type Fault, failed, type ProviderName, type Resource, type ResourceId, type UnixMs } from '../domain/index.ts';
import { afterEngineFault, type Breaker, breakerState, CLOSED, isEngineFault } from '../plan/breaker.ts';
import type { Provider } from '../provision/provider.ts';

/** Faults after which the declared engine can't do it, but another one may. */
const SUBSTITUTABLE = new Set(['engine-unreachable', 'image-missing', 'pull-failed', 'tool-missing', 'unsupported']);

const CHECK_EVERY_MS = 30_000;
const GIVE_UP_FOR_MS = 10 * 60_000;

export interface Engine {
  readonly provider: Provider;
  /** Why not the declared one; undefined where it is the declared one. */
  readonly substituteFor?: string;
}

/**
 * Chooses the engine for each resource: the declared one where it answers and did not lately fail for lack of an image
 * or tool, else the first that can stand in for it (embedded PostgreSQL for a database without Docker). An engine that does
 * not answer is left in peace by its breaker, and asked again from time to time.
 */
export function createEngines(providers: readonly Provider[], now: () => UnixMs, isBack: (provider: Provider) => void = () => {}) {
  const reached = new Map<ProviderName, { at: UnixMs; fault: Fault | undefined }>();
  const breakers = new Map<ProviderName, Breaker>();
  const failures = new Map<string, { at: UnixMs; fault: Fault }>();
  const holders = new Map<ResourceId, Provider>();
  /** Why another engine than the declared one was chosen, for as long as that one holds it. */
  const chosenFor = new Map<ResourceId, string>();

  const faultOf = (provider: Provider, resource: ResourceId): Fault | undefined => {
    const failure = failures.get(`${provider.name} ${resource}`);
    if (failure && now() - failure.at < GIVE_UP_FOR_MS) return failure.fault;
    return reached.get(provider.name)?.fault;
  };
  const breakerOf = (provider: Provider): Breaker => breakers.get(provider.name) ?? CLOSED;

  /** What an engine answered: a fault of its own counts against it, any other answer shows that it is there. */
  function heard(provider: Provider, fault: Fault | undefined): void {
    if (fault?.code === 'cancelled') return;
    const before = breakerOf(provider);
    if (!fault || !isEngineFault(fault.code)) {
      breakers.set(provider.name, CLOSED);
      if (before.openUntil === undefined) return;
      if (!fault) reached.set(provider.name, { at: now(), fault });
      for (const [key, failure] of failures)
        if (key.startsWith(`${provider.name} `) && isEngineFault(failure.fault.code)) failures.delete(key);
      isBack(provider);
      return;
    }
    const after = afterEngineFault(before, now());
    breakers.set(provider.name, after);
    if (after.openUntil !== undefined) reached.set(provider.name, { at: now(), fault });
  }

  function isDue(provider: Provider): boolean {
    const state = breakerState(breakerOf(provider), now());
    if (state !== 'closed') return state === 'half-open';
    return now() - (reached.get(provider.name)?.at ?? Number.NEGATIVE_INFINITY) >= CHECK_EVERY_MS;
  }

  const standsIn = (provider: Provider, { id, provider: declared }: Resource): { readonly substituteFor?: string } =>
    provider.name === declared ? {} : { substituteFor: chosenFor.get(id) ?? `${provider.name} has had it since before this window` };

  return {
    heard,
    /** After a fault of its own: one that answers now was there all the time, and only one connection to it was lost. */
    async isThere(provider: Provider, signal: AbortSignal): Promise<boolean> {
      const result = await provider.check(signal);
      heard(provider, result.ok ? undefined : result.fault);
      return result.ok;
    },
    /** Asks every engine whether it is there: at most every 30 s, and not while its breaker is open. */
    async check(signal: AbortSignal, fresh: 'fresh' | 'cached' = 'cached'): Promise<void> {
      await Promise.all(
        providers
          .filter((provider) => fresh === 'fresh' || isDue(provider))
          .map(async (provider) => {
            const result = await provider.check(signal);
            const fault = result.ok ? undefined : result.fault;
            const last = reached.get(provider.name);
            heard(provider, fault);
            // One that was there may just be slow: nothing is done elsewhere until its breaker, or a climb, says that it is gone.
            const isDoubtful = fault && last && !last.fault && breakerOf(provider).openUntil === undefined;
            if (!isDoubtful) reached.set(provider.name, { at: now(), fault });
          }),
      );
    },
    /** Why it is not asked for anything now; undefined where it may be. */
    resting(provider: Provider): Fault | undefined {
      const { openUntil, faults } = breakerOf(provider);
      if (openUntil === undefined || openUntil <= now()) return undefined;
      const message = reached.get(provider.name)?.fault?.message ?? `${provider.name} does not answer.`;
      const again = `It did not answer ${faults} times on end and is asked again in ${Math.ceil((openUntil - now()) / 1000)} s.`;
      return failed('engine-unreachable', 'later', `${message} ${again}`).fault;
    },
    /** When the next engine that rests is asked again. */
    nextAt(): UnixMs | undefined {
      const times = [...breakers.values()].flatMap(({ openUntil }) => (openUntil !== undefined && openUntil > now() ? [openUntil] : []));
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    engineOf(resource: Resource): Engine | undefined {
      const holder = holders.get(resource.id);
      if (holder) return { provider: holder, ...standsIn(holder, resource) };
      const able = providers.filter((p) => p.supports(resource));
      const declared = able.find((p) => p.name === resource.provider);
      const fault = declared && faultOf(declared, resource.id);
      if (declared && !fault) return { provider: declared };
      const other = able.find((p) => p !== declared && !faultOf(p, resource.id));
      if (other) {
        chosenFor.set(resource.id, fault?.message ?? `${resource.provider} is not available in this version`);
        return { provider: other, ...standsIn(other, resource) };
      }
      // None is known to be fit: then it is the declared one, or the first that could, that says why not.
      const last = declared ?? able[0];
      return last && { provider: last };
    },
    /**
     * Who has it now. While an engine holds a resource, no other one is asked for it: when that engine can't be reached
     * the resource is unknown, and is not made a second time elsewhere.
     */
    holds(resource: ResourceId, provider: Provider | undefined): void {
      if (provider) holders.set(resource, provider);
      else holders.delete(resource);
    },
    /** Remembers a failure; true where another engine can be tried. */
    gaveUp(provider: Provider, resource: Resource, fault: Fault): boolean {
      if (!SUBSTITUTABLE.has(fault.code)) return false;
      failures.set(`${provider.name} ${resource.id}`, { at: now(), fault });
      return this.engineOf(resource)?.provider !== provider;
    },
    /** It is not asked any more, and what it had is nobody's. */
    left(provider: Provider): void {
      for (const [id, holder] of holders) if (holder === provider) holders.delete(id);
      for (const key of failures.keys()) if (key.startsWith(`${provider.name} `)) failures.delete(key);
      reached.delete(provider.name);
      breakers.delete(provider.name);
    },
    forgetFailures: (): void => failures.clear(),
  };
}

export type Engines = ReturnType<typeof createEngines>;
