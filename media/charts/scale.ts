/** A unit in which an axis is read: its ticks are round in it. */
export interface Unit {
  readonly name: string;
  readonly size: number;
}

export interface Scale {
  /** The largest value that is drawn, in the values' own unit. */
  readonly top: number;
  readonly words: (value: number) => string;
}

const TIMES: readonly Unit[] = [
  { name: ' s', size: 1000 },
  { name: ' min', size: 60_000 },
  { name: ' h', size: 3_600_000 },
];

/** Of times in ms: in seconds up to two minutes, in minutes up to two hours. */
export function timeScale(most: number): Scale {
  const unit = TIMES.find((_, i) => most <= 2 * (TIMES[i + 1]?.size ?? Number.POSITIVE_INFINITY)) as Unit;
  return scaleIn(unit, most);
}

/** Of what is counted: the half of the top is a whole number, too. */
export const countScale = (most: number): Scale => scaleIn({ name: '', size: 1 }, Math.max(2, most));

export const plainScale = (most: number): Scale => scaleIn({ name: '', size: 1 }, most);

export function scaleIn({ name, size }: Unit, most: number): Scale {
  return { top: niceTop(most / size) * size, words: (value) => `${Number((value / size).toPrecision(3))}${name}` };
}

/** The next of 1, 2, 4, 6, 8 times a power of ten that is not below it, so that its half is round as well; 2 where there is nothing. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 2;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 6, 8, 10].find((n) => n * power >= most * 0.999) ?? 10) * power;
}
