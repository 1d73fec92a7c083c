import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DemandView } from '../../src/show/demand.ts';
import type { FromDemand, ToDemand } from '../../src/show/demandProtocol.ts';
import { tablesIn } from '../charts/chart.tsx';
import { type Editor, useKept } from '../kept.ts';
import { type Edit, editsOf } from './edits.ts';
import { type Ahead, type Kind, Page, type Standing } from './page.tsx';

interface Saved {
  readonly ahead: Ahead;
  readonly kind: Kind | 'all';
  readonly view?: DemandView;
  /** Charts whose table is open. */
  readonly tables: readonly string[];
  /** What a developer expects otherwise, the newest last. */
  readonly edits: readonly Edit[];
}
declare function acquireVsCodeApi(): Editor<FromDemand, Saved>;

const editor = acquireVsCodeApi();
const post = (message: FromDemand): void => editor.postMessage(message);

function App() {
  const [saved, keep] = useKept<Saved>(editor, { ahead: 'day', kind: 'all', tables: [], edits: [] });
  const [standing, setStanding] = useState<Standing>({ is: 'busy' });
  const edits = editsOf(
    () => editor.getState()?.edits ?? saved.edits,
    (edits) => keep(() => ({ edits })),
    post,
  );
  const look = (ahead: Ahead): void => {
    keep(() => ({ ahead }));
    setStanding({ is: 'busy' });
    post({ type: 'look', ahead });
  };
  useEffect(() => {
    const hear = ({ data }: MessageEvent<ToDemand>): void => {
      if (data.type === 'demand') keep(() => ({ view: data.view, ahead: data.view.ahead }));
      // What is shown is what it was before.
      if (data.type === 'stopped') keep(({ view, ahead }) => ({ ahead: view?.ahead ?? ahead }));
      setStanding(standingAfter(data));
    };
    window.addEventListener('message', hear);
    look(saved.ahead);
    return () => window.removeEventListener('message', hear);
  }, []);
  useEffect(() => {
    const undo = (event: KeyboardEvent): void => {
      if (!isUndo(event)) return;
      event.preventDefault();
      edits.undo();
    };
    window.addEventListener('keydown', undo);
    return () => window.removeEventListener('keydown', undo);
  });
  return (
    <Page
      ahead={saved.ahead}
      kind={saved.kind}
      view={saved.view}
      standing={standing}
      tables={tablesIn(saved, keep)}
      edits={edits}
      look={look}
      cancel={() => post({ type: 'cancel' })}
      filter={(kind) => keep(() => ({ kind }))}
    />
  );
}

function standingAfter(message: ToDemand): Standing {
  switch (message.type) {
    case 'busy':
      return { is: 'busy' };
    case 'demand':
      return { is: 'seen' };
    case 'stopped':
      return { is: 'stopped' };
    case 'failed':
      return { is: 'failed', message: message.message };
  }
}

/** In a field it undoes what was typed. */
const isUndo = ({ key, ctrlKey, metaKey, shiftKey, target }: KeyboardEvent): boolean =>
  key === 'z' && (ctrlKey || metaKey) && !shiftKey && !(target instanceof HTMLInputElement);

render(<App />, document.getElementById('root') as HTMLElement);
