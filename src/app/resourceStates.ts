import { isWarm, type Need, type Observation, type Resource, type ResourceId, type Rung } from '../domain/index.ts';
import { stepText } from '../show/ladder.ts';
import type { ResourceState } from './app.ts';
import { stepCosts } from './costs.ts';
import type { Credentials } from './credentials.ts';
import type { Declared } from './declared.ts';
import type { Engines } from './engines.ts';
import { fillIn } from './fillIn.ts';
import type { Memory } from './ports.ts';
import type { Standings } from './standings.ts';

export interface StatePorts {
  readonly declared: Declared;
  readonly engines: Engines;
  readonly standings: Standings;
  readonly memory: () => Memory;
  /** The gateway's, where it serves. */
  readonly endpoint: (id: ResourceId) => string | undefined;
  readonly need: (id: ResourceId) => Need | undefined;
  /** Where the work in hand, whoever asked for it, takes it. */
  readonly movingTo: (id: ResourceId) => Rung | undefined;
  readonly workspaceName: string;
  readonly credentials?: Credentials;
  readonly standby: (id: ResourceId) => ResourceState['standby'];
}

/** What hosts see of each resource, and why it is so. */
export function createResourceStates(ports: StatePorts) {
  const { declared, engines, standings, memory, need, workspaceName, credentials } = ports;
  const endpointOf = (id: ResourceId): string | undefined => ports.endpoint(id) ?? directEndpoint(standings.of(id).observation);
  const templatesOf = (resource: Resource) => credentials?.templates(resource) ?? declared.scanned().environment[resource.id] ?? {};
  return {
    of(resource: Resource): ResourceState {
      const it = standings.of(resource.id);
      const endpoint = endpointOf(resource.id);
      const engine = engines.engineOf(resource)?.provider.name;
      return {
        resource,
        endpoint,
        ...(engine ? { engine } : {}),
        ...(ports.standby(resource.id) ? { standby: ports.standby(resource.id) as NonNullable<ResourceState['standby']> } : {}),
        rung: it.observation.rung,
        owner: it.observation.owner,
        target: it.target ?? ports.movingTo(resource.id),
        decision: it.decision,
        progress: it.progress,
        readyInMs: it.readyInMs,
        coldMs: it.coldMs ?? memory().climbs[resource.id]?.at(-1)?.ms,
        ladder: stepCosts(memory().steps[resource.id] ?? []),
        environment: endpoint ? fillIn(templatesOf(resource), endpoint) : {},
      };
    },
    /** With its secret, for programs that a person starts; never shown or kept. */
    environment(id: ResourceId): Readonly<Record<string, string>> {
      const resource = declared.get(id);
      const endpoint = resource && endpointOf(id);
      return resource && endpoint ? fillIn(templatesOf(resource), endpoint, credentials?.secretOf(resource)) : {};
    },
    /** The decision's reason in plain sentences, most important first. */
    explain(id: ResourceId): readonly string[] {
      const resource = declared.get(id);
      const it = standings.get(id);
      if (!resource || !it) return [`There is no resource ${id} in ${workspaceName}.`];
      const engine = engines.engineOf(resource);
      const lines = [
        it.decision ? `${it.decision.reason.text}` : 'No decision was made yet.',
        `It is ${it.observation.rung}${it.observation.detail ? ` (${it.observation.detail})` : ''}.`,
      ];
      const needed = need(id);
      if (needed?.because) lines.push(needed.because);
      if (engine?.substituteFor) lines.push(`${engine.provider.name} stands in for ${resource.provider}: ${engine.substituteFor}`);
      const standby = ports.standby(id);
      if (standby) lines.push(`Standby ${standby.number} serves in its place: ${standby.because}.`);
      if (it.coldMs !== undefined) lines.push(`Its last cold start took ${(it.coldMs / 1000).toFixed(1)} s.`);
      for (const step of stepCosts(memory().steps[id] ?? [])) lines.push(`Measured: ${stepText(step)}.`);
      return [...new Set(lines)];
    },
  };
}

function directEndpoint(observation: Observation): string | undefined {
  const backend = observation.backends[0];
  return backend && isWarm(observation.rung) ? `${backend.host}:${backend.port}` : undefined;
}
