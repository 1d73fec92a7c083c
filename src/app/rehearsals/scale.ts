/** Whether that many times as many arrivals can be simulated. */
export const isScale = (value: number): boolean => value > 0 && value <= 1e6;

/** As a person writes it, `2.5` or `2,5`; undefined where it is none. */
export function scaleOf(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
  return isScale(value) ? value : undefined;
}
