import { type ChoiceProblem, type Chosen, chosenOf, loosened, TOLERANCE } from './choiceProblem.ts';
import { relaxed } from './multipliers.ts';
import { type Frontier, frontierOf } from './nondominated.ts';

export interface Optimum extends Chosen {
  /** No choice within the budgets has a value less than `value` − `gap`; 0: it is the best, which is proven. */
  readonly gap: number;
}

/** An item that is not settled yet, by the choices that are still open. */
interface Open {
  readonly item: number;
  readonly choices: readonly Candidate[];
}

interface Candidate {
  readonly pick: number;
  /** What it is worse by than the item's best at the multipliers. */
  readonly regret: number;
  readonly value: number;
  readonly takes: readonly number[];
}

/** What was chosen of the first open items. */
interface State {
  readonly regret: number;
  readonly value: number;
  readonly takes: readonly number[];
  readonly pick: number;
  readonly before: State | undefined;
}

/** Some seconds. Beyond that it is no longer proven that what is found is the best, and `gap` says by how much it may be missed. */
const MOST_STATES = 40_000;
/** More, and the last round lists much that it need not; less, and there are more rounds. */
const WIDER = 1.35;
const FIRST_OPEN = 16;

/**
 * The exact optimum of a multiple-choice knapsack, or undefined where no choice keeps to the budgets (or none was found among 40,000 at a time). With multipliers λ every choice's
 * value is the Lagrangian bound + Σ regrets + λ · (what is left of the budgets). So all choices within `width` of the bound are made of
 * choices whose regrets, and what they leave, add up to no more than that; they are listed item by item, without those that are
 * dominated (Pisinger, "A minimal algorithm for the multiple-choice knapsack problem", 1995; here for several budgets). If there are
 * none the width is raised, so that no first solution has to be guessed, and what is found is the best.
 */
export function optimum(asked: ChoiceProblem): Optimum | undefined {
  // A budget that is met to the last digit would make its multiplier endless.
  const problem = { ...asked, budgets: asked.budgets.map(loosened) };
  const base = relaxed(problem);
  if (!base) return undefined;
  const candidates = problem.items.map((choices, item) => candidatesOf(choices, item, base.multipliers));
  const all = candidates.flatMap(({ choices }) => choices.map((c) => c.regret)).sort((a, b) => a - b);
  const scale = Math.max(1e-300, Math.abs(base.bound), all.at(-1) ?? 0);
  // No choice has a value above this: where the bound is, there is none.
  const worst = problem.items.reduce((sum, own) => sum + Math.max(...own.map((c) => c.value)), 0);
  if (base.bound > worst + scale * TOLERANCE) return undefined;
  const everything = Math.min(widest(problem, candidates, base.multipliers), worst - base.bound) + scale * TOLERANCE;
  let width = Math.max(scale * TOLERANCE, all[Math.min(all.length - 1, problem.items.length + FIRST_OPEN)] ?? 0);
  for (; ; width = Math.min(everything, WIDER * width)) {
    const found = search(problem, candidates, base.multipliers, width);
    if (found.state) {
      const chosen = chosenOf(problem, picksOf(found.state, candidates, found.open));
      if (found.complete) return { ...chosen, gap: 0 };
      // What it is from the bound is all the width that is needed to prove it, or to better it.
      const gap = Math.max(0, chosen.value - base.bound);
      const closer = search(problem, candidates, base.multipliers, Math.min(width, gap + scale * TOLERANCE));
      const better = closer.state ? chosenOf(problem, picksOf(closer.state, candidates, closer.open)) : chosen;
      const best = better.value < chosen.value ? better : chosen;
      return { ...best, gap: closer.complete ? 0 : Math.max(0, best.value - base.bound) };
    }
    if (width >= everything) return undefined;
  }
}

