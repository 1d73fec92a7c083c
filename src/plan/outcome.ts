import { type Action, type Decision, isWarm, type Reason, type Resource, type ResourceId, type Rung, rungIndex } from '../domain/index.ts';
import { holdsMemory } from './ladder.ts';
import type { Pressure } from './pressure.ts';
import { holdsBack, setbackText } from './setback.ts';
import { isHeld, rungOf, type Situation } from './situation.ts';
import type { Verdict } from './verdict.ts';

export interface Outcome {
  readonly decision: Decision;
  readonly action?: Action;
  readonly proposed: boolean;
}

/** What is around one resource when its outcome is told. */
export interface Around {
  readonly situation: Situation;
  readonly verdict: Verdict;
  readonly verdicts: ReadonlyMap<ResourceId, Verdict>;
  readonly desired: Rung;
  readonly granted: boolean;
  /** Its best rung did not fit the budget. */
  readonly refused: boolean;
  /** More memory is held and wished for than there may be. */
  readonly crowded: boolean;
  /** It is let go to make room. */
  readonly crowdedOut: boolean;
  readonly released: boolean;
  readonly dependencies: readonly ResourceId[];
  /** Granted resources that depend on this one. */
  readonly dependants: readonly ResourceId[];
}

/** The decision on one resource, its reason, and the action that follows, if any. */
export function outcomeFor(resource: Resource, around: Around): Outcome {
  const { situation: s, desired } = around;
  const seen = s.observations.get(resource.id);
  const at = seen?.rung ?? 'unknown';
  const leave = (reason: Reason, proposed: 'proposed' | '' = ''): Outcome => ({
    decision: decisionOf(resource, around, 'unchanged', reason),
    proposed: proposed === 'proposed',
  });
  if (at === 'unknown')
    return leave({ code: 'unknown-state', text: seen?.detail ?? 'Its engine could not be asked for its state, so nothing is done.' });
  if (seen?.owner === 'developer')
    return leave({ code: isWarm(at) ? 'already-warm' : 'in-use', text: 'You started it yourself; Prewarm leaves it alone.' });
  const engine = s.engineOf(resource);
  if (!engine)
    return leave({ code: 'no-provider', text: `No engine on this machine can make a ${resource.kind} of type ${resource.provider}.` });

  const reason = reasonOf(resource, around);
  const act = (verb: Action['verb'], because: Reason): Outcome => ({
    decision: decisionOf(resource, around, desired, because),
    action: { verb, resource: resource.id, provider: engine.provider, expected: at, to: desired, reason: because },
    proposed: false,
  });
  if (rungIndex(desired) > rungIndex(at)) {
    const hindrance = hindranceOf(resource, around, reason);
    return hindrance ? leave(hindrance.reason, hindrance.proposed) : act('climb', reason);
  }
  const moving = s.moving?.get(resource.id) ?? desired;
  const above = isHeld(resource.id, s) && (at !== desired || rungIndex(moving) > rungIndex(desired));
  if (!above || keptByWord(around)) return leave(reason);
  if (!around.released) return leave({ code: 'settling', text: settlingText(reason, around) });
  const setback = s.setbacks?.get(resource.id);
  if (holdsBack(setback, 'descend', s.now)) return leave({ code: 'failed-before', text: setbackText(setback, s.now) });
  return act('descend', loweringReason(reason, around));
}

function decisionOf(resource: Resource, { situation: s, verdict }: Around, desired: Rung | 'unchanged', reason: Reason): Decision {
  return {
    resource: resource.id,
    at: s.now,
    rung: rungOf(resource.id, s),
    desired,
    reason,
    probability: s.needs.get(resource.id)?.probability ?? 0,
    valueS: verdict.valueS,
  };
}

