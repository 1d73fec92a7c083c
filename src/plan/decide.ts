import {
  type Action,
  type Cost,
  type Decision,
  type Feedback,
  isWarm,
  type Mode,
  type Need,
  type Observation,
  type ProviderName,
  type Reason,
  type ReasonCode,
  type Resource,
  type ResourceId,
  type Rung,
  rungIndex,
  type UnixMs,
} from '../domain/index.ts';
import { allot, type Wish } from './budget.ts';
import { dependenciesOf } from './dependencies.ts';
import { type Settling, settle } from './settle.ts';
import { asEager, expectedValueS, type Prices } from './value.ts';

/** All that one pass knows. Times in Unix ms. */
export interface Situation {
  readonly now: UnixMs;
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly resources: readonly Resource[];
  readonly observations: ReadonlyMap<ResourceId, Observation>;
  readonly needs: ReadonlyMap<ResourceId, Need>;
  readonly costs: ReadonlyMap<ResourceId, Cost>;
  /** The newest verdict of the developer per resource. */
  readonly feedback: ReadonlyMap<ResourceId, Feedback>;
  /** Connections open or seen a moment ago. */
  readonly inUse: ReadonlySet<ResourceId>;
  /** The engine that would do it, and the rungs it has; undefined where none can. */
  readonly engineOf: (resource: Resource) => { readonly provider: ProviderName; readonly rungs: readonly Rung[] } | undefined;
  readonly settling: Settling;
  readonly limits: Limits;
  /** How eager to warm each resource, as its ledger taught; 1 where nothing is said. */
  readonly eagernessOf?: (resource: ResourceId) => number;
}

export interface Limits {
  readonly memoryBytes: number;
  readonly settleMs: number;
  readonly prices: Prices;
}

export interface Plan {
  readonly decisions: readonly Decision[];
  readonly actions: readonly Action[];
  /** Worth warming, but the mode asks first (`suggest`) or only watches (`shadow`). */
  readonly proposed: readonly ResourceId[];
  readonly settling: Settling;
  readonly usedBytes: number;
}

/** Desired × observed → actions, each decision and non-decision with its reason. Pure: the same situation gives the same plan. */
export function decide(situation: Situation): Plan {
  const byId = new Map(situation.resources.map((resource) => [resource.id, resource]));
  const verdicts = new Map(situation.resources.map((resource) => [resource.id, verdictOn(resource, situation)]));
  const { granted, usedBytes } = allotMemory(situation, byId, verdicts);
  const unwanted = situation.resources.filter((r) => isOursAndWarm(r.id, situation) && !granted.has(r.id)).map((r) => r.id);
  const immediately = new Set(unwanted.filter((id) => verdicts.get(id)?.immediate));
  const { settling, release } = settle(situation.settling, new Set(unwanted), situation.now, situation.limits.settleMs);
  const outcomes = situation.resources.map((resource) =>
    outcomeFor(resource, verdicts.get(resource.id) as Verdict, {
      situation,
      granted,
      released: release.has(resource.id) || immediately.has(resource.id),
      dependants: dependantsOf(resource.id, granted, byId),
    }),
  );
  return {
    decisions: outcomes.map((o) => o.decision),
    actions: outcomes.flatMap((o) => (o.action ? [o.action] : [])),
    proposed: outcomes.filter((o) => o.proposed).map((o) => o.decision.resource),
    settling,
    usedBytes,
  };
}

/** What speaks for or against one resource before the budget is looked at. */
interface Verdict {
  readonly wants: boolean;
  readonly certain: boolean;
  /** Let go at once instead of settling first: the developer said so. */
  readonly immediate: boolean;
  readonly reason: Reason;
  readonly valueS: number;
}

function verdictOn(resource: Resource, s: Situation): Verdict {
  const said = s.feedback.get(resource.id);
  const spoken = said && (said.until === undefined || said.until > s.now) ? said.verdict : undefined;
  const valueS = gainOf(resource.id, s);
  const verdict = (code: ReasonCode, text: string, wants: boolean, certain = false, immediate = false): Verdict => ({
    wants,
    certain,
    immediate,
    valueS,
    reason: { code, text },
  });
  if (spoken === 'never') return verdict('never', 'You said never for this resource.', false, false, true);
  if (spoken === 'cooled') return verdict('not-now', 'You cooled it down; it is left alone until the next session.', false, false, true);
  if (spoken === 'asked') return verdict('asked', 'You asked for it.', true, true);
  if (s.inUse.has(resource.id)) return verdict('in-use', 'A client is connected to it.', true, true);
  if (spoken === 'not-now') return verdict('not-now', 'You said not now.', false);
  if (spoken === 'always' && s.mode !== 'off') return verdict('pinned', 'You said always for this resource.', true, true);
  return predicted(resource, s, valueS, verdict);
}

function predicted(
  resource: Resource,
  s: Situation,
  valueS: number,
  verdict: (code: ReasonCode, text: string, wants: boolean) => Verdict,
): Verdict {
  const need = s.needs.get(resource.id);
  const cost = s.costs.get(resource.id);
  if (!need || !cost) return verdict('abstained', 'Too little has been seen to say whether it will be needed.', false);
  const numbers = `${percent(need.probability)} likely within ${minutes(need.horizonMs)} × ${seconds(cost.coldMs)} cold start ${cost.measured ? '(measured)' : '(assumed)'} = ${valueS.toFixed(1)} s expected gain after memory`;
  return valueS > 0 ? verdict('worth-it', `${numbers}. ${need.because}`.trim(), true) : verdict('not-worth-it', `${numbers}.`, false);
}

