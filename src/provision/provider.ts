import type { Readable } from 'node:stream';
import type { Allowance, Observation, ProviderName, Resource, ResourceId, Result, Rung, Snapshot, UnixMs, Usage } from '../domain/index.ts';

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
  /**
   * This Prewarm among all that run: `window`, `cli` or `sweeper`, then what makes it unique for ever, such as
   * `window-4711-9f3a2b1c`. Its leases bear this name.
   */
  readonly instance: string;
  /** Whose wish a movement is. A person may cool what another window holds warm; a prediction may not. */
  readonly onBehalfOf: 'person' | 'prediction';
  /**
   * A step on the way up: where another has brought it as far or further meanwhile, it is left there. Without it a step to a lower rung
   * than another’s would be a descent.
   */
  readonly climbing?: boolean;
  /** Secret variables for the programs of an engine, such as `docker compose`; never for arguments, files or messages. */
  readonly secrets?: Readonly<Record<string, string>>;
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

export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Snapshots {
  /** Every snapshot and copy of this workspace. */
  list(resources: readonly Resource[], context: Context): Promise<Result<readonly Snapshot[]>>;
  /**
   * Bakes what the declaration gives today, where it is missing; what serves goes on serving. Undefined: there is nothing to bake.
   * It is slow (it seeds); cancelled, it leaves nothing behind.
   */
  bake(resource: Resource, context: Context): Promise<Result<Snapshot | undefined>>;
  /** Only by the developer's word. What is in use is refused. */
  remove(id: string, context: Context): Promise<Result<void>>;
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
   * when the readiness probe passed. Cancelling stops at the last rung reached. A volume is never deleted. Where another
   * instance holds the resource on a higher rung, a prediction's descent is refused: `held-by-other`.
   */
  reach(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>>;
  /** Extends the lease of what is ours and still wanted. */
  renew(resources: readonly Resource[], context: Context): Promise<void>;
  /** Takes away what is ours, expired and ownerless (containers and processes; volumes stay). Says what it took. */
  sweep(context: Context): Promise<Result<readonly Orphan[]>>;
  /** What each takes now; left out are those that do not run. */
  measure?(resources: readonly Resource[], context: Context): Promise<ReadonlyMap<ResourceId, Usage>>;
  /** Sets what ours may take, on the running thing. */
  limit?(resource: Resource, allowance: Allowance, context: Context): Promise<Result<void>>;
  /** Runs a program inside the running thing, without a shell; a secret goes in by `input` (its standard input), never by `command`. */
  execute?(resource: Resource, command: readonly string[], input: string | Readable, context: Context): Promise<Result<Executed>>;
  /** Seeded state kept to start from. */
  readonly snapshots?: Snapshots;
  /** Engine events, where the engine has them. The returned function ends it. */
  watch?(resources: readonly Resource[], listener: (event: EngineEvent) => void): () => void;
  /** Releases sockets and timers of this adapter; what it made stays. */
  close(): Promise<void>;
}
