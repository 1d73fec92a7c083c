import type { Workflow } from '../../src/show/workflow.ts';
import { details } from './details.ts';
import type { Act } from './graph.tsx';

/** The graph's accessible twin: the same nodes and edges as rows. */
export function Table({ workflow, act }: { workflow: Workflow; act: Act }) {
  return (
    <div class="scroll">
      <table>
        <caption>Resources and activities</caption>
        <thead>
          <tr>
            {['Name', 'Kind', 'State', 'Probability', 'Follows', 'Actions'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {workflow.nodes.map((node) => (
            <tr key={node.id} aria-label={details(node).join(', ')}>
              <th scope="row">{node.label}</th>
              <td>{node.kind}</td>
              <td class={node.warm ? 'warm' : ''}>{node.progress ?? node.rung ?? '–'}</td>
              <td>{Math.round(100 * node.probability)}%</td>
              <td>
                {workflow.edges
                  .filter((e) => e.to === node.id)
                  .map((e) => `${labelOf(workflow, e.from)} ${Math.round(100 * e.probability)}%`)
                  .join(', ') || '–'}
              </td>
              <td>
                {node.rung !== undefined && (
                  <>
                    <button
                      type="button"
                      onClick={() => act(node.warm ? 'cool' : 'warm', node.id)}
                      aria-label={`${node.warm ? 'Cool' : 'Warm'} ${node.label}`}
                    >
                      {node.warm ? 'Cool' : 'Warm'}
                    </button>
                    <button type="button" onClick={() => act('why', node.id)} aria-label={`Why ${node.label}`}>
                      Why
                    </button>
                    <button type="button" onClick={() => act('always', node.id)} aria-label={`Always warm ${node.label}`}>
                      Always
                    </button>
                    <button type="button" onClick={() => act('never', node.id)} aria-label={`Never warm ${node.label}`}>
                      Never
                    </button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const labelOf = (workflow: Workflow, id: string): string => workflow.nodes.find((n) => n.id === id)?.label ?? id;