function gainOf(id: ResourceId, s: Situation): number {
  const need = s.needs.get(id);
  const cost = s.costs.get(id);
  return need && cost ? expectedValueS(need, cost, asEager(s.limits.prices, s.eagernessOf?.(id) ?? 1)) : 0;
}

function allotMemory(s: Situation, byId: ReadonlyMap<ResourceId, Resource>, verdicts: ReadonlyMap<ResourceId, Verdict>) {
  const memoryOf = (id: ResourceId): number => s.costs.get(id)?.memoryBytes ?? byId.get(id)?.memoryBytes ?? 0;
  const wishes: Wish[] = [];
  for (const [resource, verdict] of verdicts) {
    if (!verdict.wants) continue;
    const others = dependenciesOf(resource, byId);
    if (others.some((id) => verdicts.get(id)?.reason.code === 'never')) continue;
    wishes.push({ resource, memoryBytes: memoryOf(resource), valueS: verdict.valueS, certain: verdict.certain, with: others });
  }
  return allot(wishes, memoryOf, s.limits.memoryBytes);
}

interface Around {
  readonly situation: Situation;
  readonly granted: ReadonlySet<ResourceId>;
  readonly released: boolean;
  /** Granted resources that depend on this one. */
  readonly dependants: readonly ResourceId[];
}

interface Outcome {
  readonly decision: Decision;
  readonly action?: Action;
  readonly proposed: boolean;
}

function outcomeFor(resource: Resource, verdict: Verdict, around: Around): Outcome {
  const { situation: s } = around;
  const seen = s.observations.get(resource.id);
  const rung = seen?.rung ?? 'unknown';
  const decide = (desired: Rung | 'unchanged', reason: Reason): Decision => ({
    resource: resource.id,
    at: s.now,
    rung,
    desired,
    reason,
    probability: s.needs.get(resource.id)?.probability ?? 0,
    valueS: verdict.valueS,
  });
  const leave = (reason: Reason): Outcome => ({ decision: decide('unchanged', reason), proposed: false });

  if (rung === 'unknown')
    return leave({ code: 'unknown-state', text: seen?.detail ?? 'Its engine could not be asked for its state, so nothing is done.' });
  if (seen?.owner === 'developer')
    return leave({ code: isWarm(rung) ? 'already-warm' : 'in-use', text: 'You started it yourself; Prewarm leaves it alone.' });
  const engine = s.engineOf(resource);
  if (!engine)
    return leave({ code: 'no-provider', text: `No engine on this machine can make a ${resource.kind} of type ${resource.provider}.` });
  if (around.granted.has(resource.id)) return climb(resource, verdict, around, engine.provider, rung, decide);
  if (verdict.wants)
    return leave({
      code: 'over-budget',
      text: `Worth it (${verdict.valueS.toFixed(1)} s), but the memory budget is used by what is worth more.`,
    });
  if (!isOursAndWarm(resource.id, s)) return leave(verdict.reason);
  if (!around.released)
    return leave({ code: 'settling', text: `No longer needed (${verdict.reason.text}) It is kept a little longer in case that changes.` });
  const to = floorRung('created', engine.rungs);
  const reason: Reason = verdict.immediate ? verdict.reason : { code: 'idle', text: `Not needed any more: ${verdict.reason.text}` };
  return {
    decision: decide(to, reason),
    action: { verb: 'descend', resource: resource.id, provider: engine.provider, expected: rung, to, reason },
    proposed: false,
  };
}

function climb(
  resource: Resource,
  verdict: Verdict,
  around: Around,
  provider: ProviderName,
  rung: Rung,
  decide: (d: Rung | 'unchanged', r: Reason) => Decision,
): Outcome {
  const { situation: s, dependants } = around;
  const reason: Reason = verdict.wants ? verdict.reason : { code: 'dependency', text: `${dependants.join(', ')} depends on it.` };
  if (isWarm(rung)) return { decision: decide('unchanged', reason), proposed: false };
  if (!s.trusted)
    return { decision: decide('unchanged', { code: 'not-trusted', text: 'Nothing is started in Restricted Mode.' }), proposed: false };
  const byPerson = verdict.certain || dependants.some((id) => ['asked', 'always'].includes(s.feedback.get(id)?.verdict ?? ''));
  if (!byPerson && s.mode !== 'auto') {
    const text = `${reason.text} Mode is ${s.mode}.`;
    return { decision: decide('unchanged', { code: `mode-${s.mode}`, text }), proposed: s.mode === 'suggest' };
  }
  return {
    decision: decide('ready', reason),
    action: { verb: 'climb', resource: resource.id, provider, expected: rung, to: 'ready', reason },
    proposed: false,
  };
}

function isOursAndWarm(id: ResourceId, s: Situation): boolean {
  const seen = s.observations.get(id);
  return seen?.owner === 'prewarm' && seen.rung !== 'unknown' && rungIndex(seen.rung) > rungIndex('paused');
}

function dependantsOf(id: ResourceId, granted: ReadonlySet<ResourceId>, byId: ReadonlyMap<ResourceId, Resource>): readonly ResourceId[] {
  return [...granted].filter((other) => other !== id && dependenciesOf(other, byId).includes(id));
}

/** The highest rung of this engine that is not above `rung`. */
function floorRung(rung: Rung, rungs: readonly Rung[]): Rung {
  return [...rungs].reverse().find((r) => rungIndex(r) <= rungIndex(rung)) ?? 'absent';
}

const percent = (p: number): string => `${Math.round(p * 100)} %`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
