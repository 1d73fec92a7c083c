import type { App } from '../../app/app.ts';
import type { AskedEdit, EditPreview, MadeEdit } from '../../domain/index.ts';
import { type FromWebview, parseFromWebview, type ToWebview } from '../../show/protocol.ts';
import { english, type Translate } from '../../show/translate.ts';
import { workflow } from '../../show/workflow.ts';

/** Answers one webview's messages. What it looks at and what it was asked to confirm is kept here. */
export function createWorkflowMessages(open: () => Promise<App | undefined>, send: (message: ToWebview) => void, t: Translate = english) {
  let looksAt: string | undefined;
  let pending: { readonly persona: string | undefined; readonly edit: AskedEdit } | undefined;

  const show = (app: App): void =>
    send({ type: 'state', workflow: workflow(app.state(), { asked: looksAt, catalogue: app.edits.catalogue }, t) });

  function make(app: App, persona: string | undefined, edit: AskedEdit) {
    const made = app.edits.make(persona, edit);
    if (made.ok) send({ type: 'edited', how: 'done', edit });
    else send({ type: 'refused', message: made.fault.message });
    show(app);
  }

  /** What starts and stops nothing holds at once; all else is shown beforehand. */
  function edited(app: App, persona: string | undefined, edit: AskedEdit) {
    const preview = app.edits.preview(persona, edit);
    if (!preview.ok) return send({ type: 'refused', message: preview.fault.message });
    if (isQuiet(preview.value)) return make(app, persona, edit);
    pending = { persona, edit };
    send({ type: 'preview', edit, preview: preview.value });
  }

  function wentBack(app: App, how: 'undone' | 'redone', made: MadeEdit | undefined): void {
    send(made ? { type: 'edited', how, edit: made.edit } : { type: 'nothing', to: how === 'undone' ? 'undo' : 'redo' });
    show(app);
  }

  async function act(app: App, message: FromWebview) {
    switch (message.type) {
      case 'ready':
      case 'show':
        looksAt = message.persona;
        return show(app);
      case 'why':
        return send({ type: 'why', resource: message.resource, lines: app.why(message.resource) });
      case 'warm':
      case 'cool': {
        const [fault] = (await app[message.type]([message.resource])).filter((f) => f.code !== 'cancelled');
        if (fault) send({ type: 'refused', message: fault.message });
        return;
      }
      case 'edit':
        return edited(app, message.persona, message.edit);
      case 'confirm':
        if (pending) make(app, pending.persona, pending.edit);
        pending = undefined;
        return;
      case 'cancel':
        pending = undefined;
        return;
      case 'undo':
        return wentBack(app, 'undone', app.edits.undo());
      case 'redo':
        return wentBack(app, 'redone', app.edits.redo());
    }
  }

  return {
    show,
    async answer(raw: unknown): Promise<void> {
      const message = parseFromWebview(raw);
      const app = await open();
      if (message && app) await act(app, message);
    },
  };
}

export type WorkflowMessages = ReturnType<typeof createWorkflowMessages>;

const isQuiet = ({ starts, stops, heldBack }: EditPreview): boolean => starts.length + stops.length + heldBack.length === 0;
