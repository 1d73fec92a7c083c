import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AskedEdit, FromWebview, ToWebview } from '../../src/show/protocol.ts';
import type { Workflow } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';
import { Details } from './details.tsx';
import { AddDialog, HelpDialog, PreviewDialog } from './dialogs.tsx';
import { doneText, editText } from './editText.ts';
import { percent } from './facts.ts';
import { Graph } from './graph.tsx';
import { type Deed, historyDeedOf } from './keys.ts';
import type { KeptLayout } from './layout.ts';
import { labelOf, Table } from './table.tsx';
import type { Shift, Viewport } from './viewport.ts';

/** What is there again after a reload. */
interface Saved {
  readonly view: 'graph' | 'table';
  readonly workflow?: Workflow;
  /** That somebody chose to look at; undefined: the one under way. */
  readonly persona?: string | undefined;
  readonly focused?: string | undefined;
  /** Its details are open. */
  readonly selected?: string | undefined;
  readonly shift?: Shift;
  readonly layout?: KeptLayout;
}
declare function acquireVsCodeApi(): {
  postMessage(message: FromWebview): void;
  getState(): Saved | undefined;
  setState(state: Saved): void;
};

const editor = acquireVsCodeApi();
const send = (message: FromWebview): void => editor.postMessage(message);

