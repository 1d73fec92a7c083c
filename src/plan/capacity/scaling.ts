import type { UnixMs } from '../../domain/index.ts';

/** How much of something is up, in whole units (copies, cores, whatever it is scaled by). Plain data, carried from look to look. */
export interface Scale {
  readonly units: number;
  /** Since when less was used than is up, and the most that was used since then. */
  readonly idle?: { readonly since: UnixMs; readonly most: number };
}

export interface ScaleSeen {
  /** Units that use as observed needs; undefined: it could not be observed. */
  readonly used: number | undefined;
  /** Units that are planned for the time that it takes until more is up; undefined: nothing is foreseen. */
  readonly foreseen?: number;
}

export interface ScaleLimits {
  readonly least: number;
  readonly most: number;
  /** Idle for so long on end before it comes down. */
  readonly idleForMs: number;
}

/**
 * One look further. Up at once, for what is used and ahead of what is foreseen. Down only by what was seen to be idle for
 * `idleForMs` on end, to the most that was used meanwhile, and never below what is foreseen: a forecast may keep something up, and
 * takes nothing down.
 */
export function nextScale(scale: Scale, { used, foreseen = 0 }: ScaleSeen, now: UnixMs, { least, most, idleForMs }: ScaleLimits): Scale {
  const within = (units: number): number => Math.min(most, Math.max(least, Math.ceil(units)));
  const wanted = within(Math.max(used ?? 0, foreseen));
  if (wanted > scale.units) return { units: wanted };
  // What could not be observed was not seen to be idle: the time begins anew.
  if (used === undefined || used >= scale.units) return { units: scale.units };
  const idle = { since: scale.idle?.since ?? now, most: Math.max(scale.idle?.most ?? 0, used) };
  const target = within(Math.max(idle.most, foreseen));
  if (target >= scale.units || now - idle.since < idleForMs) return { units: scale.units, idle };
  return { units: target };
}
