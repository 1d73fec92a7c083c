const DAY_MS = 86_400_000;
/** A month is counted as 30 days and a year as 365, as nobody says which one is meant. */
const UNITS_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1000] as const;

/** ISO 8601 durations such as `PT1H`, `P1DT12H` or `PT0.5S`; the same pattern stands in the JSON schema. */
export const DURATION =
  '^P(?=[0-9T])([0-9]{1,9}Y)?([0-9]{1,9}M)?([0-9]{1,9}W)?([0-9]{1,9}D)?(T(?=[0-9])([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,9}([.,][0-9]{1,9})?S)?)?$';
const PATTERN = new RegExp(DURATION);

/** Milliseconds of a duration of ISO 8601, to the microsecond; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  const found = PATTERN.exec(text);
  if (!found) return undefined;
  const [, years, months, weeks, days, , hours, minutes, seconds] = found;
  const parts = [years, months, weeks, days, hours, minutes, seconds];
  const ms = parts.reduce((sum, part, i) => sum + (part ? Number.parseFloat(part.replace(',', '.')) * (UNITS_MS[i] as number) : 0), 0);
  return Math.round(ms * 1000) / 1000;
}

/** The shortest way to write milliseconds: `PT1H`, `P7D`, `PT90S`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms % DAY_MS === 0) return `P${ms / DAY_MS}D`;
  if (ms > 0 && ms % 3_600_000 === 0) return `PT${ms / 3_600_000}H`;
  if (ms > 0 && ms % 60_000 === 0) return `PT${ms / 60_000}M`;
  return `PT${Number((ms / 1000).toFixed(6))}S`;
}
