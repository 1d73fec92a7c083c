import { isWarm, type Rung, rungIndex } from '../domain/index.ts';

/**
 * The rungs to go through from one to another, one at a time and in order, `from` left out. What is paused had to load first, so
 * a climb to it leads through the top; on any other climb it is passed by. What runs is paused or stopped in one step.
 */
export function pathFrom(from: Rung, to: Rung, rungs: readonly Rung[]): readonly Rung[] {
  if (from === to) return [];
  const top = warmRung(rungs);
  if (to === 'paused') return from === top ? ['paused'] : [...pathFrom(from, top, rungs), 'paused'];
  if (rungIndex(to) > rungIndex(from)) return between(from, to, rungs).filter((rung) => rung !== 'paused');
  const below = between(to, from, rungs).filter((rung) => rungIndex(rung) <= rungIndex('created') && rung !== from);
  return [...[...below].reverse(), to];
}

/** The highest rung of an engine: as warm as it can be. */
export function warmRung(rungs: readonly Rung[]): Rung {
  return rungs.reduce((highest, rung) => (rungIndex(rung) > rungIndex(highest) ? rung : highest), 'absent' as Rung);
}

/** The highest rung of an engine that is not above `rung`. */
export function floorRung(rung: Rung, rungs: readonly Rung[]): Rung {
  const below = rungs.filter((other) => rungIndex(other) <= rungIndex(rung));
  return warmRung(below);
}

/** What an engine has of what is wished: as warm as it can be where warm is meant. */
export function goalOf(wished: Rung, rungs: readonly Rung[]): Rung {
  return isWarm(wished) ? warmRung(rungs) : floorRung(wished, rungs);
}

/** Where it stays without holding anything: made, if it was, but not running. */
export function restOf(at: Rung, rungs: readonly Rung[]): Rung {
  return floorRung(rungIndex(at) < rungIndex('created') ? at : 'created', rungs);
}

/** Memory is held from `paused` on. */
export const holdsMemory = (rung: Rung): boolean => rungIndex(rung) >= rungIndex('paused');

/** Above `low` and up to `high`, in order. */
function between(low: Rung, high: Rung, rungs: readonly Rung[]): readonly Rung[] {
  return rungs
    .filter((rung) => rungIndex(rung) > rungIndex(low) && rungIndex(rung) <= rungIndex(high))
    .sort((a, b) => rungIndex(a) - rungIndex(b));
}
