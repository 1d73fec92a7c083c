import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Workflow, WorkflowNode } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';
import { edgeText, factsOf, megabytes, percent, pinOf, stateOf, whenOf } from './facts.ts';
import { type Deed, deedOf } from './keys.ts';
import { type Box, before, createPlacing, curve, type KeptLayout, keyOf, type Layout, neighbour, type Point, rightOf } from './layout.ts';
import { createViewport, type Shift, type Viewport } from './viewport.ts';

/** From so many connections on, only those of the chosen node bear their numbers. */
const FEW_EDGES = 40;
/** A pointer that moves less has clicked, px. */
const CLICK = 4;
const PAN_STEP = 80;
/** What is painted first has been painted by then. */
const FINISH_AFTER_MS = 50;

/** Preact 11 adds no unit by itself. */
const px = (n: number): string => `${n}px`;

export interface GraphPorts {
  readonly workflow: Workflow;
  /** Has the focus, or gets it when somebody comes here by Tab. */
  readonly focused: string | undefined;
  readonly selected: string | undefined;
  /** The node from which a connection is being drawn. */
  readonly connecting: string | undefined;
  readonly shift: Shift | undefined;
  readonly keepShift: (shift: Shift) => void;
  readonly layout: KeptLayout | undefined;
  readonly keepLayout: (layout: KeptLayout) => void;
  readonly focus: (id: string) => void;
  readonly did: (id: string | undefined, deed: Deed) => void;
  readonly connect: (from: string, to: string) => void;
  readonly moveAfter: (id: string, after: string | undefined) => void;
  readonly zoomed: (viewport: Viewport) => void;
}

/** What the pointer is doing since it went down. */
type Gesture =
  | { readonly type: 'pan'; readonly at: Point }
  | { readonly type: 'move' | 'connect'; readonly id: string; readonly from: Point; readonly to: Point; readonly begun: boolean };

