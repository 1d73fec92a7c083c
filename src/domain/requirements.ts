import type { Requirements } from './demand.ts';
import type { Persona } from './persona.ts';
import type { Resource } from './resource.ts';

/** What each thing that a persona uses asks for: what was said of it, else what was declared (memory) or measured (bandwidth). */
export function requirementsOf({ uses, profile, said }: Persona, declared: readonly Resource[]): readonly Requirements[] {
  return uses.flatMap(({ resource }): readonly Requirements[] => {
    const demand = profile?.demands[resource];
    if (!demand) return [];
    const memoryBytes = declared.find((r) => r.id === resource)?.memoryBytes;
    return [
      {
        ...(memoryBytes === undefined ? {} : { memoryBytes: [{ value: memoryBytes, probability: 1 }] }),
        ...(demand.bandwidthMbps ? { networkMbps: demand.bandwidthMbps } : {}),
        ...said?.requirements.find((r) => r.resource === resource),
        resource,
        priority: demand.priority,
        latencyTargetMs: demand.latencyTargetMs,
      },
    ];
  });
}