function reasonOf(resource: Resource, { verdict, granted, refused, dependants, desired, situation: s }: Around): Reason {
  const short = `Worth it (${verdict.valueS.toFixed(1)} s), but the memory budget is used by what is worth more`;
  const setback = s.setbacks?.get(resource.id);
  if (!granted) {
    if (verdict.wants.length > 0 && holdsBack(setback, 'climb', s.now)) return { code: 'failed-before', text: setbackText(setback, s.now) };
    return refused ? { code: 'over-budget', text: `${short}.` } : verdict.reason;
  }
  if (!verdict.wants.some((value) => rungIndex(value.rung) >= rungIndex(desired)))
    return { code: 'dependency', text: `${dependants.join(', ')} depends on it.` };
  return refused ? { code: 'over-budget', text: `${short}; ${desired} holds none of it.` } : verdict.reason;
}

interface Hindrance {
  readonly reason: Reason;
  readonly proposed: 'proposed' | '';
}

/** Why it does not climb although it should. */
function hindranceOf(resource: Resource, around: Around, reason: Reason): Hindrance | undefined {
  const { situation: s, verdict, verdicts, dependants, desired } = around;
  const hindered = (code: Reason['code'], text: string, proposed: Hindrance['proposed'] = ''): Hindrance => ({
    reason: { code, text },
    proposed,
  });
  if (!s.trusted) return hindered('not-trusted', 'Nothing is started in Restricted Mode.');
  const setback = setbackOf(resource, around);
  if (setback) return hindered('failed-before', setback);
  if (verdict.certain || dependants.some((id) => verdicts.get(id)?.certain)) return undefined;
  const pressed = pressureOn(rungOf(resource.id, s), desired, s.limits.pressure);
  if (pressed) return { reason: pressed, proposed: '' };
  // A person has asked for a standby or for replicas, whatever the mode.
  if (s.mode !== 'auto' && verdict.reason.code !== 'standby' && verdict.reason.code !== 'replica') {
    const text = `${reason.text} Mode is ${s.mode}.`;
    // To have it made is nothing that a person is asked about; only what would be warm is proposed.
    if (!holdsMemory(desired)) return hindered('not-worth-it', text);
    return hindered(`mode-${s.mode}`, text, s.mode === 'suggest' ? 'proposed' : '');
  }
  if (around.crowded && holdsMemory(desired) && !isHeld(resource.id, s))
    return hindered('over-budget', `${reason.text} It waits until others have given their memory back.`);
  return undefined;
}

/** What nobody asked for waits while the developer works, and is not fetched where that costs them. */
function pressureOn(at: Rung | 'unknown', desired: Rung, pressure: Pressure | undefined): Reason | undefined {
  if (pressure?.fetching && at === 'absent' && rungIndex(desired) >= rungIndex('fetched')) return pressure.fetching;
  return pressure?.yielding;
}

/** Its own, or that of something that it could not run without. */
function setbackOf(resource: Resource, { situation: s, dependencies, desired }: Around): string | undefined {
  const own = s.setbacks?.get(resource.id);
  if (holdsBack(own, 'climb', s.now)) return setbackText(own, s.now);
  if (!holdsMemory(desired)) return undefined;
  for (const id of dependencies) {
    const theirs = s.setbacks?.get(id);
    const seen = rungOf(id, s);
    if (seen !== 'unknown' && !isWarm(seen) && holdsBack(theirs, 'climb', s.now))
      return `It waits for ${id}. ${setbackText(theirs, s.now)}`;
  }
  return undefined;
}

/** In use or asked for, but what it needs is not wanted: it is neither helped nor taken away. */
const keptByWord = ({ verdict, granted }: Around): boolean => verdict.certain && !granted;

function settlingText(reason: Reason, { granted }: Around): string {
  return `${granted ? 'Less would do' : 'No longer needed'} (${reason.text}) It is kept a little longer in case that changes.`;
}

function loweringReason(reason: Reason, { verdict, crowdedOut, granted }: Around): Reason {
  if (verdict.immediate) return reason;
  if (crowdedOut) return { code: 'over-budget', text: `Its memory is needed for what is worth more. ${reason.text}` };
  return granted ? reason : { code: 'idle', text: `Not needed any more: ${reason.text}` };
}
