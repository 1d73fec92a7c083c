import { Graph as Dagre, layout as dagre } from '@dagrejs/dagre';
import type { WorkflowEdge, WorkflowNode } from '../../src/show/workflow.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
/** Upper left corner, px. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}
export interface PlacedEdge {
  readonly edge: WorkflowEdge;
  readonly path: string;
  readonly middle: Point;
}
export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const WIDTH = 196;
const heightOf = (node: WorkflowNode): number => (node.rung === undefined ? HEIGHT.activity : HEIGHT.resource);
const HEIGHT = { resource: 70, activity: 34 } as const;
/** From so many nodes on, speed is worth more than the fewest crossings. */
const MANY = 60;
const MARGIN = 16;
const GAP = { node: 16, column: 104 } as const;

/** Where things stand, kept with the page: a page that is restored is drawn at once. */
export interface KeptLayout {
  /** Of the structure that was laid out. */
  readonly mark: string;
  readonly boxes: readonly (readonly [string, Box])[];
}

export interface Placing {
  /** A sketch where nothing is known of a large graph yet, so that it is there at once; `finish` then puts it right. */
  place(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): Layout & { readonly isSketch: boolean };
  /** What to keep. */
  finish(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): KeptLayout;
}

/** Left to right in the order of need. The same structure is laid out once: states change often, the structure seldom. */
export function createPlacing(kept: KeptLayout | undefined): Placing {
  let known: { readonly mark: string; readonly boxes: Layout['boxes']; readonly layout: Layout; readonly isSketch: boolean } | undefined;

  function know(mark: string, boxes: Layout['boxes'], edges: readonly WorkflowEdge[], isSketch: boolean) {
    known = { mark, boxes, layout: { boxes, edges: edges.flatMap((edge) => drawn(edge, boxes) ?? []), ...sizeOf(boxes) }, isSketch };
    return known;
  }

  function found(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]) {
    const mark = markOf(nodes, edges);
    if (known?.mark === mark) return known;
    if (kept?.mark === mark) return know(mark, new Map(kept.boxes), edges, false);
    // Later changes are laid out at once: what stands already does not jump twice.
    const isSketch = !known && nodes.length > MANY;
    return know(mark, isSketch ? sketched(nodes, edges) : placed(nodes, edges), edges, isSketch);
  }

  return {
    place(nodes, edges) {
      const { layout, isSketch } = found(nodes, edges);
      // Probabilities may have changed: the drawing is the same, what is said of it is not.
      const by = new Map(edges.map((e) => [keyOf(e), e]));
      return { ...layout, isSketch, edges: layout.edges.map((p) => ({ ...p, edge: by.get(keyOf(p.edge)) ?? p.edge })) };
    },
    finish(nodes, edges) {
      let it = found(nodes, edges);
      if (it.isSketch) it = know(it.mark, placed(nodes, edges), edges, false);
      return { mark: it.mark, boxes: [...it.boxes] };
    },
  };
}

/** The same for the same structure (FNV-1a). */
function markOf(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): string {
  const text = JSON.stringify([nodes.map((n) => [n.id, n.rung === undefined]), edges.map((e) => [e.from, e.to, e.origin])]);
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return `${text.length}-${hash >>> 0}`;
}

function sizeOf(boxes: Layout['boxes']): { readonly width: number; readonly height: number } {
  let [width, height] = [0, 0];
  for (const b of boxes.values()) [width, height] = [Math.max(width, b.x + b.width), Math.max(height, b.y + b.height)];
  return { width: width + MARGIN, height: height + MARGIN };
}

export const keyOf = ({ from, to }: Pick<WorkflowEdge, 'from' | 'to'>): string => JSON.stringify([from, to]);

function placed(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): Layout['boxes'] {
  const many = nodes.length > MANY;
  const graph = new Dagre();
  graph.setGraph({
    rankdir: 'LR',
    nodesep: GAP.node,
    ranksep: GAP.column,
    marginx: MARGIN,
    marginy: MARGIN,
    ...(many ? { ranker: 'tight-tree' } : {}),
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: WIDTH, height: heightOf(node) });
  for (const edge of many ? tight(nodes, edges) : edges)
    graph.setEdge(edge.from, edge.to, { weight: edge.origin === 'order' ? 1 : 1 + Math.round(4 * edge.probability) });
  dagre(graph, many ? { disableOptimalOrderHeuristic: true } : {});
  return new Map(
    nodes.map((node) => {
      const { x, y, width, height } = graph.node(node.id) as Box;
      return [node.id, { x: x - width / 2, y: y - height / 2, width, height }] as const;
    }),
  );
}

