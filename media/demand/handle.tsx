import { useRef } from 'preact/hooks';
import type { ForecastPoint } from '../../src/show/demandChart.ts';
import { type Geometry, volumeAtPeak } from './geometry.ts';

export interface HandleProps {
  /** In words, for those who do not see it. */
  readonly label: string;
  readonly words: string;
  readonly volume: number;
  /** The line that it is on, and what it scales. */
  readonly line: readonly ForecastPoint[];
  readonly forecast: readonly ForecastPoint[];
  readonly stepMs: number;
  readonly geometry: Geometry;
  /** As it moves; undefined: it is let go without a word. */
  readonly draft: (volume: number | undefined) => void;
  readonly settle: (volume: number) => void;
}

/** Sits on the peak of the expected line; dragged up or down, or by the arrow keys, it changes how much is expected. */
export function Handle({ label, words, volume, line, forecast, stepMs, geometry, draft, settle }: HandleProps) {
  const peak = line.reduce((top, p) => (p.value > top.value ? p : top));
  const [x, y] = [geometry.x(peak.at + stepMs / 2), geometry.y(peak.value)];
  // Seldom taken hold of in its very middle, and it must not jump there.
  const grip = useRef(0);
  const volumeAt = ({ clientY }: PointerEvent): number => volumeAtPeak(forecast, geometry.valueAt(clientY - grip.current));
  const isHeld = (event: PointerEvent & { currentTarget: HTMLElement }): boolean => event.currentTarget.hasPointerCapture(event.pointerId);
  return (
    <div
      class="handle"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(volume, volumeAtPeak(forecast, geometry.top))}
      aria-valuenow={volume}
      aria-valuetext={words}
      title={words}
      style={{ left: `${x}px`, top: `${y}px` }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = event.clientY - y;
      }}
      onPointerMove={(event) => {
        if (isHeld(event)) draft(volumeAt(event));
      }}
      onPointerUp={(event) => {
        if (isHeld(event)) settle(volumeAt(event));
      }}
      onPointerCancel={() => draft(undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') return draft(undefined);
        const next = stepped(event.key, volume);
        if (next === undefined) return;
        event.preventDefault();
        draft(next);
      }}
      onKeyUp={(event) => {
        if (stepped(event.key, volume) !== undefined) settle(volume);
      }}
      onBlur={() => draft(undefined)}
    />
  );
}

/** An arrow is one, a page a tenth; a held key is settled when it is let go. */
function stepped(key: string, volume: number): number | undefined {
  const tenth = Math.max(1, Math.round(volume / 10));
  const by: Readonly<Record<string, number>> = {
    ArrowUp: 1,
    ArrowRight: 1,
    ArrowDown: -1,
    ArrowLeft: -1,
    PageUp: tenth,
    PageDown: -tenth,
    Home: -volume,
  };
  const step = by[key];
  return step === undefined ? undefined : Math.max(0, volume + step);
}
