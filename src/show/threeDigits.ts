/** Figures to three digits, as they stand in reports; `–` where nothing came that could be measured. */
export const number = (v: number | null): string => (v === null ? '–' : String(Number(v.toPrecision(3))));
export const percent = (share: number | null): string => (share === null ? '–' : `${number(100 * share)} %`);

export function ms(v: number | null): string {
  if (v === null) return '–';
  return v >= 10_000 ? `${number(v / 1000)} s` : `${number(v)} ms`;
}

/** From so many a second; what a person does comes a few times an hour. */
export const rate = (perSecond: number | null): string =>
  perSecond !== null && perSecond > 0 && perSecond < 0.01 ? `${number(3600 * perSecond)}/h` : `${number(perSecond)}/s`;

/** A length of time in its largest whole unit, from ms. */
export function lengthText(v: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const)
    if (v >= size && v % size === 0) return `${v / size} ${unit}`;
  return v >= 1000 ? `${number(v / 1000)} s` : `${v} ms`;
}