/** Left to right in the order of need. Mouse and keyboard do the same things; the table has the same rows. */
export function Graph(ports: GraphPorts) {
  const { workflow, focused, selected, connecting } = ports;
  const frame = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const viewport = useRef<Viewport | undefined>(undefined);
  const placing = useMemo(() => createPlacing(ports.layout), []);
  const layout = placing.place(workflow.nodes, workflow.edges);
  const now = useRef(layout);
  now.current = layout;
  const [gesture, setGesture] = useState<Gesture>();
  const nodes = useNodes(workflow, layout, { focused, selected, connecting });

  useEffect(() => {
    if (!frame.current || !layer.current) return;
    const made = createViewport(frame.current, layer.current, () => now.current, ports.shift, ports.keepShift);
    viewport.current = made;
    ports.zoomed(made);
    return made.dispose;
  }, []);
  // After the paint, since a large graph takes its time.
  useEffect(() => {
    const timer = setTimeout(() => ports.keepLayout(placing.finish(workflow.nodes, workflow.edges)), FINISH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [layout.boxes]);
  // A node that was focused stays in sight and in focus, also where the layout is a new one.
  useEffect(() => {
    const box = focused === undefined ? undefined : layout.boxes.get(focused);
    if (focused !== undefined && box && frame.current?.contains(document.activeElement)) {
      viewport.current?.show(box);
      elementOf(frame.current, focused)?.focus({ preventScroll: true });
    }
  }, [focused, layout.boxes]);

  /** At once: the next key may come before anything is drawn. */
  function go(id: string): void {
    elementOf(frame.current, id)?.focus({ preventScroll: true });
    const box = layout.boxes.get(id);
    if (box) viewport.current?.show(box);
  }

  function key(event: KeyboardEvent) {
    const deed = deedOf(event);
    if (!deed) return;
    event.preventDefault();
    const id = idOf(event.target) ?? focused;
    switch (deed) {
      case 'left':
      case 'right':
      case 'up':
      case 'down': {
        const to = id && neighbour(layout, id, deed);
        if (to) go(to);
        return;
      }
      case 'first':
      case 'last': {
        const to = workflow.nodes.at(deed === 'first' ? 0 : -1);
        if (to) go(to.id);
        return;
      }
      case 'zoom in':
      case 'zoom out':
        return viewport.current?.zoom(deed === 'zoom in' ? 1.25 : 0.8);
      case 'fit':
        return viewport.current?.fit();
      case 'pan left':
      case 'pan right':
        return viewport.current?.pan(deed === 'pan left' ? PAN_STEP : -PAN_STEP, 0);
      case 'pan up':
      case 'pan down':
        return viewport.current?.pan(0, deed === 'pan up' ? PAN_STEP : -PAN_STEP);
      default:
        ports.did(id, deed);
    }
  }

  function down(event: PointerEvent) {
    if (event.button !== 0) return;
    const at = { x: event.clientX, y: event.clientY };
    const id = idOf(event.target);
    frame.current?.setPointerCapture(event.pointerId);
    if (id === undefined) return setGesture({ type: 'pan', at });
    event.preventDefault();
    elementOf(frame.current, id)?.focus({ preventScroll: true });
    ports.focus(id);
    const type = (event.target as HTMLElement).classList.contains('port') ? 'connect' : 'move';
    setGesture({ type, id, from: at, to: at, begun: false });
  }

  function moved(event: PointerEvent) {
    if (!gesture) return;
    const at = { x: event.clientX, y: event.clientY };
    if (gesture.type === 'pan') {
      viewport.current?.pan(at.x - gesture.at.x, at.y - gesture.at.y);
      // Not by setState: nothing is drawn anew while it moves.
      Object.assign(gesture.at, at);
      return;
    }
    const begun = gesture.begun || Math.hypot(at.x - gesture.from.x, at.y - gesture.from.y) > CLICK;
    setGesture({ ...gesture, to: at, begun });
  }

  function up() {
    setGesture(undefined);
    if (!gesture || gesture.type === 'pan') return;
    const { id, to, begun } = gesture;
    if (!begun) return ports.did(id, 'open');
    const at = viewport.current?.toGraph(to);
    if (!at) return;
    if (gesture.type === 'move') return ports.moveAfter(id, before(layout, id, at));
    const target = [...layout.boxes].find(([other, b]) => other !== id && isIn(b, at))?.[0];
    if (target) ports.connect(id, target);
  }

  const drag = gesture && gesture.type !== 'pan' && gesture.begun ? dragged(gesture, layout, viewport.current) : undefined;
  return (
    <div
      ref={frame}
      class={`frame${gesture ? ' busy' : ''}`}
      role="listbox"
      aria-label={t('Workflow graph; the table has the same rows')}
      aria-describedby="help-line"
      onKeyDown={key}
      onPointerDown={down}
      onPointerMove={moved}
      onPointerUp={up}
      onPointerCancel={() => setGesture(undefined)}
      onFocusIn={(event) => {
        const id = idOf(event.target);
        if (id !== undefined && id !== focused) ports.focus(id);
      }}
    >
      <div ref={layer} class="layer" role="presentation">
        <Edges layout={layout} about={focused ?? selected} />
        {drag && (
          <svg class="drag" aria-hidden="true" width="1" height="1">
            <path d={drag.path} class="edge by-hand" />
          </svg>
        )}
        {nodes}
      </div>
      {drag?.text && (
        <div class="hint" style={{ left: px(drag.at.x), top: px(drag.at.y) }} aria-hidden="true">
          {drag.text(workflow)}
        </div>
      )}
    </div>
  );
}

/** A node that stays as it is keeps its element: a change of state costs what changed and no more. */
function useNodes(
  workflow: Workflow,
  layout: Layout,
  { focused, selected, connecting }: Pick<GraphPorts, 'focused' | 'selected' | 'connecting'>,
): readonly VNode[] {
  const made = useRef(new Map<string, { readonly key: string; readonly element: VNode }>());
  const stop = focused !== undefined && layout.boxes.has(focused) ? focused : workflow.nodes[0]?.id;
  const next = new Map<string, { readonly key: string; readonly element: VNode }>();
  for (const node of workflow.nodes) {
    const box = layout.boxes.get(node.id);
    if (!box) continue;
    const how = { isStop: node.id === stop, isSelected: node.id === selected, isSource: node.id === connecting };
    const key = JSON.stringify([node, box, how]);
    const old = made.current.get(node.id);
    next.set(node.id, old?.key === key ? old : { key, element: card(node, box, how) });
  }
  made.current = next;
  return [...next.values()].map((n) => n.element);
}

interface How {
  readonly isStop: boolean;
  readonly isSelected: boolean;
  readonly isSource: boolean;
}

function card(node: WorkflowNode, box: Box, { isStop, isSelected, isSource }: How): VNode {
  const isActivity = node.rung === undefined;
  const style = { left: px(box.x), top: px(box.y), width: px(box.width), height: px(box.height) };
  const kind = isActivity ? 'activity' : node.warm ? 'warm' : node.progress ? 'working' : 'cold';
  return (
    <div
      key={node.id}
      data-id={node.id}
      class={`node ${kind}${isSource ? ' source' : ''}${node.pin === 'never' ? ' barred' : ''}`}
      style={style}
      role="option"
      tabIndex={isStop ? 0 : -1}
      aria-selected={isSelected}
    >
      <span class="said">{factsOf(node)}</span>
      <span class="title" aria-hidden="true">
        <strong>{cut(node.label, node.pin || isActivity ? 15 : 24)}</strong>
        {node.pin && <span class="pin">{pinOf(node)}</span>}
        {isActivity && <span class="dim">{percent(node.probability)}</span>}
      </span>
      {!isActivity && (
        <>
          <span class="state" aria-hidden="true">
            {cut(stateOf(node), 26 - node.kind.length)}
            <span class="dim"> · {node.kind}</span>
          </span>
          <span class="dim" aria-hidden="true">
            {[percent(node.probability), whenOf(node), node.memoryBytes ? megabytes(node.memoryBytes) : ''].filter(Boolean).join(' · ')}
          </span>
        </>
      )}
      <i class="port" title={t('Drag to connect')} />
    </div>
  );
}

/** Not by the style sheet: an ellipsis is a clip, and hundreds of clips are what makes a browser slow when their layer moves. */
const cut = (text: string, letters: number): string => (text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text);

function Edges({ layout, about }: { layout: Layout; about: string | undefined }) {
  const { edges, width, height } = layout;
  const isFew = edges.length <= FEW_EDGES;
  return (
    <svg width={width} height={height} aria-hidden="true">
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="3" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
          <path d="M0 0 L8 4 L0 8 z" class="arrow" />
        </marker>
      </defs>
      {edges.map(({ edge, path, middle }) => {
        const isNear = edge.from === about || edge.to === about;
        const width = edge.origin === 'order' ? 1 : 0.75 + 2 * edge.probability;
        return (
          <g key={keyOf(edge)} class={`${edge.origin.replace(' ', '-')}${isNear ? ' near' : ''}`}>
            <path d={path} class="edge" style={{ strokeWidth: width }} marker-end="url(#arrow)" />
            {(isFew || isNear) && edge.origin !== 'order' && edge.origin !== 'declared' && (
              <text x={middle.x} y={middle.y - 5} class="label">
                {edgeText(edge)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

function dragged(gesture: Exclude<Gesture, { type: 'pan' }>, layout: Layout, viewport: Viewport | undefined) {
  const box = layout.boxes.get(gesture.id);
  const to = viewport?.toGraph(gesture.to);
  const shift = viewport?.shift();
  if (!box || !to || !shift) return undefined;
  const at = { x: to.x * shift.zoom + shift.x + 14, y: to.y * shift.zoom + shift.y + 10 };
  if (gesture.type === 'connect') return { path: curve(rightOf(box), to), at, text: undefined };
  const after = before(layout, gesture.id, to);
  const beforeBox = after === undefined ? undefined : layout.boxes.get(after);
  return {
    at,
    path: beforeBox ? curve(rightOf(beforeBox), to) : '',
    text: (workflow: Workflow): string =>
      after === undefined ? t('First of all') : t('After {0}', workflow.nodes.find((n) => n.id === after)?.label ?? after),
  };
}

const isIn = (b: Box, { x, y }: Point): boolean => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height;
const idOf = (target: EventTarget | null): string | undefined =>
  (target as HTMLElement | null)?.closest<HTMLElement>('[data-id]')?.dataset.id;
const elementOf = (frame: HTMLElement | null, id: string): HTMLElement | null =>
  frame?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null;
