import { useMemo, useState } from 'preact/hooks';
import { type Clock, timeTicks } from '../../src/show/clock.ts';
import type { DemandChart, ForecastPoint } from '../../src/show/demandChart.ts';
import { eventName } from '../../src/show/demandWords.ts';
import { numberWords } from '../../src/show/quantityWords.ts';
import { t } from '../translate.ts';
import { BOTTOM, type Geometry, HEIGHT, isCapacityDrawn, LEFT, pathThrough, RIGHT, runsOf, TOP } from './geometry.ts';
import { readingAt } from './reading.ts';

export interface PlotProps {
  readonly chart: DemandChart;
  /** What a developer expects; undefined where nobody said anything. */
  readonly expected: readonly ForecastPoint[] | undefined;
  readonly geometry: Geometry;
  readonly clock: Clock;
  readonly read: (words: string | undefined) => void;
}

/** What was, what is foreseen, and what was not expected, over time. */
export function Plot({ chart, expected, geometry, clock, read }: PlotProps) {
  const { width, x, y } = geometry;
  const [pointed, setPointed] = useState<number>();
  const half = chart.stepMs / 2;
  const at = (p: { readonly at: number; readonly value: number }): readonly [number, number] => [x(p.at + half), y(p.value)];
  const drawn = useMemo(() => {
    const runs = runsOf(chart.history).map((run) => run.map(at));
    // The forecast goes on from the last that was measured, so that the eye does, too.
    const joint = chart.history.at(-1)?.value === undefined ? [] : (runs.at(-1)?.slice(-1) ?? []);
    const edge = (of: (p: ForecastPoint) => number): readonly (readonly [number, number])[] => [
      ...joint,
      ...chart.forecast.map((p) => [x(p.at + half), y(of(p))] as const),
    ];
    const band = [...edge((p) => p.upper), ...[...edge((p) => p.lower)].reverse()];
    return { history: pathThrough(runs), forecast: pathThrough([edge((p) => p.value)]), band: `${pathThrough([band])}Z` };
  }, [chart, geometry]);
  const point = (event: PointerEvent): void => {
    const found = readingAt(chart, geometry.timeAt(event.offsetX), clock);
    setPointed(found && x(found.at + half));
    read(found?.words);
  };
  return (
    <svg
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={[`${chart.subject.name}, ${chart.measure}.`, ...chart.says].join(' ')}
      onPointerMove={point}
      onPointerLeave={() => {
        setPointed(undefined);
        read(undefined);
      }}
    >
      <Events chart={chart} geometry={geometry} clock={clock} />
      <Axes chart={chart} geometry={geometry} clock={clock} />
      <path class="band" d={drawn.band} />
      <Capacity chart={chart} geometry={geometry} />
      <path class="measured" d={drawn.history} />
      <path class="foreseen" d={drawn.forecast} />
      {expected && <path class="said" d={pathThrough([expected.map(at)])} />}
      {chart.anomalies.map((mark) => {
        const [mx, my] = at(mark);
        return (
          <path key={mark.at} class="mark" d={`M${mx} ${my - 5}l5 5l-5 5l-5 -5Z`}>
            <title>{`${clock.moment(mark.at)}: ${mark.because}`}</title>
          </path>
        );
      })}
      {pointed !== undefined && <line class="pointed" x1={pointed} x2={pointed} y1={TOP} y2={HEIGHT - BOTTOM} />}
    </svg>
  );
}

type PartProps = Pick<PlotProps, 'chart' | 'geometry' | 'clock'>;

function Axes({ chart, geometry: { width, top, bottom, unit, x, y }, clock }: PartProps) {
  const values = bottom < 0 ? [bottom, 0, top] : [0, top / 2, top];
  const turn = x(chart.turn);
  return (
    <>
      {values.map((value) => (
        <g key={value}>
          <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
          <text class="axis end" x={LEFT - 6} y={y(value) + 3.5}>
            {`${Number((value / unit.size).toPrecision(3))}${unit.name}`}
          </text>
        </g>
      ))}
      {timeTicks(chart.from, chart.until, Math.floor((width - LEFT - RIGHT) / 56), clock)
        .filter((tick) => x(tick.at) > LEFT + 12 && x(tick.at) < width - RIGHT - 12)
        .map((tick) => (
          <g key={tick.at}>
            <line class="grid" x1={x(tick.at)} x2={x(tick.at)} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM + 4} />
            <text class="axis middle" x={x(tick.at)} y={HEIGHT - 6}>
              {tick.words}
            </text>
          </g>
        ))}
      <line class="turn" x1={turn} x2={turn} y1={TOP} y2={HEIGHT - BOTTOM} />
      <text class="axis end" x={turn - 4} y={TOP - 3}>
        {t('now')}
      </text>
    </>
  );
}

function Events({ chart, geometry: { x }, clock }: PartProps) {
  return (
    <>
      {chart.events.map((event) => {
        const from = x(Math.max(chart.from, event.from));
        const wide = Math.max(2, x(Math.min(chart.until, event.until)) - from);
        return (
          <rect key={`${event.name} ${event.from}`} class="planned" x={from} width={wide} y={TOP} height={HEIGHT - TOP - BOTTOM}>
            <title>{eventName(event, chart.turn, clock, t)}</title>
          </rect>
        );
      })}
    </>
  );
}

function Capacity({ chart, geometry: { width, y } }: Pick<PlotProps, 'chart' | 'geometry'>) {
  const { capacity, quantity } = chart;
  if (capacity === undefined || !isCapacityDrawn(chart)) return null;
  return (
    <>
      <line class="capacity" x1={LEFT} x2={width - RIGHT} y1={y(capacity)} y2={y(capacity)} />
      <text class="axis" x={LEFT + 4} y={y(capacity) - 3}>
        {t('at most {0}', numberWords(capacity, quantity))}
      </text>
    </>
  );
}
