import type { DemandChart } from '../../src/show/demandChart.ts';
import { percent } from '../../src/show/ledger.ts';
import { t } from '../translate.ts';

/** What the lines and marks of this chart are. */
export function Legend({ chart, isSaid }: { readonly chart: DemandChart; readonly isSaid: boolean }) {
  return (
    <figcaption>
      <Key look="measured" words={t('measured')} />
      <Key look="foreseen" words={t('foreseen')} />
      <Key look="band" words={t('{0} of what comes', percent(chart.level))} />
      {isSaid && <Key look="said" words={t('as you expect')} />}
      {chart.events.length > 0 && <Key look="planned" words={t('planned')} />}
      {chart.anomalies.length > 0 && <Key look="mark" words={t('not expected')} />}
    </figcaption>
  );
}

const SHAPES = {
  measured: 'M0 5H18',
  foreseen: 'M0 5H18',
  said: 'M0 5H18',
  band: 'M0 1H18V9H0Z',
  planned: 'M0 1H18V9H0Z',
  mark: 'M9 0l5 5l-5 5l-5 -5Z',
} as const;

function Key({ look, words }: { readonly look: keyof typeof SHAPES; readonly words: string }) {
  return (
    <span class="key">
      <svg viewBox="0 0 18 10" aria-hidden="true">
        <path class={look} d={SHAPES[look]} />
      </svg>
      {words}
    </span>
  );
}
