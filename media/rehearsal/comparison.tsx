import { useEffect, useRef } from 'preact/hooks';
import type { ComparisonView } from '../../src/show/rehearsal/rehearsalView.ts';
import type { Tables } from '../charts/chart.tsx';
import { t } from '../translate.ts';
import { BarSection, TableSection } from './sections.tsx';

export interface ComparisonProps {
  readonly comparison: ComparisonView;
  readonly tables: Tables;
  readonly close: () => void;
}

/** Two rehearsals side by side. It takes the focus when it comes, since it was asked for from elsewhere. */
export function Comparison({ comparison: { title, headline, chart, differences, setting }, tables, close }: ComparisonProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <div class="comparison" role="region" aria-labelledby="comparison-title">
      <header>
        <h2 id="comparison-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" onClick={close}>
          {t('Close Comparison')}
        </button>
      </header>
      <p class="headline">{headline}</p>
      <div class="charts">
        <BarSection chart={chart} tables={tables} />
        {setting.rows.length > 0 && <TableSection table={setting} looks="words" />}
      </div>
      <TableSection table={differences} looks="figures" />
    </div>
  );
}
