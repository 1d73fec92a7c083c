import { isWarm, type ResourceId, type ResourceKind, type Rung } from '../domain/index.ts';
import type { Shown, ShownResource } from './shown.ts';

/** How one resource stands, for programs: no passwords, and nothing that only Prewarm itself understands. */
export interface Readiness {
  readonly resource: ResourceId;
  readonly name: string;
  readonly kind: ResourceKind;
  readonly rung: Rung | 'unknown';
  /** Its readiness probe passed. */
  readonly ready: boolean;
  /** Whose it is. */
  readonly owner: 'prewarm' | 'developer' | 'none';
  /** What a client connects to, `127.0.0.1:5432`. */
  readonly endpoint?: string;
  /** What is being done with it. */
  readonly progress?: string;
  /** How long its last cold start took, ms. */
  readonly coldStartMs?: number;
  /** That this session uses it within the horizon, 0–1. */
  readonly probability?: number;
  /** Median time until then, ms. */
  readonly neededInMs?: number;
}

/** Data files are part of the database that loads them, so they have no readiness of their own. */
export function readiness(state: Shown): readonly Readiness[] {
  return state.resources.filter((r) => r.resource.spec.type !== 'data-file').map((r) => readinessOf(r, state));
}

function readinessOf(r: ShownResource, { needs }: Shown): Readiness {
  const need = needs.find((n) => n.resource === r.resource.id);
  return {
    resource: r.resource.id,
    name: r.resource.name,
    kind: r.resource.kind,
    rung: r.rung,
    ready: isWarm(r.rung),
    owner: r.owner,
    ...(r.endpoint === undefined ? {} : { endpoint: r.endpoint }),
    ...(r.progress === undefined ? {} : { progress: r.progress }),
    ...(r.coldMs === undefined ? {} : { coldStartMs: Math.round(r.coldMs) }),
    ...(need ? { probability: need.probability, neededInMs: Math.round(need.etaMs) } : {}),
  };
}

/** `db (compose:shop/db): created, not ready; a cold start takes 4 s; 73 % likely to be needed, in about 2 min.` */
export function readinessText(it: Readiness): string {
  const said = [
    it.ready ? `${it.rung}${it.endpoint ? ` at ${it.endpoint}` : ''}` : it.rung === 'unknown' ? 'unknown' : `${it.rung}, not ready`,
    ...(it.progress === undefined ? [] : [it.progress]),
    ...(it.owner === 'developer' ? ['started by the developer'] : []),
    ...(it.ready || it.coldStartMs === undefined ? [] : [`its last cold start took ${duration(it.coldStartMs)}`]),
    ...(it.probability === undefined ? [] : [neededText(it.probability, it.neededInMs ?? 0)]),
  ];
  return `${it.name} (${it.resource}): ${said.join('; ')}.`;
}

const neededText = (probability: number, inMs: number): string =>
  `${Math.round(100 * probability)} % likely to be needed${inMs > 0 ? `, in about ${duration(inMs)}` : ''}`;

function duration(ms: number): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
  return `${Math.round(ms / 60_000)} min`;
}
