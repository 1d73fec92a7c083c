import type { Box, Point } from './layout.ts';

export interface Shift extends Point {
  readonly zoom: number;
}

const LEAST = 0.15;
const MOST = 2;
/** At first no smaller than can be read. */
const READABLE = 0.65;
/** Afterwards the layer is drawn anew at its size, so that letters are sharp. */
const STILL_AFTER_MS = 160;

export interface Viewport {
  readonly shift: () => Shift;
  pan(dx: number, dy: number): void;
  zoom(by: number, at?: Point): void;
  /** All of it. */
  fit(): void;
  /** As little as is needed to see this. */
  show(box: Box): void;
  /** From the window to the graph. */
  toGraph(at: Point): Point;
  dispose(): void;
}

/**
 * Pans and zooms by one transform on one layer, once a frame, past the components: nothing is laid out or drawn anew while it moves.
 */
export function createViewport(
  frame: HTMLElement,
  layer: HTMLElement,
  size: () => { readonly width: number; readonly height: number },
  kept: Shift | undefined,
  keep: (shift: Shift) => void,
): Viewport {
  let shift: Shift = kept ?? begun();
  let asked = 0;
  /** Once more as soon as the frame has another size: details that open beside it must not hide whose they are. */
  let shown: Box | undefined;
  let still = 0;

  function begun(): Shift {
    const { width, height } = size();
    const zoom = Math.min(1, Math.max(READABLE, frame.clientWidth / (width || 1)));
    return { x: 0, y: Math.max(0, (frame.clientHeight - height * zoom) / 2), zoom };
  }

  function move(next: Shift): void {
    shift = next;
    asked ||= requestAnimationFrame(draw);
  }

  function draw(): void {
    asked = 0;
    layer.classList.add('moving');
    layer.style.transform = `translate(${shift.x}px, ${shift.y}px) scale(${shift.zoom})`;
    clearTimeout(still);
    still = window.setTimeout(() => {
      layer.classList.remove('moving');
      keep(shift);
    }, STILL_AFTER_MS);
  }

  function zoom(by: number, at: Point = { x: frame.clientWidth / 2, y: frame.clientHeight / 2 }): void {
    const next = Math.min(MOST, Math.max(LEAST, shift.zoom * by));
    const factor = next / shift.zoom;
    move({ zoom: next, x: at.x - (at.x - shift.x) * factor, y: at.y - (at.y - shift.y) * factor });
  }

  function fit(): void {
    const { width, height } = size();
    const next = Math.min(1, Math.max(LEAST, Math.min(frame.clientWidth / (width || 1), frame.clientHeight / (height || 1))));
    move({ zoom: next, x: Math.max(0, (frame.clientWidth - width * next) / 2), y: Math.max(0, (frame.clientHeight - height * next) / 2) });
  }

  function show(box: Box): void {
    const edge = 12;
    const by = (from: number, to: number, room: number): number => (from < edge ? edge - from : to > room - edge ? room - edge - to : 0);
    const [x, y] = [box.x * shift.zoom + shift.x, box.y * shift.zoom + shift.y];
    const dx = by(x, x + box.width * shift.zoom, frame.clientWidth);
    const dy = by(y, y + box.height * shift.zoom, frame.clientHeight);
    shown = box;
    if (dx || dy) move({ ...shift, x: shift.x + dx, y: shift.y + dy });
  }

  const resized = new ResizeObserver(() => shown && show(shown));
  resized.observe(frame);
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, top } = frame.getBoundingClientRect();
    if (event.shiftKey) move({ ...shift, x: shift.x - event.deltaY - event.deltaX });
    else zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), { x: event.clientX - left, y: event.clientY - top });
  };
  // The browser scrolls to what gets the focus; here `show` does.
  const noScroll = (): void => frame.scrollTo(0, 0);
  frame.addEventListener('wheel', wheel, { passive: false });
  frame.addEventListener('scroll', noScroll);
  layer.style.transform = `translate(${shift.x}px, ${shift.y}px) scale(${shift.zoom})`;

  return {
    shift: () => shift,
    pan(dx, dy) {
      shown = undefined;
      move({ ...shift, x: shift.x + dx, y: shift.y + dy });
    },
    zoom,
    fit,
    show,
    toGraph({ x, y }) {
      const { left, top } = frame.getBoundingClientRect();
      return { x: (x - left - shift.x) / shift.zoom, y: (y - top - shift.y) / shift.zoom };
    },
    dispose() {
      resized.disconnect();
      frame.removeEventListener('wheel', wheel);
      frame.removeEventListener('scroll', noScroll);
      cancelAnimationFrame(asked);
      clearTimeout(still);
    },
  };
}
