/** What one policy did to the uses of many keys. */
export interface WarmFigures {
  readonly coldStarts: number;
  readonly uses: number;
  /** 0–1. */
  readonly coldStartRate: number;
  /** Of the keys' own rates, ascending, the one at ⌊0.75 · keys⌋. */
  readonly coldStartRateP75: number;
  /** Minutes warm without a use, up to each key's last use. */
  readonly idleWarmMinutes: number;
  /** Against all uses being cold. */
  readonly secondsSaved: number;
}

export interface KeyTally {
  readonly uses: number;
  readonly cold: number;
}

export function figuresOf(keys: readonly KeyTally[], idleWarmMinutes: number, coldStartMs: number): WarmFigures {
  const uses = keys.reduce((sum, k) => sum + k.uses, 0);
  const coldStarts = keys.reduce((sum, k) => sum + k.cold, 0);
  const rates = keys.map((k) => k.cold / k.uses).sort((a, b) => a - b);
  return {
    coldStarts,
    uses,
    coldStartRate: uses > 0 ? coldStarts / uses : 0,
    coldStartRateP75: rates[Math.floor(0.75 * rates.length)] ?? 0,
    idleWarmMinutes,
    secondsSaved: ((uses - coldStarts) * coldStartMs) / 1000,
  };
}
