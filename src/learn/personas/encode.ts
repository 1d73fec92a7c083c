import type { Activity } from '../../domain/index.ts';

/** Sessions as integers: session `s` is `ids[offsets[s] … offsets[s + 1])`, and `ids[i]` stands for `symbols[ids[i]]`. */
export interface Encoded {
  readonly symbols: readonly string[];
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
  /** When each happened, ms since 1970. */
  readonly at: Float64Array;
}

/** The sessions' tokens in their order; activities of which `tokenOf` says nothing are left out. */
export function encode(sessions: readonly (readonly Activity[])[], tokenOf: (activity: Activity) => string | undefined): Encoded {
  const known = new Map<string, number>();
  const offsets = new Int32Array(sessions.length + 1);
  const ids = new Int32Array(sessions.reduce((sum, s) => sum + s.length, 0));
  const at = new Float64Array(ids.length);
  let end = 0;
  for (const [s, session] of sessions.entries()) {
    for (const activity of session) {
      const token = tokenOf(activity);
      if (token === undefined) continue;
      ids[end] = idOf(known, token);
      at[end++] = activity.at;
    }
    offsets[s + 1] = end;
  }
  return { symbols: [...known.keys()], offsets, ids: ids.subarray(0, end), at: at.subarray(0, end) };
}

function idOf(known: Map<string, number>, token: string): number {
  const id = known.get(token);
  if (id !== undefined) return id;
  known.set(token, known.size);
  return known.size - 1;
}