/** Columns by the longest way from the left, in the order of need: no more than where to begin. */
function sketched(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): Layout['boxes'] {
  const columns = columnsOf(nodes, edges);
  const next = new Map<number, number>();
  return new Map(
    nodes.map((node) => {
      const column = columns.get(node.id) ?? 0;
      const height = heightOf(node);
      const y = next.get(column) ?? MARGIN;
      next.set(column, y + height + GAP.node);
      return [node.id, { x: MARGIN + column * (WIDTH + GAP.column), y, width: WIDTH, height }] as const;
    }),
  );
}

/** Only edges from one column to the next decide where things stand; the others follow from them and cost the most time. */
function tight(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): readonly WorkflowEdge[] {
  const columns = columnsOf(nodes, edges);
  return edges.filter((e) => (columns.get(e.to) ?? 0) - (columns.get(e.from) ?? 0) === 1);
}

/** The longest way from the left; what lies on a circle is at the left end. */
function columnsOf(nodes: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>();
  const open = new Map(nodes.map((n) => [n.id, 0]));
  for (const { from, to } of edges) {
    const followers = next.get(from);
    if (followers) followers.push(to);
    else next.set(from, [to]);
    open.set(to, (open.get(to) ?? 0) + 1);
  }
  const rank = new Map<string, number>();
  const ready = nodes.map((n) => n.id).filter((id) => open.get(id) === 0);
  for (const id of ready) {
    for (const to of next.get(id) ?? []) {
      rank.set(to, Math.max(rank.get(to) ?? 0, (rank.get(id) ?? 0) + 1));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  return rank;
}

/** A curve from the right of the one to the left of the other. */
function drawn(edge: WorkflowEdge, boxes: ReadonlyMap<string, Box>): PlacedEdge | undefined {
  const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
  if (!from || !to) return undefined;
  const [a, b] = [rightOf(from), { x: to.x - 5, y: to.y + to.height / 2 }];
  return { edge, path: curve(a, b), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}

export const rightOf = (box: Box): Point => ({ x: box.x + box.width, y: box.y + box.height / 2 });

export function curve(a: Point, b: Point): string {
  const bend = Math.max(24, Math.abs(b.x - a.x) / 2);
  return `M${a.x} ${a.y}C${a.x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}`;
}

/** The node that lies next in a direction: sideways along an edge where there is one, else the nearest. */
export function neighbour({ boxes, edges }: Layout, from: string, way: 'left' | 'right' | 'up' | 'down'): string | undefined {
  const here = boxes.get(from);
  if (!here) return undefined;
  const centre = (b: Box): Point => ({ x: b.x + b.width / 2, y: b.y + b.height / 2 });
  const at = centre(here);
  const along = edges.flatMap(({ edge }) =>
    way === 'right' && edge.from === from ? [edge.to] : way === 'left' && edge.to === from ? [edge.from] : [],
  );
  const distance = (id: string): number => {
    const to = centre(boxes.get(id) as Box);
    const [dx, dy] = [to.x - at.x, to.y - at.y];
    const sideways = way === 'left' || way === 'right';
    const [ahead, aside] = sideways ? [way === 'right' ? dx : -dx, dy] : [way === 'down' ? dy : -dy, dx];
    return ahead <= 1 ? Number.POSITIVE_INFINITY : ahead + 3 * Math.abs(aside);
  };
  const nearest = (ids: readonly string[]): string | undefined => {
    const best = [...ids].sort((a, b) => distance(a) - distance(b))[0];
    return best !== undefined && Number.isFinite(distance(best)) ? best : undefined;
  };
  return nearest(along) ?? nearest([...boxes.keys()].filter((id) => id !== from));
}

/** Behind whom something comes that is dropped here: the nearest that ends to the left of it; undefined: it comes first. */
export function before({ boxes }: Layout, moved: string, { x, y }: Point): string | undefined {
  const left = [...boxes].filter(([id, b]) => id !== moved && b.x + b.width / 2 < x);
  const distance = ([, b]: readonly [string, Box]): number => Math.hypot(x - (b.x + b.width), 2 * (y - (b.y + b.height / 2)));
  return left.sort((a, b) => distance(a) - distance(b))[0]?.[0];
}
