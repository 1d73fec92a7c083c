import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Comparison, LedgerView, Span } from '../../src/show/ledger.ts';
import type { FromLedger, ToLedger } from '../../src/show/ledgerProtocol.ts';
import { tablesIn } from '../charts/chart.tsx';
import { type Editor, useKept } from '../kept.ts';
import { t } from '../translate.ts';
import { Page } from './page.tsx';

interface Saved {
  readonly span: Span;
  readonly view?: LedgerView;
  readonly comparison?: Comparison;
  /** Charts whose table is open. */
  readonly tables: readonly string[];
}
declare function acquireVsCodeApi(): Editor<FromLedger, Saved>;

const editor = acquireVsCodeApi();

function App() {
  const [saved, keep] = useKept<Saved>(editor, { span: 7, tables: [] });
  const [comparing, setComparing] = useState(true);
  const compare = (): void => {
    setComparing(true);
    editor.postMessage({ type: 'compare' });
  };
  useEffect(() => {
    const hear = ({ data }: MessageEvent<ToLedger>): void => {
      if (data.type === 'ledger') keep(() => ({ view: data.view }));
      else {
        keep(() => ({ comparison: data.comparison }));
        setComparing(false);
      }
    };
    window.addEventListener('message', hear);
    editor.postMessage({ type: 'span', span: saved.span });
    compare();
    return () => window.removeEventListener('message', hear);
  }, []);
  if (!saved.view) return <p class="dim">{t('Loading…')}</p>;
  return (
    <Page
      view={saved.view}
      comparison={saved.comparison}
      comparing={comparing}
      tables={tablesIn(saved, keep)}
      look={(span) => {
        keep(() => ({ span }));
        editor.postMessage({ type: 'span', span });
      }}
      compare={compare}
    />
  );
}

render(<App />, document.getElementById('root') as HTMLElement);
