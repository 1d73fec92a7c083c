import type { MadeEdit, Overlay } from '../../domain/index.ts';
import { NO_EDITS, withEdit } from './overlay.ts';

/** Edits with their way back: plain data. The first `cursor` of `edits` hold, the others were taken back. */
export interface EditHistory {
  /** What older edits came to, which cannot be taken back any more. */
  readonly base: Overlay;
  readonly edits: readonly MadeEdit[];
  readonly cursor: number;
}

export const NO_HISTORY: EditHistory = { base: NO_EDITS, edits: [], cursor: 0 };
/** So many steps back there are at most. */
const MOST_STEPS = 200;

/** One more; what was taken back before cannot be had again. */
export function did(history: EditHistory, made: MadeEdit): EditHistory {
  const edits = [...history.edits.slice(0, history.cursor), made];
  const old = edits.slice(0, Math.max(0, edits.length - MOST_STEPS));
  return { base: old.reduce(withEdit, history.base), edits: edits.slice(old.length), cursor: edits.length - old.length };
}

export const undone = (history: EditHistory): EditHistory => ({ ...history, cursor: Math.max(0, history.cursor - 1) });
export const redone = (history: EditHistory): EditHistory => ({
  ...history,
  cursor: Math.min(history.edits.length, history.cursor + 1),
});

/** What an undo would take back, and a redo would do again. */
export const undoable = ({ edits, cursor }: EditHistory): MadeEdit | undefined => edits[cursor - 1];
export const redoable = ({ edits, cursor }: EditHistory): MadeEdit | undefined => edits[cursor];

const known = new WeakMap<EditHistory, Overlay>();

/** All that holds. A history never changes, so it is added up once. */
export function overlayOf(history: EditHistory): Overlay {
  let overlay = known.get(history);
  if (!overlay) known.set(history, (overlay = history.edits.slice(0, history.cursor).reduce(withEdit, history.base)));
  return overlay;
}
