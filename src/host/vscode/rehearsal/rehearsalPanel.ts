import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { failed, ok, type Result } from '../../../domain/index.ts';
import type { ToRehearsal } from '../../../show/rehearsal/rehearsalProtocol.ts';
import type { RehearsalResult } from '../../../simulate/result/result.ts';
import type { Core } from '../coreContract.ts';
import { registerSinglePanel } from '../singlePanel.ts';
import { type Choice, pickRehearsal, pickToCompare } from './pickRehearsal.ts';
import type { ExportTexts, RehearsalMessageOptions, RehearsalMessages, RehearsalSubject } from './rehearsalMessages.ts';

const { t } = vscode.l10n;
const LAST = 'prewarm.rehearsal.last';

export interface RehearsalPanelOptions {
  readonly folder: vscode.WorkspaceFolder | undefined;
  readonly bundles: string;
  readonly core: () => Promise<Core>;
  /** What the buttons of a recommendation do; one without a handler is not there. */
  readonly handlers: RehearsalMessageOptions['handlers'];
  /** After each rehearsal: what it recommends. */
  readonly recommended: (advice: RehearsalResult['advice']) => void;
}

export interface RehearsalPanel {
  begin(subject: RehearsalSubject): Promise<void>;
  /** Asks which of the saved ones is shown. */
  choose(): Promise<void>;
  /** After an erasure. */
  forget(): Promise<void>;
}

/** The rehearsal panel: what runs is ended when it is closed, and what was saved is there again after a reload. */
export function registerRehearsals(
  context: vscode.ExtensionContext,
  { folder, bundles, core, handlers, recommended }: RehearsalPanelOptions,
): RehearsalPanel {
  const panel = registerSinglePanel<ToRehearsal>(context, {
    type: 'prewarm.rehearsal',
    title: t('Prewarm Rehearsal'),
    page: 'rehearsal',
    hear: (raw) => void messages().then((m) => m?.answer(raw)),
    closed: () => void making?.then((m) => m?.stop()),
  });
  let making: Promise<RehearsalMessages | undefined> | undefined;
  const saved = async (c: Core) => c.savedRehearsals(context.globalStorageUri.fsPath, (folder as vscode.WorkspaceFolder).uri.fsPath);
  const messages = (): Promise<RehearsalMessages | undefined> => {
    making ??= folder ? made() : Promise.resolve(undefined);
    return making;
  };

  async function made(): Promise<RehearsalMessages> {
    const c = await core();
    return c.createRehearsalMessages({
      async rehearse(work, options) {
        const result = await c.rehearseInThread(work, { ...options, bundles });
        if (result.ok) recommended(result.value.advice);
        return result;
      },
      saved: await saved(c),
      askName: async (value) => vscode.window.showInputBox({ title: t('Save the rehearsal under which name?'), value }),
      pick: pickToCompare,
      exportTo: (name, texts) => exportTo(name, texts, folder?.uri),
      choose: () => void vscode.commands.executeCommand('prewarm.simulate'),
      list: () => void vscode.commands.executeCommand('prewarm.showRehearsal'),
      handlers,
      send: panel.send,
      last: { get: () => context.workspaceState.get(LAST), set: (id) => void context.workspaceState.update(LAST, id) },
      now: Date.now,
      newId: randomUUID,
      t,
    });
  }

  return {
    async begin(subject) {
      panel.reveal();
      await (await messages())?.begin(subject);
    },
    async choose() {
      const picked: Choice | undefined = folder && (await pickRehearsal(await saved(await core())));
      if (picked === undefined) return;
      panel.reveal();
      await (await messages())?.show(picked);
    },
    forget: async () => (await making)?.forget(),
  };
}

/** As the ending of the chosen file says. */
async function exportTo(name: string, texts: ExportTexts, folder: vscode.Uri | undefined): Promise<Result<string> | undefined> {
  const file = `${name.replace(/[^\p{L}\p{N}. -]+/gu, '-')}.json`;
  const uri = await vscode.window.showSaveDialog({
    title: t('Export the rehearsal; the ending says as what'),
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
    filters: { JSON: ['json'], CSV: ['csv'], Markdown: ['md'] },
  });
  if (!uri) return undefined;
  const ending = /\.(json|csv|md)$/i.exec(uri.path)?.[1]?.toLowerCase() as keyof ExportTexts | undefined;
  if (!ending) return failed('wrong-usage', 'never', `${uri.fsPath} should end in .json, .csv or .md, which says what it is exported as.`);
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(texts[ending]()));
    return ok(uri.fsPath);
  } catch (error) {
    return failed('storage-failed', 'never', `${uri.fsPath} could not be written (${(error as Error).message}).`);
  }
}
