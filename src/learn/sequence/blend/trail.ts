import { bucketOf } from '../../rhythm/cells.ts';
import type { Occasion } from '../nextModel.ts';

/** What one actor did of late, as far as contexts look back; the latest first. */
export interface Trail {
  readonly symbols: number[];
  /** The last symbols in each workspace. */
  readonly byWorkspace: number[][];
  workspace: number;
  at: number;
  /** Before the latest symbol, ms. */
  gap: number;
  /** How often the latest symbol occurred in a row. */
  run: number;
  length: number;
}

const LONGEST = 8;
/** Ends of the classes of gaps: pasted, typed, thought, paused, left; ms. */
const GAPS = [300, 1500, 4000, 10_000, 30_000, 120_000, 900_000, 14_400_000];

export const createTrail = (): Trail => ({
  symbols: [],
  byWorkspace: [],
  workspace: -1,
  at: 0,
  gap: Number.POSITIVE_INFINITY,
  run: 0,
  length: 0,
});

export function follow(trail: Trail, symbol: number, { at, workspace }: Occasion): void {
  trail.gap = trail.length > 0 ? at - trail.at : Number.POSITIVE_INFINITY;
  trail.run = symbol === trail.symbols[0] ? trail.run + 1 : 1;
  push(trail.symbols, symbol);
  push((trail.byWorkspace[workspace] ??= []), symbol);
  trail.workspace = workspace;
  trail.at = at;
  trail.length++;
}

export const gapClass = (gapMs: number): number => bucketOf(gapMs, GAPS);

function push(symbols: number[], symbol: number): void {
  symbols.unshift(symbol);
  if (symbols.length > LONGEST) symbols.pop();
}
