import { isWarm, type Observation, type ProviderName, type Resource, type ResourceId, type Rung } from '../../domain/index.ts';
import { type Change, changeText } from '../../simulate/advice/change.ts';
import { hasIndexes, indexStatement } from './indexes.ts';
import type { Given, Measure, Pins } from './remedy.ts';

/** What there is to act on. */
export interface Surroundings {
  readonly resource: (named: string) => Resource | undefined;
  readonly observation: (id: ResourceId) => Observation;
  /** The engine that has it, or would make it. */
  readonly engine: (resource: Resource) => ProviderName | undefined;
  readonly pin: Pins;
  readonly standbys: readonly ResourceId[];
}

/** What a recommendation comes to: what can be done, what a person has to do, and what is not done, each with why. */
export interface Worked {
  readonly measures: readonly Measure[];
  readonly byHand: readonly string[];
  readonly refused: readonly string[];
}

type One = { readonly measure: Measure } | { readonly byHand: string } | { readonly refused: string };

export function measuresOf(changes: readonly Change[], at: Surroundings, given: Given = {}): Worked {
  const all = changes.map((change) => measureOf(change, at, given));
  return {
    measures: all.flatMap((o) => ('measure' in o ? [o.measure] : [])),
    byHand: all.flatMap((o) => ('byHand' in o ? [o.byHand] : [])),
    refused: all.flatMap((o) => ('refused' in o ? [o.refused] : [])),
  };
}

function measureOf(change: Change, at: Surroundings, given: Given): One {
  const what = changeText(change);
  // Of a call it is who calls that is told.
  const named = change.of.split(' → ')[0] as string;
  const resource = at.resource(named);
  if (!resource) return { refused: `${what}: there is no ${named} in this workspace.` };
  const { id } = resource;
  switch (change.do) {
    case 'cpu':
      return forContainer(resource, what, at) ?? { measure: { how: 'limits', resource: id, limits: { cpuCores: change.cores } } };
    case 'concurrency':
    case 'queue-limit':
    case 'pool':
    case 'timeout':
    case 'retries':
    case 'cache': {
      const { environment } = change;
      if (!environment || Object.keys(environment).length === 0) return { byHand: byHand(change, resource) };
      return forContainer(resource, what, at) ?? { measure: { how: 'environment', resource: id, environment } };
    }
    case 'replicas':
      if (!REPLICATED.has(resource.kind))
        return { refused: `${what}: copies of a ${resource.kind} would each have data of their own. Replicate it by its own means.` };
      if (resource.ports.every((p) => p.host === undefined))
        return { refused: `${what}: it has no port that the gateway could spread clients over.` };
      return forContainer(resource, what, at) ?? { measure: { how: 'replicas', resource: id, replicas: change.to } };
    case 'rung':
      return pinned(change.rung, resource, what, at, given);
    case 'errors':
      if (at.standbys.includes(id)) return { refused: `${what}: it has a standby already.` };
      return forContainer(resource, what, at) ?? { measure: { how: 'standby', resource: id } };
    case 'index':
      return indexed(resource, what, at, given);
    case 'time':
    case 'delay':
    case 'stall':
      return { byHand: `${what}: how is in the hands of who wrote it.` };
  }
}

/** Those that keep nothing between two requests. */
const REPLICATED: ReadonlySet<string> = new Set(['service', 'proxy']);

/** Why nothing is done about its container; undefined: it may be. */
function forContainer(resource: Resource, what: string, at: Surroundings): One | undefined {
  const { owner, rung } = at.observation(resource.id);
  const engine = at.engine(resource);
  if (owner === 'developer') return { refused: `${what}: ${resource.id} was started by you, so Prewarm does not change it.` };
  if (rung === 'unknown') return { refused: `${what}: the engine of ${resource.id} cannot be asked now.` };
  if (engine !== 'docker' && engine !== 'compose')
    return { refused: `${what}: only containers are changed, and ${resource.id} is served by ${engine ?? 'no engine'}.` };
  return undefined;
}

function pinned(rung: Rung, resource: Resource, what: string, at: Surroundings, { persona }: Given): One {
  if (!isWarm(rung)) return { refused: `${what}: between paused and ready Prewarm chooses by itself. “Always” keeps it ready.` };
  const said = at.pin(resource.id, persona);
  if (said === 'always') return { refused: `${what}: it is pinned warm already.` };
  if (at.observation(resource.id).owner === 'developer')
    return { refused: `${what}: ${resource.id} was started by you, so Prewarm does not change it.` };
  return { measure: { how: 'pin', resource: resource.id, persona, before: said === 'never' ? 'never' : 'free' } };
}

function indexed(resource: Resource, what: string, at: Surroundings, { statement }: Given): One {
  if (!hasIndexes(resource)) return { byHand: `${what}: Prewarm makes indexes in PostgreSQL alone.` };
  const problem = forContainer(resource, what, at);
  if (problem) return problem;
  if (statement === undefined)
    return {
      byHand: `${what}: which index, only you know. Give the statement (CREATE INDEX name ON table (…)) and it is run in ${resource.id}.`,
    };
  const read = indexStatement(statement);
  return read.ok ? { measure: { how: 'index', resource: resource.id, statement: read.value.text } } : { refused: read.fault.message };
}

/** What to do, and how to let it be done next time. */
function byHand(change: Change, { id }: Resource): string {
  const figure = FIGURES[change.do] ?? change.do;
  const place = change.of.includes(' → ') ? 'the edge’s call.environment' : 'the resource’s service.environment';
  return `${changeText(change)}: which variable of ${id} means it is not said. Change it by hand, or name the variable in the persona document (${place}.${figure}) and rehearse again.`;
}

const FIGURES: Readonly<Record<string, string>> = { 'queue-limit': 'queue_limit', timeout: 'timeout_ms' };
