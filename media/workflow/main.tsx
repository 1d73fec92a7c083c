import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FromWebview, ToWebview } from '../../src/show/protocol.ts';
import type { Workflow } from '../../src/show/workflow.ts';
import { Graph } from './graph.tsx';
import { Table } from './table.tsx';

interface Saved {
  readonly view: 'graph' | 'table';
  readonly workflow?: Workflow;
}
declare function acquireVsCodeApi(): {
  postMessage(message: FromWebview): void;
  getState(): Saved | undefined;
  setState(state: Saved): void;
};

const editor = acquireVsCodeApi();

function App() {
  const [saved, setSaved] = useState<Saved>(editor.getState() ?? { view: 'graph' });
  const [why, setWhy] = useState<{ resource: string; lines: readonly string[] }>();
  const keep = (change: Partial<Saved>): void =>
    setSaved((before) => {
      const next = { ...before, ...change };
      editor.setState(next);
      return next;
    });
  useEffect(() => {
    const hear = ({ data }: MessageEvent<ToWebview>): void => {
      if (data.type === 'state') keep({ workflow: data.workflow });
      else setWhy(data);
    };
    window.addEventListener('message', hear);
    editor.postMessage({ type: 'ready' });
    return () => window.removeEventListener('message', hear);
  }, []);
  const { workflow, view } = saved;
  if (!workflow) return <p class="empty">Loading…</p>;
  const act = (type: 'warm' | 'cool' | 'why' | 'always' | 'never', resource: string): void => editor.postMessage({ type, resource });
  return (
    <>
      <header>
        <h1>{workflow.persona ?? 'No persona yet'}</h1>
        <p>
          {workflow.persona ? `${Math.round(100 * workflow.probability)}% likely · ` : 'Prewarm is learning from what you do. · '}mode{' '}
          {workflow.mode}
        </p>
        <div role="group" aria-label="View">
          {(['graph', 'table'] as const).map((v) => (
            <button type="button" key={v} aria-pressed={view === v} onClick={() => keep({ view: v })}>
              {v === 'graph' ? 'Graph' : 'Table'}
            </button>
          ))}
        </div>
      </header>
      {workflow.nodes.length === 0 ? (
        <p class="empty">This workspace declares no resources, and no activity is known yet.</p>
      ) : view === 'graph' ? (
        <Graph workflow={workflow} act={act} />
      ) : (
        <Table workflow={workflow} act={act} />
      )}
      <section class="why" aria-live="polite">
        {why && (
          <>
            <h2>Why {why.resource}?</h2>
            <ul>
              {why.lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        )}
      </section>
    </>
  );
}

render(<App />, document.getElementById('root') as HTMLElement);
