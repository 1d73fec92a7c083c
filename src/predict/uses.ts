import { probability } from '../domain/index.ts';
import { type Component, countOf, type Use } from '../learn/personaModel.ts';
import { POINTS, timesOf } from './times.ts';

/** How often and when, one row per persona and resource (or per resource). Times: `POINTS` values a row, ms. */
export interface Habits {
  /** P(a session uses it at all). */
  readonly ever: Float64Array;
  /** P(a second use | one), and P(one more | two or more): uses go on geometrically. */
  readonly again: Float64Array;
  readonly more: Float64Array;
  /** From the session's start to the first use; from a use to the next; from the first to the last (NaN: not known). */
  readonly first: Float32Array;
  readonly gap: Float32Array;
  readonly span: Float32Array;
}

/** Which persona uses what, and how; and how sessions of all personas do, for those of which no persona is known. */
export interface Uses {
  readonly resources: readonly string[];
  readonly numberOf: ReadonlyMap<string, number>;
  /** Rows of persona k: `start[k]` ≤ u < `start[k + 1]`; their persona, resource. */
  readonly start: Uint32Array;
  readonly persona: Uint32Array;
  readonly resource: Uint32Array;
  readonly habits: Habits;
  /** Row r: resource r over all personas by their weight. The row after the last: any resource, once it has been used. */
  readonly crowd: Habits;
  /** Rows by resource: `rows[i]` for `rowStart[r]` ≤ i < `rowStart[r + 1]`. */
  readonly rowStart: Uint32Array;
  readonly rows: Uint32Array;
}

/** Where no time was ever seen: some minutes, ms. */
const UNKNOWN_MS: readonly number[] = Array.from({ length: POINTS }, (_, i) => 15_000 * 2 ** i);

export function usesIn(components: readonly Component[]): Uses {
  const pairs = components.flatMap((component, persona) => component.uses.map((use) => ({ component, persona, use })));
  const resources = [...new Set(pairs.map((p) => p.use.resource))];
  const numberOf = new Map(resources.map((resource, i) => [resource, i]));
  const resource = Uint32Array.from(pairs, (p) => numberOf.get(p.use.resource) as number);
  const habits = emptyHabits(pairs.length);
  for (const [row, { component, use }] of pairs.entries()) setRow(habits, row, habitOf(component, use));
  const start = startsOf(
    pairs.map((p) => p.persona),
    components.length,
  );
  const persona = Uint32Array.from(pairs, (p) => p.persona);
  const rowStart = startsOf([...resource], resources.length);
  const rows = Uint32Array.from(pairs.keys()).sort((a, b) => (resource[a] as number) - (resource[b] as number) || a - b);
  const weights = components.map((c) => (c.weight > 0 ? c.weight : 0));
  const crowd = crowdOf(habits, persona, weights, rowStart, rows);
  fillGaps(habits, crowd);
  return { resources, numberOf, start, persona, resource, habits, crowd, rowStart, rows };
}

interface Habit {
  readonly ever: number;
  readonly again: number;
  readonly more: number;
  readonly first: readonly number[] | undefined;
  readonly gap: readonly number[] | undefined;
  readonly span: readonly number[] | undefined;
}

function habitOf(component: Component, use: Use): Habit {
  return {
    ever: probability(use.probability),
    again: probability(use.again),
    more: moreOf(component, use),
    first: timesOf(use.firstUseMs),
    gap: timesOf(use.gapMs),
    span: timesOf(use.durationMs),
  };
}

/**
 * The sessions with this resource use it m times on average: m − 1 gaps, of which one in each session that used it twice
 * follows the first use; the others follow a later use, and so many follow of those m − 1 that could.
 */
function moreOf(component: Component, use: Use): number {
  const sessions = component.support * use.probability;
  const gaps = countOf(component.unigram, use.resource) / sessions - 1;
  const again = probability(use.again);
  return gaps > again ? 1 - again / gaps : again;
}

function emptyHabits(rows: number): Habits {
  const times = (): Float32Array => new Float32Array(rows * POINTS).fill(Number.NaN);
  return {
    ever: new Float64Array(rows),
    again: new Float64Array(rows),
    more: new Float64Array(rows),
    first: times(),
    gap: times(),
    span: times(),
  };
}

function setRow(habits: Habits, row: number, habit: Habit): void {
  habits.ever[row] = habit.ever;
  habits.again[row] = habit.again;
  habits.more[row] = habit.more;
  habits.first.set(habit.first ?? UNKNOWN_MS, row * POINTS);
  for (const name of ['gap', 'span'] as const) if (habit[name]) habits[name].set(habit[name], row * POINTS);
}

function crowdOf(habits: Habits, persona: Uint32Array, weights: readonly number[], rowStart: Uint32Array, rows: Uint32Array): Habits {
  const resources = rowStart.length - 1;
  const all = weights.reduce((sum, w) => sum + w, 0) || 1;
  const crowd = emptyHabits(resources + 1);
  const share = (row: number): number => (weights[persona[row] as number] as number) / all;
  for (let r = 0; r < resources; r++) {
    const own = Array.from(rows.subarray(rowStart[r], rowStart[r + 1]));
    setRow(crowd, r, mixed(habits, own, share));
  }
  const anyone = mixed(crowd, [...Array(resources).keys()], () => 1);
  setRow(crowd, resources, { ...anyone, ever: 0, gap: anyone.gap ?? UNKNOWN_MS });
  return crowd;
}

/** Rows as one, by their share of sessions and then by how many of those use it. */
function mixed(habits: Habits, rows: readonly number[], share: (row: number) => number): Habit {
  const using = rows.map((row) => share(row) * (habits.ever[row] as number));
  const ever = using.reduce((sum, w) => sum + w, 0);
  const mean = (of: Float64Array): number =>
    ever > 0 ? rows.reduce((sum, row, i) => sum + (using[i] as number) * (of[row] as number), 0) / ever : 0;
  const pile = (of: Float32Array) =>
    timesOf(
      rows.flatMap((row, i) =>
        Array.from(of.subarray(row * POINTS, (row + 1) * POINTS), (value) => ({
          value,
          probability: Number.isNaN(value) ? 0 : (using[i] as number),
        })),
      ),
    );
  return {
    ever: Math.min(1, ever),
    again: mean(habits.again),
    more: mean(habits.more),
    first: pile(habits.first),
    gap: pile(habits.gap),
    span: pile(habits.span),
  };
}

/** A persona that never used a thing twice takes the pace from the others. */
function fillGaps(habits: Habits, crowd: Habits): void {
  const anyone = crowd.gap.slice(-POINTS);
  for (const { gap } of [habits, crowd])
    for (let i = 0; i < gap.length; i += POINTS) if (Number.isNaN(gap[i] as number)) gap.set(anyone, i);
}

/** Where the rows of each number begin, for rows in any order. */
function startsOf(numbers: readonly number[], count: number): Uint32Array {
  const start = new Uint32Array(count + 1);
  for (const n of numbers) start[n + 1] = (start[n + 1] as number) + 1;
  for (let i = 1; i <= count; i++) start[i] = (start[i] as number) + (start[i - 1] as number);
  return start;
}
