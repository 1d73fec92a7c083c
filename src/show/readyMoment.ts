import { isWarm } from '../domain/index.ts';
import type { Shown, ShownResource } from './shown.ts';

/** What has to be remembered from one state to the next, so that “everything is ready” is said once a session, and truly. */
export interface ReadyMoment {
  readonly session: number | undefined;
  /** What was wanted and not warm, some time in this session. */
  readonly waited: readonly string[];
  readonly told: boolean;
  /** To be said now, quietly: the names of what became ready. */
  readonly say?: readonly string[];
}

export const NO_MOMENT: ReadyMoment = { session: undefined, waited: [], told: false };

/**
 * The moment at which all that was wanted in this session (predicted or asked for) and was not warm is ready. What was warm all
 * along is no news, and where something did not come there is nothing to announce.
 */
export function readyMoment(before: ReadyMoment, state: Shown): ReadyMoment {
  const same = before.session === state.sessionSince;
  const { waited, told } = same ? before : { waited: [], told: false };
  const cold = state.resources.filter((r) => isWanted(r) && !isWarm(r.rung)).map((r) => r.resource.id);
  const all = [...new Set([...waited, ...cold])];
  const came = state.resources.filter((r) => all.includes(r.resource.id) && isWarm(r.rung));
  const now = { session: state.sessionSince, waited: all, told };
  return told || came.length === 0 || came.length < all.length ? now : { ...now, told: true, say: came.map((r) => r.resource.name) };
}

const isWanted = ({ target, decision }: ShownResource): boolean =>
  (target !== undefined && isWarm(target)) ||
  (decision !== undefined && (decision.reason.code === 'asked' || (decision.desired !== 'unchanged' && isWarm(decision.desired))));
