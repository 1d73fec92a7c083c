import type { Workflow } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';
import { edgeText, factsOf, megabytes, percent, pinOf, stateOf, whenOf } from './facts.ts';
import { type Deed, deedOf } from './keys.ts';

export interface TablePorts {
  readonly workflow: Workflow;
  readonly selected: string | undefined;
  readonly connecting: string | undefined;
  readonly focus: (id: string) => void;
  readonly did: (id: string | undefined, deed: Deed) => void;
}

/** The graph's accessible twin: the same nodes and connections as rows, with the same keys on each row's button. */
export function Table({ workflow, selected, connecting, focus, did }: TablePorts) {
  function key(event: KeyboardEvent, id: string) {
    const deed = deedOf(event);
    if (!deed || deed === 'open') return;
    event.preventDefault();
    const rows = workflow.nodes.map((n) => n.id);
    const at = rows.indexOf(id);
    const step = { up: at - 1, down: at + 1, first: 0, last: rows.length - 1 }[deed as 'up' | 'down' | 'first' | 'last'];
    if (step === undefined) return did(id, deed);
    const row = (event.currentTarget as HTMLElement).closest('tbody')?.rows[step];
    row?.querySelector('button')?.focus();
  }
  const titles = [t('Name'), t('Kind'), t('State'), t('Likely'), t('Needed'), t('Memory'), t('Pinned'), t('Comes after')];
  return (
    <div class="scroll">
      <table>
        <caption>{t('Resources and activities in the order of need')}</caption>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {workflow.nodes.map((node) => (
            <tr key={node.id} class={node.id === connecting ? 'source' : node.id === selected ? 'selected' : ''}>
              <th scope="row">
                <button
                  type="button"
                  class="name"
                  data-id={node.id}
                  aria-label={factsOf(node)}
                  aria-describedby="help-line"
                  onClick={() => did(node.id, 'open')}
                  onFocus={() => focus(node.id)}
                  onKeyDown={(event) => key(event, node.id)}
                >
                  {node.label}
                </button>
              </th>
              <td>{node.kind}</td>
              <td class={node.warm ? 'warm' : ''}>{node.rung === undefined ? '–' : stateOf(node)}</td>
              <td>{percent(node.probability)}</td>
              <td>{whenOf(node) || '–'}</td>
              <td>{node.memoryBytes ? megabytes(node.memoryBytes) : '–'}</td>
              <td>{pinOf(node) || '–'}</td>
              <td>
                {workflow.edges
                  .filter((e) => e.to === node.id)
                  .map((e) => `${labelOf(workflow, e.from)} (${edgeText(e)})`)
                  .join(', ') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const labelOf = (workflow: Workflow, id: string): string => workflow.nodes.find((n) => n.id === id)?.label ?? id;