/** Without what another choice of the item is never worse than. */
function candidatesOf(choices: ChoiceProblem['items'][number], item: number, multipliers: readonly number[]): Open {
  const weighed = choices.map(({ value, takes }, pick) => ({
    pick,
    value,
    takes,
    regret: takes.reduce((sum, t, b) => sum + t * (multipliers[b] as number), value),
  }));
  const least = Math.min(...weighed.map((c) => c.regret));
  const beats = (a: Candidate, b: Candidate): boolean => a.value <= b.value && a.takes.every((t, i) => t <= (b.takes[i] as number));
  const open = weighed.filter((c) => !weighed.some((other) => other !== c && beats(other, c) && (!beats(c, other) || other.pick < c.pick)));
  return { item, choices: open.map((c) => ({ ...c, regret: c.regret - least })).sort((a, b) => a.regret - b.regret) };
}

/** More than any choice can be away from the bound. */
function widest({ budgets }: ChoiceProblem, candidates: readonly Open[], multipliers: readonly number[]): number {
  const regrets = candidates.reduce((sum, { choices }) => sum + (choices.at(-1)?.regret ?? 0), 0);
  return regrets + budgets.reduce((sum, budget, b) => sum + budget * (multipliers[b] as number), 0);
}

interface Found {
  readonly state: State | undefined;
  readonly open: readonly Open[];
  /** Nothing was left out. */
  readonly complete: boolean;
}

/** All choices within `width` of the bound, item by item; the best of them. */
function search({ budgets }: ChoiceProblem, candidates: readonly Open[], multipliers: readonly number[], width: number): Found {
  const kept = candidates.map(({ item, choices }) => ({ item, choices: choices.filter((c) => c.regret <= width) }));
  const settled = kept.filter((o) => o.choices.length === 1);
  const open = kept.filter((o) => o.choices.length > 1).sort((a, b) => weight(b, multipliers) - weight(a, multipliers));
  const start = settled.reduce((state, { choices: [only] }) => (only ? extended(state, only) : state), {
    regret: 0,
    value: 0,
    takes: budgets.map(() => 0),
    pick: -1,
    before: undefined,
  } as State);
  const rest = restOf(open, budgets.length);
  const views = viewsOf(open, multipliers, width);
  const fits = (regret: number, takes: readonly number[], done: number): boolean => {
    let left = regret;
    for (let b = 0; b < budgets.length; b++) {
      const budget = budgets[b] as number;
      if ((takes[b] as number) + (rest.least[done]?.[b] as number) > budget) return false;
      const unused = budget - (takes[b] as number) - (rest.most[done]?.[b] as number);
      if (unused > 0) left += unused * (multipliers[b] as number);
    }
    const most = width * (1 + TOLERANCE);
    return left <= most && views.every((view) => seenFrom(view, regret, takes, budgets, done) <= most);
  };
  let states: readonly State[] = [{ ...start, before: undefined, pick: -1 }].filter((s) => fits(s.regret, s.takes, 0));
  let complete = true;
  const takes = budgets.map(() => 0);
  for (const [i, { choices }] of open.entries()) {
    const next: State[] = [];
    for (const state of states)
      for (const choice of choices) {
        for (let b = 0; b < takes.length; b++) takes[b] = (state.takes[b] as number) + (choice.takes[b] as number);
        if (fits(state.regret + choice.regret, takes, i + 1)) next.push(extended(state, choice));
      }
    states = undominated(next, budgets.length);
    if (states.length > MOST_STATES) {
      complete = false;
      states = [...states].sort((a, b) => a.regret - b.regret).slice(0, MOST_STATES);
    }
  }
  const best = states.reduce<State | undefined>((least, s) => (least === undefined || s.value < least.value ? s : least), undefined);
  return { state: best, open, complete };
}

/** Other multipliers, from which one sees that what has been used of a budget can no longer be made good by the rest. */
interface View {
  readonly shift: readonly number[];
  /** Of the items from each on: the least regret there. */
  readonly rest: readonly number[];
}

const SHIFTS = [0.1, 0.3, 0.6, 1, 2, 4];

