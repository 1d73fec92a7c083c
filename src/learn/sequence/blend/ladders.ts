import type { LadderShape } from './ladder.ts';
import { gapClass, type Trail } from './trail.ts';

/**
 * The contexts that the blend looks at. Rates of forgetting, strengths and start weights were tuned by hand while looking at
 * actors of public traces; from there every actor's blend learns its own weights.
 */

const latest = (trail: Trail): readonly number[] => trail.symbols;
const afterGap = ({ symbols, gap }: Trail): readonly number[] => [symbols[0] ?? NONE, gapClass(gap), symbols[1] ?? NONE];
const inRun = ({ symbols, run }: Trail): readonly number[] => [symbols[0] ?? NONE, Math.min(run, 6), symbols[run] ?? NONE];
const butLatest = ({ symbols }: Trail): readonly number[] => [symbols[1] ?? NONE, symbols[2] ?? NONE];
const inWorkspace = ({ workspace, byWorkspace }: Trail): readonly number[] => [workspace, ...(byWorkspace[workspace] ?? [])];
const atStart = ({ length, symbols }: Trail): readonly number[] => [Math.min(length, 12), symbols[0] ?? NONE];
/** Stands for a symbol before the first. */
const NONE = -2;

/** Of the actor's own past. */
export const OWN: readonly LadderShape[] = [
  { path: latest, order: 2, decay: 0.72, strength: 6, weights: [0.29, 0.38, -0.16] },
  { path: latest, order: 5, decay: 0.975, strength: 16, weights: [0.4, 0.56, 0.48, 0.43, 0.5, 0.06] },
  { path: afterGap, order: 3, speaksFrom: 2, decay: 0.95, strength: 6, weights: [0.1, 0.1] },
  { path: inRun, order: 3, speaksFrom: 2, decay: 0.95, strength: 6, weights: [0.05, 0.05] },
  { path: butLatest, order: 2, speaksFrom: 1, decay: 0.95, strength: 6, weights: [0.05, 0.05] },
];

/** Of what everybody did before: all of it, the last weeks, the last hours, so to speak. */
export const POOLED: readonly LadderShape[] = [
  { path: latest, order: 4, decay: 0.999, strength: 4, weights: [0.4, 0.5, 0.4, 0.2, 0.1] },
  { path: latest, order: 2, decay: 0.93, strength: 6, weights: [0.2, 0.2, 0.2] },
  { path: latest, order: 2, decay: 0.8, strength: 4, weights: [0.1, 0.1, 0.1] },
  { path: inWorkspace, order: 3, speaksFrom: 1, decay: 0.98, strength: 6, weights: [0.1, 0.1, 0.1] },
  { path: afterGap, order: 3, speaksFrom: 2, decay: 0.98, strength: 6, weights: [0.15, 0.15] },
  { path: atStart, order: 2, speaksFrom: 1, decay: 0.98, strength: 6, weights: [0.15, 0.15] },
  { path: butLatest, order: 2, speaksFrom: 1, decay: 0.98, strength: 6, weights: [0.1, 0.1] },
  { path: inRun, order: 3, speaksFrom: 2, decay: 0.98, strength: 6, weights: [0.1, 0.1] },
];
