import {
  type AskedEdit,
  type Fault,
  failed,
  isWarm,
  type MadeEdit,
  type Observation,
  ok,
  type Resource,
  type ResourceId,
  type Result,
  rungIndex,
} from '../../domain/index.ts';
import type { Context, Provider } from '../../provision/provider.ts';
import type { Climbs } from '../climbs.ts';
import { hasIndexes, indexesIn, indexStatement } from './indexes.ts';
import type { Measure, Remedy } from './remedy.ts';
import { replicasOf } from './tuned.ts';

export interface CarryOutPorts {
  readonly climbs: Climbs;
  readonly resource: (id: ResourceId) => Resource | undefined;
  readonly observation: (id: ResourceId) => Observation;
  readonly providerOf: (resource: Resource) => Provider | undefined;
  readonly context: () => Context;
  /** Sets the limits that hold now on what runs. */
  readonly retune: (resource: Resource) => Promise<Result<void>>;
  /** Clients of a replica go elsewhere. */
  readonly retire: (id: ResourceId) => Promise<void>;
  readonly edit: (persona: string | undefined, edit: AskedEdit) => Result<MadeEdit>;
  readonly standbys: () => readonly ResourceId[];
  readonly keepStandbys: (ids: readonly ResourceId[]) => Promise<readonly Fault[]>;
}

/**
 * Makes the world as a remedy wants it, or as it was without: by what is desired now, which the caller has changed before. Doing it twice is
 * harmless, so what a crash left undone is simply done again.
 */
export function createCarryOut(ports: CarryOutPorts) {
  const { climbs, observation } = ports;

  async function each(remedy: Remedy, act: (measure: Measure, resource: Resource) => Promise<Result<unknown>>): Promise<Result<void>> {
    for (const measure of remedy.measures) {
      const resource = ports.resource(measure.resource);
      if (!resource) continue;
      const done = await act(measure, resource);
      if (!done.ok) return done;
    }
    return ok(undefined);
  }

  /** What runs is let go in order and made by today's declaration; what does not is made by it when it is next wanted. */
  async function anew(resource: Resource): Promise<Result<unknown>> {
    const { rung, owner } = observation(resource.id);
    if (owner !== 'prewarm' || rung === 'unknown' || rungIndex(rung) < rungIndex('created')) return ok(undefined);
    if (rung !== 'created') {
      const down = await climbs.reach(resource, 'created', 'person');
      if (!down.ok) return down;
    }
    return climbs.reach(resource, isWarm(rung) ? 'ready' : rung, 'person');
  }

  async function replicate(resource: Resource, replicas: number): Promise<Result<unknown>> {
    if (!isWarm(observation(resource.id).rung)) return ok(undefined);
    const results = await Promise.all(replicasOf(resource, replicas).map((r) => climbs.reach(r, 'ready', 'person')));
    return results.find((r) => !r.ok) ?? ok(undefined);
  }

  async function unreplicate(resource: Resource, replicas: number): Promise<Result<unknown>> {
    // Another remedy may want some of them.
    const gone = replicasOf(resource, replicas).filter((r) => !ports.resource(r.id));
    await Promise.all(gone.map((r) => ports.retire(r.id)));
    const results = await Promise.all(gone.map((r) => climbs.reach(r, 'absent', 'person')));
    return results.find((r) => !r.ok) ?? ok(undefined);
  }

  async function keep(ids: readonly ResourceId[]): Promise<Result<unknown>> {
    const [fault] = await ports.keepStandbys(ids);
    return fault ? { ok: false, fault } : ok(undefined);
  }

  /** It is made as soon as the database runs. */
  async function index(remedy: Remedy, { statement }: Extract<Measure, { how: 'index' }>, resource: Resource, how: 'ensure' | 'drop') {
    const provider = ports.providerOf(resource);
    const read = indexStatement(statement);
    if (!read.ok) return read;
    if (!provider?.execute || !hasIndexes(resource))
      return failed('unsupported', 'never', `No program can be run in ${resource.id}, so no index can be made there.`);
    if (!isWarm(observation(resource.id).rung)) {
      const woken = await climbs.reach(resource, 'ready', 'person');
      if (!woken.ok) return woken;
    }
    const { execute } = provider;
    const indexes = indexesIn(resource, (command, input) => execute(resource, command, input, ports.context()));
    return indexes[how](remedy.id, read.value);
  }

  return {
    put: (remedy: Remedy): Promise<Result<void>> =>
      each(remedy, async (measure, resource) => {
        switch (measure.how) {
          case 'limits':
            return ports.retune(resource);
          case 'environment':
            return anew(resource);
          case 'replicas':
            return replicate(resource, measure.replicas);
          case 'pin':
            return ports.edit(measure.persona, { type: 'pin', resource: measure.resource, rung: 'always' });
          case 'standby':
            return keep([...ports.standbys(), measure.resource]);
          case 'index':
            return index(remedy, measure, resource, 'ensure');
        }
      }),
    takeBack: (remedy: Remedy): Promise<Result<void>> =>
      each(remedy, async (measure, resource) => {
        switch (measure.how) {
          case 'limits':
            return ports.retune(resource);
          case 'environment':
            return anew(resource);
          case 'replicas':
            return unreplicate(resource, measure.replicas);
          case 'pin':
            return ports.edit(measure.persona, { type: 'pin', resource: measure.resource, rung: measure.before });
          case 'standby':
            return keep(ports.standbys().filter((id) => id !== measure.resource));
          case 'index':
            return index(remedy, measure, resource, 'drop');
        }
      }),
  };
}
