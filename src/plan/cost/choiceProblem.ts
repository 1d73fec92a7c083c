/**
 * One choice for each item so that the sum of `value` is least and no budget is exceeded: a multiple-choice knapsack, with as many
 * budgets as `budgets` is long. All amounts are finite and not below 0.
 */
export interface ChoiceProblem {
  /** Per item its choices, at least one. */
  readonly items: readonly (readonly Choice[])[];
  readonly budgets: readonly number[];
}

export interface Choice {
  readonly value: number;
  /** Of each budget what it takes. */
  readonly takes: readonly number[];
}

export interface Chosen {
  /** Per item the number of its choice. */
  readonly picks: readonly number[];
  readonly value: number;
  readonly takes: readonly number[];
}

/** Sums of floats that should be equal differ by that share. */
export const TOLERANCE = 1e-9;

/** With what it may be exceeded by for that reason. */
export const loosened = (budget: number): number => budget + TOLERANCE * Math.max(1, Math.abs(budget));

export const within = (amount: number, budget: number): boolean => amount <= loosened(budget);

export function chosenOf({ items, budgets }: ChoiceProblem, picks: readonly number[]): Chosen {
  const takes = budgets.map(() => 0);
  let value = 0;
  for (const [i, pick] of picks.entries()) {
    const choice = items[i]?.[pick] as Choice;
    value += choice.value;
    for (let b = 0; b < takes.length; b++) takes[b] = (takes[b] as number) + (choice.takes[b] as number);
  }
  return { picks, value, takes };
}
