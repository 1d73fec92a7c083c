import { callsOf, type Scenario } from '../scenario/scenario.ts';
import { type Case, usualBy, usualOf } from '../scenario/usual.ts';
import type { Law, Practice } from './practice.ts';
import { type Suspect, suspectsOf } from './suspects.ts';

/** What goes wrong at its root. */
export interface Cause {
  /** A resource, or a call as `from → to`. */
  readonly of: string;
  readonly law: Law;
  /** What it costs an interaction on average, in ms; an error counts as `FAILURE_MS`. What follows from it is counted here as well. */
  readonly harmMs: number;
  readonly because: string;
  /** What was taken for a cause at first and follows from this one. */
  readonly explains: readonly string[];
}

/** A suspect that does less than this share of the other's harm does not explain it; what is seen in the thing itself may do more elsewhere. */
const NEGLIGIBLE = { own: 0.001, other: 0.03 };
/** Of the time that a saturated caller's servers are held: a wait below that is less of it does not explain it. */
const SUBSTANTIAL = 0.2;
/** A resource that would not be busier than this without what is done to it can carry its load. */
const CARRIED = 0.8;

/**
 * Root causes, the worst first. Held against an earlier rehearsal of the same graph where there is one, else against the practices. What can
 * be seen in a resource itself is told from what merely waits: a caller whose callee is slow is saturated, too, and not to blame.
 */
export function causesOf(now: Case, practices: readonly Practice[], before?: Case): readonly Cause[] {
  const suspects = suspectsOf(now, before ? usualOf(before, now) : usualBy(practices, now));
  const follows = consequence(now);
  const roots = suspects.filter((s) => !suspects.some((r) => follows(s, r) && !follows(r, s)));
  const blamed = (victim: Suspect): Suspect | undefined =>
    roots.includes(victim) ? undefined : roots.filter((r) => follows(victim, r)).sort((a, b) => b.harmMs - a.harmMs)[0];
  return roots
    .map((root): Cause => {
      const its = suspects.filter((s) => blamed(s) === root);
      const { of, law, because } = root;
      const harmMs = its.reduce((sum, s) => sum + s.harmMs, root.harmMs);
      return { of, law, harmMs, because, explains: its.map((s) => `${s.law} of ${s.of}`) };
    })
    .sort((a, b) => b.harmMs - a.harmMs);
}

/** Whether what the first shows is a consequence of the second. */
function consequence(now: Case): (victim: Suspect, root: Suspect) => boolean {
  const below = reach(now.scenario);
  const carried = (id: string): boolean => (now.rehearsed.offered.load.get(id) ?? 0) < CARRIED;
  return (victim, root) => {
    if (victim === root || victim.own || root.harmMs < little(victim, root)) return false;
    const [to, rootTo] = [calleeOf(victim), calleeOf(root)];
    // More comes than is meant to: calls are repeated, or a cache sends them on; without that it would be carried.
    if (victim.law === 'saturation' && (root.law === 'retry storm' || root.law === 'cold cache'))
      return (rootTo === victim.of || below(rootTo).has(victim.of)) && (root.law === 'cold cache' || carried(victim.of));
    // A queue before the callee makes calls be given up and tried again, unless it is these that make the queue.
    if (victim.law === 'retry storm' && root.law === 'saturation' && carried(root.of)) return false;
    if (!isCall(root)) return (isCall(victim) && to === rootTo) || below(to).has(rootTo);
    // Of a call: its caller waits, and all above.
    const caller = callerOf(root);
    return victim.of !== root.of && (to === caller || below(to).has(caller));
  };
}

/** Harm that would not explain the victim's. A queue at the door grows as long as the rehearsal, so what it costs says nothing of what made it. */
const little = (victim: Suspect, root: Suspect): number =>
  root.own || victim.heldMs === undefined ? NEGLIGIBLE[root.own ? 'own' : 'other'] * victim.harmMs : SUBSTANTIAL * victim.heldMs;

const isCall = ({ of }: Suspect): boolean => of.includes(' → ');
const callerOf = ({ of }: Suspect): string => of.split(' → ')[0] as string;
const calleeOf = ({ of }: Suspect): string => of.split(' → ').at(-1) as string;

/** Resources that a resource waits for, directly or not. */
function reach(scenario: Scenario): (id: string) => ReadonlySet<string> {
  const calls = callsOf(scenario);
  const known = new Map<string, ReadonlySet<string>>();
  const from = (id: string): ReadonlySet<string> => {
    const before = known.get(id);
    if (before) return before;
    const next = calls.filter((c) => c.from === id).map((c) => c.to);
    const all = new Set(next.flatMap((to) => [to, ...from(to)]));
    known.set(id, all);
    return all;
  };
  return from;
}
