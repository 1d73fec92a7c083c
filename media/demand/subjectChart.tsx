import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Clock } from '../../src/show/clock.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import { MOST_VOLUME } from '../../src/show/demandProtocol.ts';
import { Chart, type Tables } from '../charts/chart.tsx';
import { t } from '../translate.ts';
import { DemandTable } from './demandTable.tsx';
import type { Edit, Edits } from './edits.ts';
import { geometryOf, withVolume } from './geometry.ts';
import { Handle } from './handle.tsx';
import { Legend } from './legend.tsx';
import { Plot } from './plot.tsx';
import { said } from './reading.ts';

export interface SubjectChartProps {
  readonly chart: DemandChart;
  readonly clock: Clock;
  readonly tables: Tables;
  readonly edits: Edits;
}

/** One subject: its chart with what a developer may change of it, and its table. */
export function SubjectChart({ chart, clock, tables, edits }: SubjectChartProps) {
  const [draft, setDraft] = useState<number>();
  const edit = edits.of(chart);
  const volume = draft ?? edit?.after ?? chart.expectation?.volume;
  // Names may hold blanks, which would part an id in two.
  const id = encodeURIComponent(chart.key);
  return (
    <Chart
      id={id}
      title={chart.subject.name}
      says={chart.says[0] ?? ''}
      tables={tables}
      chart={
        <>
          {chart.says.slice(1).map((words) => (
            <p key={words} class="dim">
              {words}
            </p>
          ))}
          <Figure
            chart={chart}
            clock={clock}
            // As it was before it was taken hold of, so that the scale stands still meanwhile.
            settled={edit?.after}
            volume={volume}
            isSaid={edit !== undefined || draft !== undefined}
            draft={setDraft}
            settle={(next) => {
              setDraft(undefined);
              edits.expect(chart, next);
            }}
          />
          {chart.expectation && volume !== undefined && <Expected chart={chart} volume={volume} edit={edit} edits={edits} />}
        </>
      }
      table={tables.open.includes(id) && <DemandTable chart={chart} clock={clock} />}
    />
  );
}

interface FigureProps {
  readonly chart: DemandChart;
  readonly clock: Clock;
  readonly settled: number | undefined;
  readonly volume: number | undefined;
  readonly isSaid: boolean;
  readonly draft: (volume: number | undefined) => void;
  readonly settle: (volume: number) => void;
}

function Figure({ chart, clock, settled, volume, isSaid, draft, settle }: FigureProps) {
  const [reading, setReading] = useState<string>();
  const [frame, width] = useWidth();
  const geometry = useMemo(
    () => geometryOf(chart, settled === undefined ? [] : withVolume(chart.forecast, settled), width),
    [chart, settled, width],
  );
  const line = volume === undefined ? undefined : withVolume(chart.forecast, volume);
  return (
    <figure>
      <p class="reading" aria-hidden={reading !== undefined}>
        {reading ?? chart.measure}
      </p>
      <div class="plot" ref={frame}>
        {width > 0 && <Plot chart={chart} expected={isSaid ? line : undefined} geometry={geometry} clock={clock} read={setReading} />}
        {width > 0 && line && line.length > 0 && volume !== undefined && (
          <Handle
            label={t('Expected sessions of {0}', chart.subject.name)}
            words={said(chart, volume)}
            volume={volume}
            line={line}
            forecast={chart.forecast}
            stepMs={chart.stepMs}
            geometry={geometry}
            draft={draft}
            settle={settle}
          />
        )}
      </div>
      <Legend chart={chart} isSaid={isSaid} />
    </figure>
  );
}

interface ExpectedProps {
  readonly chart: DemandChart;
  readonly volume: number;
  readonly edit: Edit | undefined;
  readonly edits: Edits;
}

function Expected({ chart, volume, edit, edits }: ExpectedProps) {
  return (
    <div class="expected">
      <label>
        {t('Sessions expected in all')}
        <input
          type="number"
          min="0"
          max={MOST_VOLUME}
          step="1"
          required
          value={volume}
          onChange={({ currentTarget }) => {
            const next = currentTarget.valueAsNumber;
            if (currentTarget.validity.valid && next !== volume) edits.expect(chart, next);
            else currentTarget.value = String(volume);
          }}
        />
      </label>
      <span role="status">{edit && t('instead of {0}', edit.before)}</span>
      {edit && (
        <button type="button" onClick={() => edits.undo(chart)}>
          {t('Undo')}
          <span class="hidden">: {chart.subject.name}</span>
        </button>
      )}
    </div>
  );
}

/** The width of an element, px; 0 until it is known. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current as HTMLDivElement;
    const measure = (): void => setWidth(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}
