import type { Observation, ProviderName, Resource, Result, Rung, UnixMs } from '../domain/index.ts';

/** What every call into a provider is handed. Nothing here is global: time, cancellation and progress come from outside. */
export interface Context {
  /** Identity of the workspace, the value of the `dev.prewarm.workspace` label. */
  readonly workspace: string;
  /** Absolute path of a folder of our own where a provider may keep files (pid files, data, generated compose files). */
  readonly storage: string;
  /** Absolute path of the folder in which every Prewarm of this user (windows, command line) keeps its leases. */
  readonly leases: string;
  readonly now: () => UnixMs;
  /** After this the thing may be swept if no live owner renews it; ms from now. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

export interface EngineEvent {
  readonly at: UnixMs;
  /** The engine's own word: `start`, `die`, `pause`, `create`, … */
  readonly did: string;
  /** The resource, where it can be told. */
  readonly resource?: string;
  /** Whose thing it happened to: only what the developer did is activity. */
  readonly owner: 'prewarm' | 'developer';
  readonly image: string;
}

/** Something of ours whose lease has ended and whose owner is gone. */
export interface Orphan {
  readonly resource: string;
  readonly workspace: string;
  readonly what: string;
}

/**
 * The adapter to one engine. One contract suite (`test/contract`) runs against every implementation.
 *
 * Every method is level-triggered: it looks first, and doing it twice is harmless. Faults of the world are returned;
 * bugs throw. Nothing is touched that does not bear our label, except that a thing which the developer started for the
 * same resource is observed (`owner: 'developer'`) and never changed.
 */
export interface Provider {
  readonly name: ProviderName;
  /** The rungs this engine has, in order; always begins with `absent`. */
  readonly rungs: readonly Rung[];
  /** Can it make this resource warm (perhaps as a substitute for the declared engine)? Pure. */
  supports(resource: Resource): boolean;
  /** Is the engine there? Cheap, at most 2 s. */
  check(signal: AbortSignal): Promise<Result<{ readonly version: string }>>;
  /** One observation per resource, in order. An engine that can't be reached gives `unknown`. */
  observe(resources: readonly Resource[], context: Context): Promise<readonly Observation[]>;
  /**
   * Brings the resource to exactly this rung, up or down, through the rungs between. A climb to `ready` returns only
   * when the readiness probe passed. Cancelling stops at the last rung reached. A volume is never deleted.
   */
  reach(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>>;
  /** Extends the lease of what is ours and still wanted. */
  renew(resources: readonly Resource[], context: Context): Promise<void>;
  /** Takes away what is ours, expired and ownerless (containers and processes; volumes stay). Says what it took. */
  sweep(context: Context): Promise<Result<readonly Orphan[]>>;
  /** Engine events, where the engine has them. The returned function ends it. */
  watch?(resources: readonly Resource[], listener: (event: EngineEvent) => void): () => void;
  /** Releases sockets and timers of this adapter; what it made stays. */
  close(): Promise<void>;
}
