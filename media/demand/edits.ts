import type { DemandChart } from '../../src/show/demandChart.ts';
import type { FromDemand } from '../../src/show/demandProtocol.ts';

/** That a developer expects another volume than was there before. */
export interface Edit {
  readonly chart: string;
  readonly persona: string;
  readonly windowMs: number;
  readonly before: number;
  readonly after: number;
}

export interface Edits {
  /** The last of this chart, as far as it looks now. */
  of(chart: DemandChart): Edit | undefined;
  expect(chart: DemandChart, volume: number): void;
  /** The last of this chart, or of all. */
  undo(chart?: DemandChart): void;
}

const MOST_EDITS = 100;

/**
 * Edits are kept as a list, so that each can be undone; the volume of before is then expected again. `made` gives those of now: a key may
 * come before the page is drawn anew.
 */
export function editsOf(made: () => readonly Edit[], keep: (made: readonly Edit[]) => void, post: (message: FromDemand) => void): Edits {
  const lastOf = (all: readonly Edit[], chart: DemandChart): Edit | undefined =>
    all.findLast((e) => e.chart === chart.key && e.windowMs === chart.expectation?.windowMs);
  const tell = ({ persona, windowMs }: Edit, volume: number): void => post({ type: 'expect', persona, windowMs, volume });
  return {
    of: (chart) => lastOf(made(), chart),
    expect(chart, volume) {
      if (!chart.expectation) return;
      const { windowMs } = chart.expectation;
      const all = made();
      const before = lastOf(all, chart)?.after ?? chart.expectation.volume;
      if (volume === before) return;
      const edit = { chart: chart.key, persona: chart.subject.id, windowMs, before, after: volume };
      keep([...all, edit].slice(-MOST_EDITS));
      tell(edit, volume);
    },
    undo(chart) {
      const all = made();
      const edit = chart ? lastOf(all, chart) : all.at(-1);
      if (!edit) return;
      keep(all.filter((one) => one !== edit));
      tell(edit, edit.before);
    },
  };
}