function viewsOf(open: readonly Open[], multipliers: readonly number[], width: number): readonly View[] {
  const spread = multipliers.map((_, b) =>
    Math.sqrt(open.reduce((sum, { choices }) => sum + ((choices[1]?.takes[b] ?? 0) - (choices[0]?.takes[b] ?? 0)) ** 2, 0)),
  );
  return signsOf(multipliers.length).flatMap((signs) =>
    SHIFTS.map((size) => {
      // No multiplier may be below 0, or the bound would not hold.
      const shift = signs.map((sign, b) => Math.max(-(multipliers[b] as number), (sign * size * width) / ((spread[b] as number) || 1)));
      const rest = open.map(({ choices }) =>
        Math.min(...choices.map((c) => c.takes.reduce((sum, t, b) => sum + t * (shift[b] as number), c.regret))),
      );
      for (let i = rest.length - 2; i >= 0; i--) rest[i] = (rest[i] as number) + (rest[i + 1] as number);
      return { shift, rest: [...rest, 0] };
    }),
  );
}

/** Every way to raise some, lower some and leave others. */
function signsOf(width: number): readonly (readonly number[])[] {
  const all = Array.from({ length: width }).reduce<readonly (readonly number[])[]>(
    (signs) => signs.flatMap((s) => [-1, 0, 1].map((sign) => [...s, sign])),
    [[]],
  );
  return all.filter((signs) => signs.some((s) => s !== 0));
}

/** How far from the bound what comes of a state is at least. */
function seenFrom({ shift, rest }: View, regret: number, takes: readonly number[], budgets: readonly number[], done: number): number {
  let seen = regret + (rest[done] as number);
  for (let b = 0; b < shift.length; b++) seen += (shift[b] as number) * ((takes[b] as number) - (budgets[b] as number));
  return seen;
}

/** What is most undecided comes first, so that the rest soon has little say. */
const weight = ({ choices }: Open, multipliers: readonly number[]): number =>
  multipliers.reduce((sum, m, b) => sum + m * Math.abs((choices[1]?.takes[b] ?? 0) - (choices[0]?.takes[b] ?? 0)), 0);

function extended(state: State, { pick, regret, value, takes }: Candidate): State {
  return {
    regret: state.regret + regret,
    value: state.value + value,
    takes: takes.map((t, b) => t + (state.takes[b] as number)),
    pick,
    before: state,
  };
}

/** What the items from each on take at least and at most. */
function restOf(open: readonly Open[], width: number) {
  const least: number[][] = [];
  const most: number[][] = [];
  const at = (sums: number[][], i: number, b: number): number => sums[i + 1]?.[b] ?? 0;
  for (let i = open.length; i >= 0; i--) {
    const takes = open[i]?.choices.map((c) => c.takes) ?? [];
    const own = (pick: (...all: number[]) => number, b: number): number =>
      takes.length > 0 ? pick(...takes.map((t) => t[b] as number)) : 0;
    least[i] = Array.from({ length: width }, (_, b) => at(least, i, b) + own(Math.min, b));
    most[i] = Array.from({ length: width }, (_, b) => at(most, i, b) + own(Math.max, b));
  }
  return { least, most };
}

/** No other has at most the value and takes at most as much of each budget. */
function undominated(states: readonly State[], width: number): readonly State[] {
  const sorted = [...states].sort((a, b) => a.value - b.value || sumOf(a.takes) - sumOf(b.takes));
  const frontier: Frontier = frontierOf(width);
  return sorted.filter((state) => frontier.add(state.takes));
}

const sumOf = (all: readonly number[]): number => all.reduce((sum, x) => sum + x, 0);

function picksOf(state: State, candidates: readonly Open[], open: readonly Open[]): readonly number[] {
  const picks = candidates.map(({ choices }) => choices[0]?.pick ?? 0);
  let at: State | undefined = state;
  for (let i = open.length - 1; i >= 0 && at; i--) {
    picks[open[i]?.item as number] = at.pick;
    at = at.before;
  }
  return picks;
}
