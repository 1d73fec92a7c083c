import type { Activity, UnixMs } from '../../domain/index.ts';
import { RECALLED_GAP_MS } from './layBack.ts';

/**
 * Commands without times, in the order of the file, get the sessions that `laidBack` laid them in as their split: the pauses between
 * them are of its making, and nobody's pauses are to be learnt from them.
 */
export function createRecall(name: string): (activities: readonly Activity[]) => readonly Activity[] {
  let session = 0;
  let last: UnixMs = Number.NEGATIVE_INFINITY;
  return (activities) =>
    activities.map((activity) => {
      if (activity.kind !== 'command.recalled') return activity;
      if (activity.at - last > RECALLED_GAP_MS / 2) session++;
      last = activity.at;
      return { ...activity, session: `${name}/${session}` };
    });
}
