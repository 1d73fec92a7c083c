/** A figure by its name, in words. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A table that people read; the first cell of each row names it. */
export interface Rows {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One of the things that are drawn side by side: `hollow` is told from `full` without a colour. */
export interface Bar {
  readonly look: 'full' | 'hollow';
  /** Null: nothing came that could be measured. */
  readonly value: number | null;
  /** The 95 % interval; absent where there is none. */
  readonly low?: number;
  readonly high?: number;
  /** The value with its interval. */
  readonly words: string;
}

export interface BarRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** Bars that lie, a row each; the same is its table. */
export interface BarChart extends Rows {
  /** Of the values: shares are 0–1, times in ms. */
  readonly unit: 'share' | 'ms' | 'count';
  readonly drawn: readonly BarRow[];
  /** Which is which, where a row has more than one. */
  readonly legend: readonly { readonly look: Bar['look']; readonly name: string }[];
}

/** What goes wrong at its root. */
export interface CauseRow {
  readonly title: string;
  readonly because: string;
  readonly harm: string;
  readonly explains: readonly string[];
}

export interface DeviationRow {
  readonly title: string;
  readonly says: string;
  /** What is at its root, where that is known. */
  readonly root?: string;
}

export interface AdviceRow {
  readonly title: string;
  readonly against: string;
  readonly facts: readonly Fact[];
  readonly assumes?: string;
}

/** One rehearsal as plain rows, with everything in words. */
export interface RehearsalView {
  readonly title: string;
  /** How it went, in a sentence or two. */
  readonly headline: string;
  readonly setting: readonly Fact[];
  readonly figures: readonly Fact[];
  readonly charts: readonly BarChart[];
  /** Calls and patterns, where there are any. */
  readonly tables: readonly Rows[];
  readonly causes: readonly CauseRow[];
  /** Best first; how it was tried. */
  readonly advice: readonly AdviceRow[];
  readonly tried: string;
  readonly together?: string;
  readonly deviations: readonly DeviationRow[];
  /** Practices for these personas, with limits from where it is carried well. */
  readonly practices: Rows;
  readonly assumed: readonly string[];
  readonly notes: readonly string[];
  readonly form: RehearsalForm;
  /** That can be warm, or have a fault injected. */
  readonly resources: readonly string[];
  readonly rungs: readonly { readonly rung: string; readonly name: string }[];
  /** It is kept under this id in the workspace's storage. */
  readonly savedAs?: string;
  readonly name: string;
}

/** What can be changed before it is simulated again, as it is typed; empty: the default. */
export interface RehearsalForm {
  readonly duration: string;
  readonly scale: string;
  /** Local time, `2026-11-30T09:00`; empty: no time in particular. */
  readonly start: string;
  readonly seed: string;
  readonly replications: string;
  /** Of all resources. */
  readonly rung: string;
  /** Of single ones, by id. */
  readonly rungs: Readonly<Record<string, string>>;
  readonly faults: readonly FaultRow[];
}

export interface FaultRow {
  readonly do: 'slow' | 'fail';
  readonly of: string;
  readonly value: string;
}

/** Two rehearsals side by side. */
export interface ComparisonView {
  readonly title: string;
  readonly headline: string;
  readonly chart: BarChart;
  readonly differences: Rows;
  /** In what they were set differently. */
  readonly setting: Rows;
}
