import type { Distribution, EngagementPattern, Priority, ResourceProfile, SaidDemand, SaidRequirements } from '../../domain/index.ts';
import { durationMs, durationText } from './duration.ts';

const GB = 2 ** 30;

/** The fields of a persona in a document that say what it asks for, in the units of the document (DESIGN §5.2). */
export interface DemandFields {
  readonly engagement_patterns?: readonly PatternFields[];
  readonly resource_profiles?: readonly ProfileFields[];
}

interface PatternFields {
  readonly name: string;
  readonly time_window: string;
  readonly interaction_type: string;
  readonly expected_volume: number;
  readonly latency_target_ms: number;
}

interface ProfileFields {
  readonly pattern_name: string;
  readonly cpu_cores: number;
  readonly memory_gb: number;
  readonly disk_io_ops: number;
  readonly network_bandwidth_mbps: number;
}

/** The fields of one of its resources that do. */
export interface ResourceFields {
  readonly id: string;
  readonly requirements?: RequirementFields;
  readonly sla?: SlaFields;
}

export interface SlaFields extends Learnt {
  readonly priority?: Priority;
  readonly latency_target_ms?: number;
}

/** Names of the fields beside this one that Prewarm wrote, and nobody said. */
interface Learnt {
  readonly learnt?: readonly string[];
}

export interface RequirementFields extends Learnt {
  readonly cpu_cores?: Distribution;
  readonly memory_gb?: Distribution;
  readonly storage_gb?: Distribution;
  readonly network_bandwidth_mbps?: Distribution;
}

/** What a persona of a document that was checked says of its demand: windows in ms, memory and disk in bytes. */
export const saidIn = (persona: DemandFields & { readonly resources?: readonly ResourceFields[] }): SaidDemand => ({
  patterns: (persona.engagement_patterns ?? []).map(patternIn),
  profiles: (persona.resource_profiles ?? []).map(profileIn),
  requirements: (persona.resources ?? []).map(requirementsIn).filter((r) => Object.keys(r).length > 1),
});

const patternIn = (p: PatternFields): EngagementPattern => ({
  name: p.name,
  windowMs: durationMs(p.time_window) ?? 0,
  interactionType: p.interaction_type,
  expectedVolume: p.expected_volume,
  latencyTargetMs: p.latency_target_ms,
});

const profileIn = (p: ProfileFields): ResourceProfile => ({
  pattern: p.pattern_name,
  cpuCores: p.cpu_cores,
  memoryBytes: p.memory_gb * GB,
  diskIops: p.disk_io_ops,
  networkMbps: p.network_bandwidth_mbps,
});

function requirementsIn({ id, requirements = {}, sla = {} }: ResourceFields): SaidRequirements {
  const { cpu_cores, memory_gb, storage_gb, network_bandwidth_mbps } = said(requirements);
  const { priority, latency_target_ms } = said(sla);
  return {
    resource: id,
    ...(priority === undefined ? {} : { priority }),
    ...(latency_target_ms === undefined ? {} : { latencyTargetMs: latency_target_ms }),
    ...(cpu_cores ? { cpuCores: cpu_cores } : {}),
    ...(memory_gb ? { memoryBytes: scaled(memory_gb, GB) } : {}),
    ...(storage_gb ? { storageBytes: scaled(storage_gb, GB) } : {}),
    ...(network_bandwidth_mbps ? { networkMbps: network_bandwidth_mbps } : {}),
  };
}

/** Without what Prewarm wrote. */
const said = <T extends Learnt>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'learnt' && !fields.learnt?.includes(key))) as Partial<T>;

/** The same in the document's units; what was not said is left out. */
export const demandFields = ({ patterns, profiles }: SaidDemand): DemandFields => ({
  ...(patterns.length > 0 ? { engagement_patterns: patterns.map(patternFields) } : {}),
  ...(profiles.length > 0 ? { resource_profiles: profiles.map(profileFields) } : {}),
});

const patternFields = (p: EngagementPattern): PatternFields => ({
  name: p.name,
  time_window: durationText(p.windowMs),
  interaction_type: p.interactionType,
  expected_volume: p.expectedVolume,
  latency_target_ms: p.latencyTargetMs,
});

const profileFields = (p: ResourceProfile): ProfileFields => ({
  pattern_name: p.pattern,
  cpu_cores: p.cpuCores,
  memory_gb: p.memoryBytes / GB,
  disk_io_ops: p.diskIops,
  network_bandwidth_mbps: p.networkMbps,
});

export const requirementFields = ({
  cpuCores,
  memoryBytes,
  storageBytes,
  networkMbps,
}: Omit<SaidRequirements, 'resource'>): RequirementFields => ({
  ...(cpuCores ? { cpu_cores: cpuCores } : {}),
  ...(memoryBytes ? { memory_gb: scaled(memoryBytes, 1 / GB) } : {}),
  ...(storageBytes ? { storage_gb: scaled(storageBytes, 1 / GB) } : {}),
  ...(networkMbps ? { network_bandwidth_mbps: networkMbps } : {}),
});

/** By a power of two, so that nothing is lost on the way there and back. */
const scaled = (distribution: Distribution, factor: number): Distribution =>
  distribution.map(({ value, probability }) => ({ value: value * factor, probability }));
