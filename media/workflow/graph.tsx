import { Graph as Dagre, layout } from '@dagrejs/dagre';
import type { Workflow, WorkflowNode } from '../../src/show/workflow.ts';
import { details } from './details.ts';

export type Act = (type: 'warm' | 'cool' | 'why' | 'always' | 'never', resource: string) => void;

const WIDTH = 168;
const HEIGHT = { resource: 92, activity: 40 } as const;
/** Preact 11 adds no unit by itself. */
const px = (n: number): string => `${n}px`;
const heightOf = (node: WorkflowNode): number => (node.rung === undefined ? HEIGHT.activity : HEIGHT.resource);

/** Left to right in the order of need. Every node is a focusable group; Enter asks why, arrow keys go on. */
export function Graph({ workflow, act }: { workflow: Workflow; act: Act }) {
  const { nodes, edges, width, height } = place(workflow);
  return (
    <div class="scroll">
      <div
        class="graph"
        style={{ width: px(width), height: px(height) }}
        role="list"
        aria-label="Workflow graph; the table view has the same rows"
      >
        <svg width={width} height={height} aria-hidden="true">
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 L8 4 L0 8 z" class="arrow" />
            </marker>
          </defs>
          {edges.map((e) => (
            <g key={`${e.from} ${e.to}`}>
              <path d={e.path} class="edge" style={{ strokeWidth: 0.75 + 2 * e.probability }} marker-end="url(#arrow)" />
              {e.probability < 1 && (
                <text x={e.x} y={e.y - 4} class="label">
                  {Math.round(100 * e.probability)}%
                </text>
              )}
            </g>
          ))}
        </svg>
        {nodes.map(({ node, x, y }) => (
          <div
            key={node.id}
            class={`node ${node.rung === undefined ? 'activity' : node.warm ? 'warm' : 'cold'}`}
            style={{ left: px(x), top: px(y), width: px(WIDTH), height: px(heightOf(node)) }}
            role="listitem"
            tabIndex={0}
            aria-label={details(node).join(', ')}
            onKeyDown={(event) => key(event, node, act)}
          >
            <strong>{node.label}</strong>
            {node.rung === undefined ? (
              <span>{Math.round(100 * node.probability)}%</span>
            ) : (
              <>
                <span>{details(node).slice(1, 3).join(' · ')}</span>
                <span class="dim">{details(node).slice(3).join(' · ')}</span>
                <span class="actions">
                  <button type="button" onClick={() => act(node.warm ? 'cool' : 'warm', node.id)}>
                    {node.warm ? 'Cool' : 'Warm'}
                  </button>
                  <button type="button" onClick={() => act('why', node.id)}>
                    Why
                  </button>
                </span>
              </>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function key(event: KeyboardEvent, node: WorkflowNode, act: Act): void {
  const at = event.currentTarget as HTMLElement;
  if (event.target !== at) return;
  if (event.key === 'Enter' && node.rung !== undefined) act('why', node.id);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const all = [...(at.parentElement?.querySelectorAll<HTMLElement>('.node') ?? [])];
  all[(all.indexOf(at) + step + all.length) % all.length]?.focus();
}

function place(workflow: Workflow) {
  const graph = new Dagre();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 44, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of workflow.nodes) graph.setNode(node.id, { width: WIDTH, height: heightOf(node) });
  for (const edge of workflow.edges) graph.setEdge(edge.from, edge.to, { weight: 1 + Math.round(4 * edge.probability) });
  layout(graph);
  const { width = 400, height = 200 } = graph.graph() as { width?: number; height?: number };
  const nodes = workflow.nodes.map((node) => {
    const at = graph.node(node.id) as { x: number; y: number };
    return { node, x: at.x - WIDTH / 2, y: at.y - heightOf(node) / 2 };
  });
  const edges = workflow.edges.map((edge) => {
    const { points } = graph.edge(edge.from, edge.to) as unknown as { points: readonly { x: number; y: number }[] };
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    return { ...edge, path: points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join(' '), x: middle.x, y: middle.y };
  });
  return { nodes: nodes.sort((a, b) => a.x - b.x || a.y - b.y), edges, width, height };
}
