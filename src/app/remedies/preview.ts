import type { Observation, Resource, ResourceId } from '../../domain/index.ts';
import type { Worked } from './measures.ts';
import type { Measure, Recommendation } from './remedy.ts';
import { replicasOf } from './tuned.ts';

/** What a person sees before a recommendation is applied. */
export interface RemedyPreview {
  readonly text: string;
  /** What is changed, on what; each in one sentence. */
  readonly does: readonly string[];
  /** What is stopped for a moment and made anew, with how many clients are connected to it. */
  readonly restarts: readonly { readonly resource: ResourceId; readonly name: string; readonly connections: number }[];
  readonly starts: readonly { readonly resource: ResourceId; readonly name: string; readonly memoryBytes: number }[];
  /** Memory that is taken more, of what is left of the budget, bytes. */
  readonly moreBytes: number;
  readonly freeBytes: number;
  /** US dollars an hour at the prices of the rehearsal; this machine itself costs no money. */
  readonly costPerHour: number;
  /** End to end, as simulated. */
  readonly predicted: {
    readonly p95BeforeMs: number;
    readonly p95AfterMs: number;
    readonly errorsBefore: number;
    readonly errorsAfter: number;
  };
  readonly assumes?: string;
  /** Whose clients will tell whether it came true. */
  readonly measuredAt: ResourceId | undefined;
  readonly byHand: readonly string[];
  readonly refused: readonly string[];
}

export interface PreviewSurroundings {
  readonly resource: (id: ResourceId) => Resource | undefined;
  readonly observation: (id: ResourceId) => Observation;
  readonly connections: (id: ResourceId) => number;
  readonly memoryOf: (id: ResourceId) => number;
  readonly freeBytes: number;
  readonly measuredAt: ResourceId | undefined;
}

export function previewOf(advice: Recommendation, worked: Worked, at: PreviewSurroundings): RemedyPreview {
  const { measures, byHand, refused } = worked;
  const named = (id: ResourceId): string => at.resource(id)?.name ?? id;
  const running = (id: ResourceId): boolean => {
    const { owner, rung } = at.observation(id);
    return owner === 'prewarm' && rung !== 'created' && rung !== 'fetched' && rung !== 'absent';
  };
  const again = [...new Set(measures.filter((m) => m.how === 'environment' && running(m.resource)).map((m) => m.resource))];
  const starts = measures.flatMap((m) => startsOf(m, at));
  const { before, after, costPerHour, assumes } = advice;
  return {
    text: advice.text,
    does: measures.map((m) => wordsOf(m, named(m.resource))),
    restarts: again.map((id) => ({ resource: id, name: named(id), connections: at.connections(id) })),
    starts,
    moreBytes: starts.reduce((sum, s) => sum + s.memoryBytes, 0),
    freeBytes: at.freeBytes,
    costPerHour,
    predicted: {
      p95BeforeMs: before.p95Ms,
      p95AfterMs: after.p95Ms,
      errorsBefore: before.errorRate,
      errorsAfter: after.errorRate,
    },
    ...(assumes === undefined ? {} : { assumes }),
    measuredAt: at.measuredAt,
    byHand,
    refused,
  };
}

function startsOf(measure: Measure, at: PreviewSurroundings): RemedyPreview['starts'] {
  const resource = at.resource(measure.resource);
  if (!resource) return [];
  const memoryBytes = at.memoryOf(resource.id);
  if (measure.how === 'replicas')
    return replicasOf(resource, measure.replicas).map(({ id, name }) => ({ resource: id, name, memoryBytes }));
  if (measure.how === 'standby') return [{ resource: `${resource.id} (standby)`, name: `${resource.name} (standby)`, memoryBytes }];
  const { rung } = at.observation(resource.id);
  const cold = rung === 'absent' || rung === 'fetched' || rung === 'created';
  return cold && (measure.how === 'pin' || measure.how === 'index') ? [{ resource: resource.id, name: resource.name, memoryBytes }] : [];
}

/** What is done, in one sentence. */
export function wordsOf(measure: Measure, name: string): string {
  switch (measure.how) {
    case 'limits': {
      const { cpuCores, memoryBytes } = measure.limits;
      const parts = [
        ...(cpuCores === undefined ? [] : [`${cpuCores} cores`]),
        ...(memoryBytes === undefined ? [] : [`${Math.round(memoryBytes / 2 ** 20)} MB`]),
      ];
      return `${name} may use ${parts.join(' and ')}, at once and without a restart.`;
    }
    case 'environment':
      return `The container of ${name} is made anew with ${Object.entries(measure.environment)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ')}.`;
    case 'replicas':
      return `${name} runs ${measure.replicas} times; the gateway spreads new connections over them.`;
    case 'pin':
      return `${name} is kept warm while its workflow is under way.`;
    case 'standby':
      return `A paused copy of ${name} stands by, and serves when it fails.`;
    case 'index':
      return `In the database of ${name}: ${measure.statement}`;
  }
}
