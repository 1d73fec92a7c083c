import { isWarm, quantile } from '../domain/index.ts';
import { iconOf } from './resourceTree.ts';
import type { Shown } from './shown.ts';

export interface WorkflowNode {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly icon: string;
  /** Absent for an activity, which has no state. */
  readonly rung?: string;
  readonly warm: boolean;
  readonly probability: number;
  readonly etaMs?: number;
  readonly memoryBytes?: number;
  readonly progress?: string;
}

export interface WorkflowEdge {
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  readonly lagMs: number;
}

/** The active persona as plain rows: what the graph and its table twin draw. */
export interface Workflow {
  readonly persona: string | undefined;
  readonly probability: number;
  readonly mode: string;
  readonly nodes: readonly WorkflowNode[];
  readonly edges: readonly WorkflowEdge[];
}

const MOST_ACTIVITIES = 10;

export function workflow(state: Shown): Workflow {
  const persona = state.active;
  const activities = (persona?.uses ?? [])
    .filter((u) => !state.resources.some((r) => r.resource.id === u.resource))
    .slice(0, MOST_ACTIVITIES);
  const resources = state.resources.filter(
    (r) => r.resource.spec.type !== 'dataset' && (!persona || persona.uses.some((u) => u.resource === r.resource.id) || isWarm(r.rung)),
  );
  const nodes: WorkflowNode[] = [
    ...activities.map((u) => ({
      id: u.resource,
      label: plain(u.resource),
      kind: u.resource.split(':')[0] ?? '',
      icon: 'circle-small-filled',
      warm: false,
      probability: u.probability,
    })),
    ...resources.map((r) => {
      const need = state.needs.find((n) => n.resource === r.resource.id);
      return {
        id: r.resource.id,
        label: r.resource.name,
        kind: r.resource.kind,
        icon: iconOf(r.resource.kind),
        rung: r.rung,
        warm: isWarm(r.rung),
        probability: need?.probability ?? 0,
        memoryBytes: r.resource.memoryBytes,
        ...(need ? { etaMs: need.etaMs } : {}),
        ...(r.progress ? { progress: r.progress } : {}),
      };
    }),
  ];
  const shown = new Set(nodes.map((n) => n.id));
  // Left to right in the order of need: what comes later on the whole is not drawn as leading back.
  const startsAt = new Map((persona?.uses ?? []).map((u) => [u.resource, quantile(u.firstUseMs, 0.5) ?? 0]));
  const edges = (persona?.edges ?? [])
    .filter((e) => shown.has(e.from) && shown.has(e.to) && (startsAt.get(e.from) ?? 0) <= (startsAt.get(e.to) ?? 0))
    .map((e) => ({ from: e.from, to: e.to, probability: e.probability, lagMs: e.lagMs.p50 }));
  const declared = resources.flatMap((r) =>
    r.resource.dependsOn.filter((d) => shown.has(d)).map((d) => ({ from: d, to: r.resource.id, probability: 1, lagMs: 0 })),
  );
  return {
    persona: persona?.name,
    mode: state.mode,
    nodes,
    edges: [...edges, ...declared],
    probability: state.match.personas.find((p) => p.id === persona?.id)?.probability ?? 0,
  };
}

const plain = (token: string): string => token.replace(/^[a-z-]+:/, '');
