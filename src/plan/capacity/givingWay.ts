import { PRIORITIES, type Priority } from '../../domain/index.ts';
import type { Claim } from './demand.ts';

/** What gives way first: the lower priority, then who may wait longer, then what is less likely to be asked for at all. */
export function byPatience(a: Claim, b: Claim): number {
  return (
    PLACE[b.priority] - PLACE[a.priority] ||
    b.latencyTargetMs - a.latencyTargetMs ||
    a.probability - b.probability ||
    compared(`${a.persona} ${a.what}`, `${b.persona} ${b.what}`)
  );
}

const PLACE = Object.fromEntries(PRIORITIES.map((priority, i) => [priority, i])) as Record<Priority, number>;
const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Of very many it is not worth the time to find the last one. */
const EXACT_UP_TO = 256;

/**
 * The fewest of `count` things, taken in their order, after which `fits`; all of them where nothing else does. `fits` may only turn from no
 * to yes. It takes long, so it is asked about `guess` first and then in growing steps from there; among very many at most one in 256 is
 * too many.
 */
export function fewest(count: number, guess: number, fits: (taken: number) => boolean): number {
  const close = Math.max(1, Math.floor(count / EXACT_UP_TO));
  let no = 0;
  let yes = count;
  let at = Math.min(count, Math.max(1, guess));
  for (let stride = close; yes - no > close; stride *= 2) {
    if (at <= no || at >= yes) at = Math.floor((no + yes) / 2);
    if (fits(at)) yes = at;
    else no = at;
    at = yes === count || no > 0 ? no + stride : yes - stride;
    if (no > 0 && yes < count) at = Math.floor((no + yes) / 2);
  }
  return yes;
}
