import type { Action, Decision, EditPreview, Observation, ReasonCode, Resource, ResourceId } from '../domain/index.ts';
import { holdsMemory } from '../plan/ladder.ts';
import { type Look, look, type View } from './pipeline.ts';

/** Reasons for which something stays cold although it is wanted. */
const HELD_BACK: ReadonlySet<ReasonCode> = new Set([
  'over-budget',
  'mode-off',
  'mode-shadow',
  'mode-suggest',
  'not-trusted',
  'yielding',
  'failed-before',
  'never',
  'no-provider',
]);

/** What the next passes would do after an edit that they would not do without it. */
export function previewOf(before: Look, after: Look): EditPreview {
  const [was, will] = [look(atOnce(before)), look(atOnce(after))];
  const byId = new Map([...before.resources, ...after.resources].map((r) => [r.id, r]));
  const named = (id: ResourceId) => ({ resource: id, name: byId.get(id)?.name ?? id });
  const memoryOf = (id: ResourceId, at: Look): number => at.costs.get(id)?.memoryBytes ?? byId.get(id)?.memoryBytes ?? 0;
  const starts = newActions(will, was, 'climb').filter((a) => holdsMemory(a.to));
  const stops = newActions(will, was, 'descend').map((a) => a.resource);
  return {
    starts: starts.map((a) => ({
      ...named(a.resource),
      memoryBytes: memoryOf(a.resource, after),
      readyMs: after.costs.get(a.resource)?.coldMs ?? 0,
    })),
    stops: [...stops, ...goneOf(before, after).map((r) => r.id)].map((id) => ({ ...named(id), memoryBytes: memoryOf(id, before) })),
    heldBack: heldBack(will, was).map((d) => ({ ...named(d.resource), why: d.reason.text })),
    before: { usedBytes: was.plan.usedBytes },
    after: { usedBytes: will.plan.usedBytes },
    budgetBytes: after.limits.memoryBytes,
  };
}

/** What will come of it in the end: what settles first is told of, too. What is not there yet is absent and not unknown. */
function atOnce(at: Look): Look {
  const fresh = at.resources.filter((r) => !at.observations.has(r.id));
  const absent = fresh.map((r): [ResourceId, Observation] => [r.id, { id: r.id, rung: 'absent', at: at.now, backends: [], owner: 'none' }]);
  return { ...at, settling: {}, limits: { ...at.limits, settleMs: 0 }, observations: new Map([...at.observations, ...absent]) };
}

function newActions(will: View, was: View, verb: Action['verb']): readonly Action[] {
  const same = (a: Action, b: Action): boolean => a.resource === b.resource && a.verb === b.verb && a.to === b.to;
  return will.plan.actions.filter((a) => a.verb === verb && !was.plan.actions.some((b) => same(a, b)));
}

/** What exists, and is no resource any more. */
function goneOf(before: Look, after: Look): readonly Resource[] {
  const kept = new Set(after.resources.map((r) => r.id));
  return before.resources.filter((r) => {
    const rung = before.observations.get(r.id)?.rung ?? 'absent';
    return !kept.has(r.id) && rung !== 'absent' && rung !== 'fetched';
  });
}

function heldBack(will: View, was: View): readonly Decision[] {
  const before = new Map(was.plan.decisions.map((d) => [d.resource, d.reason.code]));
  return will.plan.decisions.filter(
    (d) => d.desired === 'unchanged' && HELD_BACK.has(d.reason.code) && before.get(d.resource) !== d.reason.code,
  );
}
