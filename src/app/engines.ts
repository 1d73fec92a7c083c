import type { Fault, ProviderName, Resource, ResourceId, Rung, UnixMs } from '../domain/index.ts';
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
 * or tool, else the first that can stand in for it (embedded PostgreSQL for a database without Docker).
 */
export function createEngines(providers: readonly Provider[], now: () => UnixMs) {
  const reached = new Map<ProviderName, { at: UnixMs; fault: Fault | undefined }>();
  const failures = new Map<string, { at: UnixMs; fault: Fault }>();
  const holders = new Map<ResourceId, Provider>();

  const faultOf = (provider: Provider, resource: ResourceId): Fault | undefined => {
    const failure = failures.get(`${provider.name} ${resource}`);
    if (failure && now() - failure.at < GIVE_UP_FOR_MS) return failure.fault;
    return reached.get(provider.name)?.fault;
  };

  return {
    /** Asks every engine whether it is there; at most every 30 s. */
    async check(signal: AbortSignal, fresh: 'fresh' | 'cached' = 'cached'): Promise<void> {
      const stale = providers.filter(
        (p) => fresh === 'fresh' || now() - (reached.get(p.name)?.at ?? Number.NEGATIVE_INFINITY) >= CHECK_EVERY_MS,
      );
      await Promise.all(
        stale.map(async (provider) => {
          const result = await provider.check(signal);
          reached.set(provider.name, { at: now(), fault: result.ok ? undefined : result.fault });
        }),
      );
    },
    engineOf(resource: Resource): Engine | undefined {
      const holder = holders.get(resource.id);
      if (holder) return { provider: holder };
      const able = providers.filter((p) => p.supports(resource));
      const declared = able.find((p) => p.name === resource.provider);
      const fault = declared && faultOf(declared, resource.id);
      if (declared && !fault) return { provider: declared };
      const other = able.find((p) => p !== declared && !faultOf(p, resource.id));
      if (other) return { provider: other, substituteFor: fault?.message ?? `${resource.provider} is not available in this version` };
      return declared ? { provider: declared } : undefined;
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
    forgetFailures: (): void => failures.clear(),
    faults: (): readonly Fault[] => [...reached.values()].flatMap((r) => (r.fault ? [r.fault] : [])),
    rungsOf: (name: ProviderName): readonly Rung[] => providers.find((p) => p.name === name)?.rungs ?? [],
  };
}

export type Engines = ReturnType<typeof createEngines>;
