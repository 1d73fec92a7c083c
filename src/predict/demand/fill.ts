/**
 * Gaps (NaN) closed by what was usual at that place of the season: the mean of the nearest known values whole seasons before and after.
 * Where no season says anything, a straight line between the neighbours does. Leading gaps are cut off by the caller.
 *
 * @param seasons lengths in steps, ascending; the longest that knows something is asked first.
 */
export function filled(values: Float64Array, seasons: readonly number[]): Float64Array {
  if (!values.some(Number.isNaN)) return values;
  const out = Float64Array.from(values);
  const longestFirst = [...seasons].reverse();
  for (let t = 0; t < values.length; t++) {
    if (!Number.isNaN(values[t] as number)) continue;
    for (const season of longestFirst) {
      const found = [known(values, t, -season), known(values, t, season)].filter((v) => v !== undefined);
      if (found.length === 0) continue;
      out[t] = found.reduce((a, b) => a + b, 0) / found.length;
      break;
    }
  }
  return lined(out);
}

/** The nearest known value in steps of `step`, which may be negative. */
function known(values: Float64Array, from: number, step: number): number | undefined {
  for (let t = from + step; t >= 0 && t < values.length; t += step) if (!Number.isNaN(values[t] as number)) return values[t];
  return undefined;
}

function lined(values: Float64Array): Float64Array {
  for (let t = 0; t < values.length; t++) {
    if (!Number.isNaN(values[t] as number)) continue;
    let end = t;
    while (end < values.length && Number.isNaN(values[end] as number)) end++;
    const before = values[t - 1] ?? values[end] ?? 0;
    const after = values[end] ?? before;
    for (let k = t; k < end; k++) values[k] = before + ((after - before) * (k - t + 1)) / (end - t + 1);
    t = end;
  }
  return values;
}