function App() {
  const [saved, setSaved] = useState<Saved>(editor.getState() ?? { view: 'graph' });
  const [why, setWhy] = useState<{ resource: string; lines: readonly string[] }>();
  const [dialog, setDialog] = useState<'add' | 'help' | Extract<ToWebview, { type: 'preview' }>>();
  const [connecting, setConnecting] = useState<string>();
  const [said, setSaid] = useState('');
  const viewport = useRef<Viewport | undefined>(undefined);
  /** The name or id of what was just added: it gets the focus when it is there. */
  const awaited = useRef<string | undefined>(undefined);
  const { workflow, view, focused, selected } = saved;

  const keep = (change: Partial<Saved>): void =>
    setSaved((before) => {
      const next = { ...before, ...change };
      editor.setState(next);
      return next;
    });
  /** The same words twice are two messages. */
  const say = (text: string): void => setSaid((before) => (before === text ? `${text}\u00a0` : text));

  const hear = useRef<(message: ToWebview) => unknown>(() => {});
  hear.current = (message) => {
    switch (message.type) {
      case 'state':
        return keep({ workflow: message.workflow });
      case 'why':
        return setWhy(message);
      case 'preview':
        return setDialog(message);
      case 'edited':
        awaited.current = comesBy(message);
        return say(doneText(message, nameOf));
      case 'nothing':
        return say(message.to === 'undo' ? t('There is nothing to undo.') : t('There is nothing to redo.'));
      case 'refused':
        return say(message.message);
    }
  };
  useEffect(() => {
    const listen = ({ data }: MessageEvent<ToWebview>): void => {
      hear.current(data);
    };
    window.addEventListener('message', listen);
    send({ type: 'ready', ...(saved.persona ? { persona: saved.persona } : {}) });
    return () => window.removeEventListener('message', listen);
  }, []);

  // The focus goes to what was added, and stays where what had it is gone.
  useEffect(() => {
    if (!workflow || dialog) return;
    const added = workflow.nodes.find((n) => n.id === awaited.current || n.label === awaited.current);
    const isGone = focused !== undefined && !workflow.nodes.some((n) => n.id === focused);
    if (added) awaited.current = undefined;
    const next = added?.id ?? (isGone ? workflow.nodes[0]?.id : undefined);
    if (next === undefined) return;
    keep({ focused: next });
    document.querySelector<HTMLElement>(`[data-id="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
  }, [workflow, dialog]);

  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const deed = historyDeedOf(event);
      const inText = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
      if (!deed || dialog || inText) return;
      event.preventDefault();
      did(undefined, deed);
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  });

  if (!workflow) return <p class="empty">{t('Loading…')}</p>;

  const nameOf = (id: string): string => labelOf(workflow, id);
  const edit = (asked: AskedEdit): void =>
    send({ type: 'edit', edit: asked, ...(workflow.personaId ? { persona: workflow.personaId } : {}) });

  function connect(from: string, to: string) {
    setConnecting(undefined);
    if (from === to) return say(t('A resource cannot be connected to itself.'));
    edit({ type: 'connect', from, to, probability: 1, lagMs: 0 });
  }

  function reorder(id: string, deed: 'earlier' | 'later') {
    const ids = workflow?.nodes.map((n) => n.id) ?? [];
    const at = ids.indexOf(id);
    const isEnd = deed === 'earlier' ? at === 0 : at === ids.length - 1;
    if (isEnd) return say(deed === 'earlier' ? t('It is the first already.') : t('It is the last already.'));
    edit({ type: 'move', resource: id, after: deed === 'earlier' ? ids[at - 2] : ids[at + 1] });
  }

  /** One thing to do, whoever asks: a key, a button, the mouse. */
  function did(id: string | undefined, deed: Deed) {
    switch (deed) {
      case 'add':
        return setDialog('add');
      case 'help':
        return setDialog('help');
      case 'undo':
      case 'redo':
        // What was done a moment ago may not have been told yet: the host knows whether there is something.
        return send({ type: deed });
      case 'leave':
        if (connecting) say(t('Nothing was connected.'));
        setConnecting(undefined);
        return;
    }
    const node = workflow?.nodes.find((n) => n.id === id);
    if (!node) return;
    if (deed === 'open' && connecting !== undefined) return connect(connecting, node.id);
    if (deed === 'open') return keep({ selected: node.id, focused: node.id });
    if (deed === 'connect') {
      setConnecting(node.id);
      return say(t('Connect {0}: choose the other one and press Enter; Escape leaves it.', node.label));
    }
    if (node.rung === undefined) return say(t('{0} is an activity: it can be connected, no more.', node.label));
    switch (deed) {
      case 'remove':
        return edit({ type: 'remove', resource: node.id });
      case 'earlier':
      case 'later':
        return reorder(node.id, deed);
      case 'pin':
        return edit({ type: 'pin', resource: node.id, rung: node.pin === undefined ? 'always' : node.pin === 'always' ? 'never' : 'free' });
      case 'warm':
        say(node.warm ? t('Cooling {0}', node.label) : t('Warming {0}', node.label));
        return send({ type: node.warm ? 'cool' : 'warm', resource: node.id });
      case 'why':
        keep({ selected: node.id });
        return send({ type: 'why', resource: node.id });
    }
  }

  function close(): void {
    keep({ selected: undefined });
    setWhy(undefined);
    document.querySelector<HTMLElement>(`[data-id="${CSS.escape(selected ?? '')}"]`)?.focus({ preventScroll: true });
  }

  const shown = workflow.nodes.find((n) => n.id === selected);
  const isEmpty = workflow.nodes.length === 0;
  const focus = (id: string): void => keep({ focused: id });
  return (
    <>
      <Head
        workflow={workflow}
        view={view}
        did={did}
        zoom={viewport}
        show={(persona) => {
          keep({ persona });
          send({ type: 'show', ...(persona ? { persona } : {}) });
        }}
        turn={(to) => keep({ view: to })}
      />
      <div class="body">
        {isEmpty ? (
          <p class="empty">{t('This workspace declares no resources, and no activity is known yet. Add a resource to begin.')}</p>
        ) : view === 'graph' ? (
          <Graph
            workflow={workflow}
            focused={focused}
            selected={shown?.id}
            connecting={connecting}
            shift={saved.shift}
            keepShift={(shift) => keep({ shift })}
            layout={saved.layout}
            keepLayout={(layout) => keep({ layout })}
            focus={focus}
            did={did}
            connect={connect}
            moveAfter={(id, after) => edit({ type: 'move', resource: id, after })}
            zoomed={(made) => {
              viewport.current = made;
            }}
          />
        ) : (
          <Table workflow={workflow} selected={shown?.id} connecting={connecting} focus={focus} did={did} />
        )}
        {shown && (
          <Details
            workflow={workflow}
            node={shown}
            why={why?.resource === shown.id ? why.lines : undefined}
            edit={edit}
            did={did}
            connect={connect}
            close={close}
          />
        )}
      </div>
      <footer>
        <p role="status">{said}</p>
        <p id="help-line" class="dim">
          {t(
            'Arrows go on · Enter opens · A adds · C connects · Delete removes · Alt+Arrows reorder · P pins · Ctrl+Z undoes · ? lists all',
          )}
        </p>
      </footer>
      {dialog === 'add' && <AddDialog workflow={workflow} edit={edit} close={() => setDialog(undefined)} />}
      {dialog === 'help' && <HelpDialog close={() => setDialog(undefined)} />}
      {typeof dialog === 'object' && (
        <PreviewDialog
          title={editText(dialog.edit, nameOf)}
          preview={dialog.preview}
          answer={(yes) => {
            setDialog(undefined);
            send({ type: yes ? 'confirm' : 'cancel' });
            if (!yes) say(t('Nothing was changed.'));
          }}
        />
      )}
    </>
  );
}

/** The name or id of what an edit, or taking it back, brings into the workflow. */
function comesBy({ how, edit }: Extract<ToWebview, { type: 'edited' }>): string | undefined {
  if (how === 'undone') return edit.type === 'remove' ? edit.resource : undefined;
  return edit.type === 'add' ? edit.resource : edit.type === 'add-image' ? edit.name : undefined;
}

interface HeadPorts {
  readonly workflow: Workflow;
  readonly view: Saved['view'];
  readonly did: (id: undefined, deed: Deed) => void;
  readonly zoom: { readonly current?: Viewport | undefined };
  readonly show: (persona: string | undefined) => void;
  readonly turn: (to: Saved['view']) => void;
}

function Head({ workflow, view, did, zoom, show, turn }: HeadPorts) {
  const { personas, personaId, active, probability, mode, trusted, undo, redo } = workflow;
  const byId = (id: string): string => labelOf(workflow, id);
  const standing = !workflow.persona
    ? t('Prewarm is learning from what you do')
    : active
      ? t('under way, {0} likely', percent(probability))
      : t('not under way now');
  return (
    <header>
      <h1>{workflow.persona ?? t('No persona yet')}</h1>
      <p>
        {standing} · {trusted ? t('mode {0}', mode) : t('Restricted Mode')}
      </p>
      {personas.length > 1 && (
        <select
          aria-label={t('Another workflow')}
          value=""
          onChange={({ currentTarget }) => {
            show(personas.find((p) => p.id === currentTarget.value)?.active ? undefined : currentTarget.value);
            currentTarget.value = '';
          }}
        >
          <option value="">{t('Another workflow…')}</option>
          {personas
            .filter((p) => p.id !== personaId)
            .map((p) => (
              <option key={p.id} value={p.id}>
                {p.active ? t('{0} (under way)', p.name) : p.name}
              </option>
            ))}
        </select>
      )}
      <div class="group" role="group" aria-label={t('Edit')}>
        <button type="button" class="primary" onClick={() => did(undefined, 'add')}>
          {t('Add…')}
        </button>
        <button
          type="button"
          aria-disabled={!undo}
          title={undo ? t('Undo: {0}', editText(undo.edit, byId)) : ''}
          onClick={() => did(undefined, 'undo')}
        >
          {t('Undo')}
        </button>
        <button
          type="button"
          aria-disabled={!redo}
          title={redo ? t('Redo: {0}', editText(redo.edit, byId)) : ''}
          onClick={() => did(undefined, 'redo')}
        >
          {t('Redo')}
        </button>
      </div>
      {view === 'graph' && (
        <div class="group" role="group" aria-label={t('Zoom')}>
          <button type="button" aria-label={t('Zoom out')} onClick={() => zoom.current?.zoom(0.8)}>
            −
          </button>
          <button type="button" title={t('Show all')} onClick={() => zoom.current?.fit()}>
            {t('Fit')}
          </button>
          <button type="button" aria-label={t('Zoom in')} onClick={() => zoom.current?.zoom(1.25)}>
            +
          </button>
        </div>
      )}
      <div class="group" role="group" aria-label={t('View')}>
        {(['graph', 'table'] as const).map((v) => (
          <button type="button" key={v} aria-pressed={view === v} onClick={() => turn(v)}>
            {v === 'graph' ? t('Graph') : t('Table')}
          </button>
        ))}
      </div>
      <button type="button" onClick={() => did(undefined, 'help')}>
        {t('Keys')}
      </button>
    </header>
  );
}

render(<App />, document.getElementById('root') as HTMLElement);
