import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AdviceAction, FromRehearsal, ToRehearsal } from '../../src/show/rehearsal/rehearsalProtocol.ts';
import type { ComparisonView, RehearsalView } from '../../src/show/rehearsal/rehearsalView.ts';
import { tablesIn } from '../charts/chart.tsx';
import { type Editor, useKept } from '../kept.ts';
import { Page, type Standing } from './page.tsx';

/** Of the rehearsal itself only its id is kept, so that nothing outlives an erasure here. */
interface Saved {
  readonly saved?: string | undefined;
  /** Charts whose table is open. */
  readonly tables: readonly string[];
  readonly isFormOpen: boolean;
}
declare function acquireVsCodeApi(): Editor<FromRehearsal, Saved>;

const editor = acquireVsCodeApi();
const post = (message: FromRehearsal): void => editor.postMessage(message);

function App() {
  const [saved, keep] = useKept<Saved>(editor, { tables: [], isFormOpen: false });
  const [standing, setStanding] = useState<Standing>({ is: 'waiting' });
  const [shown, setShown] = useState<{ readonly view: RehearsalView; readonly actions: readonly AdviceAction[] }>();
  const [comparison, setComparison] = useState<ComparisonView>();
  useEffect(() => {
    const hear = ({ data }: MessageEvent<ToRehearsal>): void => {
      if (data.type === 'comparison') setComparison(data.comparison);
      if (data.type === 'rehearsal') {
        const { view, actions } = data;
        setShown({ view, actions });
        keep(() => ({ saved: view.savedAs }));
      }
      if (data.type === 'nothing') {
        setShown(undefined);
        keep(() => ({ saved: undefined }));
      }
      // What was compared is no longer what is in sight.
      if (data.type === 'busy' || data.type === 'nothing') setComparison(undefined);
      setStanding((before) => standingAfter(data, before));
    };
    window.addEventListener('message', hear);
    post({ type: 'ready', ...(saved.saved === undefined ? {} : { saved: saved.saved }) });
    return () => window.removeEventListener('message', hear);
  }, []);
  return (
    <Page
      view={shown?.view}
      actions={shown?.actions ?? []}
      comparison={comparison}
      standing={standing}
      tables={tablesIn(saved, keep)}
      form={{ isOpen: saved.isFormOpen, toggle: (isFormOpen) => keep(() => ({ isFormOpen })) }}
      post={post}
      close={() => setComparison(undefined)}
    />
  );
}

function standingAfter(message: ToRehearsal, before: Standing): Standing {
  switch (message.type) {
    case 'busy':
      return { is: 'busy', title: message.title, done: message.done };
    case 'stopped':
    case 'nothing':
      return { is: message.type };
    case 'failed':
    case 'done':
      return { is: message.type, message: message.message };
    case 'rehearsal':
      return { is: 'seen' };
    case 'comparison':
      return before;
  }
}

render(<App />, document.getElementById('root') as HTMLElement);
