import type { Allowance, ResourceId, UnixMs, Usage } from '../domain/index.ts';

/** Something of ours that runs, as one pass sees it. */
export interface Tenant {
  readonly resource: ResourceId;
  /** It is ready; what still climbs is never held back. */
  readonly ready: boolean;
  /** A client is connected to it, or to something that depends on it. */
  readonly inUse: boolean;
  readonly usage: Usage;
  /** Median time to the first byte of late, where it has clients; ms. */
  readonly latencyMs?: number;
}

/** What one pass hands to the next, per resource. Plain data. */
export interface AllowanceState {
  readonly allowance: Allowance;
  /** Its latency while it had no limit of ours. */
  readonly usualLatencyMs?: number;
  /** Limiting it was felt: it is spared until then. */
  readonly sparedUntil?: UnixMs;
}

export type AllowanceStates = ReadonlyMap<ResourceId, AllowanceState>;

export interface AllowanceInput {
  readonly now: UnixMs;
  readonly tenants: readonly Tenant[];
  /** The developer's own work needs the processors now. */
  readonly humanAtWork: boolean;
  readonly shortOfMemory: boolean;
}

const MEGABYTE = 2 ** 20;
/** Enough to answer a health check and to finish a checkpoint in time, too little to be felt. */
const IDLE_CORES = 0.25;
const SPARED_FOR_MS = 10 * 60_000;
const FELT_AT = 2;
const HEADROOM_SHARE = 1.5;
const HEADROOM_BYTES = 64 * MEGABYTE;
const RAISE_ABOVE = 0.85;

/**
 * What each running thing of ours may take from now on; an empty allowance is no limit. Warm but idle, it gets a quarter of a
 * core while the developer's own work needs the processors, and no more memory to grow into while memory is short. Used, or
 * felt to be slow, it is free at once.
 */
export function allowancesOf(input: AllowanceInput, previous: AllowanceStates): AllowanceStates {
  return new Map(input.tenants.map((tenant) => [tenant.resource, next(tenant, input, previous.get(tenant.resource))]));
}

function next(tenant: Tenant, input: AllowanceInput, previous: AllowanceState | undefined): AllowanceState {
  const held = previous?.allowance ?? {};
  const sparedUntil = isFelt(tenant, previous) ? input.now + SPARED_FOR_MS : previous?.sparedUntil;
  const spared = sparedUntil !== undefined && sparedUntil > input.now;
  const usual = held.cpuCores === undefined ? (tenant.latencyMs ?? previous?.usualLatencyMs) : previous?.usualLatencyMs;
  return {
    allowance: tenant.inUse || spared || !tenant.ready ? {} : idleAllowance(tenant, input, held),
    ...(usual === undefined ? {} : { usualLatencyMs: usual }),
    ...(spared ? { sparedUntil } : {}),
  };
}

/** Clients wait twice as long as they do without a limit of ours. */
function isFelt({ latencyMs }: Tenant, previous: AllowanceState | undefined): boolean {
  if (previous?.allowance.cpuCores === undefined || latencyMs === undefined || previous.usualLatencyMs === undefined) return false;
  return latencyMs >= FELT_AT * previous.usualLatencyMs;
}

function idleAllowance({ usage }: Tenant, { humanAtWork, shortOfMemory }: AllowanceInput, held: Allowance): Allowance {
  return {
    ...(humanAtWork ? { cpuCores: IDLE_CORES } : {}),
    ...(shortOfMemory ? { memoryBytes: memoryFor(usage.memoryBytes, held.memoryBytes) } : {}),
  };
}

/** Kept while it fits, so that not every pass changes it; raised before the kernel would have to end anything. */
function memoryFor(usedBytes: number, held: number | undefined): number {
  const wanted = roundedUp(usedBytes * HEADROOM_SHARE + HEADROOM_BYTES);
  if (held === undefined) return wanted;
  const tight = usedBytes > RAISE_ABOVE * held;
  const loose = wanted < held / 2;
  return tight || loose ? wanted : held;
}

const roundedUp = (bytes: number): number => Math.ceil(bytes / (16 * MEGABYTE)) * 16 * MEGABYTE;
