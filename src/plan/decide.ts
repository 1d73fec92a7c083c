import { type Resource, type ResourceId, type Rung, rungIndex } from '../domain/index.ts';
import { allot, type Granted, type MemoryAt, type Option, type Wish } from './budget.ts';
import { dependenciesOf } from './dependencies.ts';
import { holdsMemory, restOf, warmRung } from './ladder.ts';
import { outcomeFor } from './outcome.ts';
import type { RungValue } from './rungValues.ts';
import { holdsBack } from './setback.ts';
import { settle } from './settle.ts';
import { budgetBytes, isHeld, type Plan, rungOf, type Situation } from './situation.ts';
import { blockerOf, type Verdict, verdictOn } from './verdict.ts';

export type { Limits, Plan, Situation } from './situation.ts';

type ById = ReadonlyMap<ResourceId, Resource>;
type Verdicts = ReadonlyMap<ResourceId, Verdict>;

/** Desired × observed → actions, each decision and non-decision with its reason. Pure: the same situation gives the same plan. */
export function decide(s: Situation): Plan {
  const byId: ById = new Map(s.resources.map((resource) => [resource.id, resource]));
  const verdicts: Verdicts = new Map(s.resources.map((resource) => [resource.id, unblocked(resource, verdictOn(resource, s), byId, s)]));
  const memoryAt = memoryIn(s, byId);
  const granted = allot(wishesOf(verdicts, byId, s), memoryAt, budgetBytes(s.limits));
  const above = s.resources.filter((r) => isHeld(r.id, s) && levelOf(r.id, s) > rungIndex(desiredOf(r, granted, s))).map((r) => r.id);
  const room = makeRoom(above, { granted, verdicts, memoryAt, byId, s });
  const { settling, release } = settle(s.settling, new Set(above), s.now, s.limits.settleMs);
  const ready = above.filter((id) => release.has(id) || room.released.has(id) || verdicts.get(id)?.immediate);
  const released = dependantsFirst(new Set(ready), verdicts, byId, granted, s);
  const outcomes = s.resources.map((resource) =>
    outcomeFor(resource, {
      situation: s,
      verdict: verdicts.get(resource.id) as Verdict,
      verdicts,
      desired: desiredOf(resource, granted, s),
      granted: granted.granted.has(resource.id),
      refused: granted.refused.has(resource.id),
      crowded: room.crowded,
      crowdedOut: room.released.has(resource.id),
      released: released.has(resource.id),
      dependencies: dependenciesOf(resource.id, byId),
      dependants: [...granted.granted.keys()].filter((id) => id !== resource.id && dependenciesOf(id, byId).includes(resource.id)),
    }),
  );
  return {
    decisions: outcomes.map((o) => o.decision),
    actions: outcomes.flatMap((o) => (o.action ? [o.action] : [])),
    proposed: outcomes.filter((o) => o.proposed).map((o) => o.decision.resource),
    settling,
    usedBytes: granted.usedBytes,
  };
}

/** A wish that needs what the developer does not want to run is none; a prediction then lets go at once. */
function unblocked(resource: Resource, verdict: Verdict, byId: ById, s: Situation): Verdict {
  if (verdict.wants.length === 0) return verdict;
  const reason = blockerOf(verdict, dependenciesOf(resource.id, byId), s);
  if (!reason) return verdict;
  const wants = verdict.wants.filter((v) => !verdict.certain && !holdsMemory(v.rung));
  return { ...verdict, wants, immediate: !verdict.certain, reason };
}

function memoryIn(s: Situation, byId: ById): MemoryAt {
  return (id, rung) => {
    if (!holdsMemory(rung) || s.observations.get(id)?.owner === 'developer') return 0;
    return s.costs.get(id)?.memoryBytes ?? byId.get(id)?.memoryBytes ?? 0;
  };
}

function wishesOf(verdicts: Verdicts, byId: ById, s: Situation): readonly Wish[] {
  return [...verdicts].flatMap(([resource, verdict]) => {
    if (s.observations.get(resource)?.owner === 'developer' || !s.engineOf(byId.get(resource) as Resource)) return [];
    const failing = !verdict.certain && holdsBack(s.setbacks?.get(resource), 'climb', s.now);
    const options = failing ? [] : verdict.wants.map((value) => optionOf(resource, value, byId, s));
    return options.length === 0 ? [] : [{ resource, certain: verdict.certain, options }];
  });
}

/** What runs, or has to load before it is paused, needs what it depends on to be warm; what has loaded needs no more than that it is there. */
function optionOf(resource: ResourceId, { rung, valueS }: RungValue, byId: ById, s: Situation): Option {
  if (!holdsMemory(rung)) return { rung, valueS, with: new Map() };
  const at = rungOf(resource, s);
  const loaded = at === 'paused' || at === warmRung(s.engineOf(byId.get(resource) as Resource)?.rungs ?? ['ready']);
  const runs = rung !== 'paused' || !loaded;
  const needed = dependenciesOf(resource, byId).map((id): readonly [ResourceId, Rung] => {
    const top = warmRung(s.engineOf(byId.get(id) as Resource)?.rungs ?? ['ready']);
    return [id, runs || !holdsMemoryNow(id, s) ? top : 'paused'];
  });
  return { rung, valueS, with: new Map(needed) };
}

function holdsMemoryNow(id: ResourceId, s: Situation): boolean {
  const rung = rungOf(id, s);
  return rung !== 'unknown' && holdsMemory(rung);
}

function desiredOf(resource: Resource, { granted }: Granted, s: Situation): Rung {
  const seen = rungOf(resource.id, s);
  const rest = restOf(seen === 'unknown' ? 'absent' : seen, s.engineOf(resource)?.rungs ?? ['absent']);
  const wished = granted.get(resource.id) ?? rest;
  return rungIndex(wished) > rungIndex(rest) ? wished : rest;
}

/** How high it is, or will be when its movement ends. */
function levelOf(id: ResourceId, s: Situation): number {
  const seen = rungOf(id, s);
  return Math.max(seen === 'unknown' ? 0 : rungIndex(seen), rungIndex(s.moving?.get(id) ?? 'absent'));
}

interface Weighed {
  readonly granted: Granted;
  readonly verdicts: Verdicts;
  readonly memoryAt: MemoryAt;
  readonly byId: ById;
  readonly s: Situation;
}

/**
 * The budget is hard: what is no longer worth its memory gives it back before something else takes it, the least worthy first;
 * until then (`crowded`) nothing that holds memory is started on a prediction.
 */
function makeRoom(above: readonly ResourceId[], { granted, verdicts, memoryAt, byId, s }: Weighed) {
  const needsMemory = [...granted.granted].filter(([, rung]) => holdsMemory(rung)).map(([id]) => id);
  const idle = s.resources.map((r) => r.id).filter((id) => isHeld(id, s) && !needsMemory.includes(id));
  const bytes = (id: ResourceId): number => memoryAt(id, 'ready');
  let overBytes = [...needsMemory, ...idle].reduce((sum, id) => sum + bytes(id), 0) - budgetBytes(s.limits);
  const crowded = overBytes > 0;
  const released = new Set<ResourceId>();
  const worth = (id: ResourceId): number => verdicts.get(id)?.valueS ?? 0;
  const dispensable = above.filter((id) => idle.includes(id) && !verdicts.get(id)?.certain);
  for (const first of dispensable.sort((a, b) => worth(a) - worth(b) || (a < b ? -1 : 1))) {
    if (overBytes <= 0) break;
    const withIt = dispensable.filter((id) => id === first || dependenciesOf(id, byId).includes(first));
    for (const id of withIt.filter((id) => !released.has(id))) {
      released.add(id);
      overBytes -= bytes(id);
    }
  }
  return { released, crowded };
}

/** What others still run on is not let go before them, unless the developer said so. */
function dependantsFirst(released: ReadonlySet<ResourceId>, verdicts: Verdicts, byId: ById, granted: Granted, s: Situation) {
  const kept = new Set(released);
  const runsOn = (id: ResourceId): readonly ResourceId[] =>
    s.resources.filter((r) => r.id !== id && isHeld(r.id, s) && dependenciesOf(r.id, byId).includes(id)).map((r) => r.id);
  for (const id of released) {
    if (verdicts.get(id)?.immediate) continue;
    const resource = byId.get(id) as Resource;
    const stays = (other: ResourceId): boolean => !released.has(other) && levelOf(other, s) > rungIndex(desiredOf(resource, granted, s));
    if (runsOn(id).some(stays)) kept.delete(id);
  }
  return kept;
}
