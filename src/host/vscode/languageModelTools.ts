import * as vscode from 'vscode';
import type { AgentTool, WarmWish } from '../../app/agentTools/agentTools.ts';
import type { App, ResourceState } from '../../app/app.ts';
import type { Core } from './coreContract.ts';

const PREFIX = 'prewarm_';

export interface ToolPorts {
  readonly open: () => Promise<App | undefined>;
  /** Loaded when a tool is first asked. */
  readonly core: () => Promise<Core>;
}

/** The tools that package.json contributes; what they say and do stands in one table for the editor and for MCP. */
export function registerLanguageModelTools(context: vscode.ExtensionContext, ports: ToolPorts): readonly vscode.Disposable[] {
  const { languageModelTools } = context.extension.packageJSON.contributes as { languageModelTools: readonly { name: string }[] };
  return languageModelTools.map(({ name }) => vscode.lm.registerTool(name, toolFor(name.slice(PREFIX.length), ports)));
}

function toolFor(name: string, { open, core }: ToolPorts): vscode.LanguageModelTool<object> {
  const tool = async (): Promise<AgentTool> => {
    const found = (await core()).AGENT_TOOLS.find((t) => t.name === name);
    if (!found) throw new Error(`There is no tool ${name}.`);
    return found;
  };
  return {
    async prepareInvocation({ input }) {
      if ((await tool()).does === 'reads') return { invocationMessage: vscode.l10n.t('Looking at what is warm') };
      const app = await open();
      const wish = app && (await core()).warmWish(app, input);
      // Where nothing would be started there is nothing to confirm: the answer says why.
      return wish?.ok && wish.value.cold.length > 0 ? confirmation(wish.value) : {};
    },
    async invoke({ input }, token) {
      const app = await open();
      // A model reads what is thrown, and can tell the developer.
      if (!app) throw new Error(vscode.l10n.t('Prewarm works in a folder. Open one first.'));
      const controller = new AbortController();
      const listening = token.onCancellationRequested(() => controller.abort());
      if (token.isCancellationRequested) controller.abort();
      const result = await (await tool()).run(app, input, { signal: controller.signal }).finally(() => listening.dispose());
      if (controller.signal.aborted) throw new vscode.CancellationError();
      if (!result.ok) throw new Error(result.fault.message);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(result.value.text)]);
    },
  };
}

function confirmation({ persona, cold, along }: WarmWish): vscode.PreparedToolInvocation {
  const { t } = vscode.l10n;
  const names = namesOf([...cold, ...along]);
  const title = persona ? t('Warm what “{0}” needs?', persona.name) : t('Warm {0}?', namesOf(cold));
  // Names come from the workspace's files: they are text, whatever stands in them.
  const message = new vscode.MarkdownString().appendText(t('Prewarm will start {0} and wait until all of it is ready.', names));
  return { invocationMessage: t('Warming {0}', names), confirmationMessages: { title, message } };
}

const namesOf = (resources: readonly ResourceState[]): string => resources.map((r) => r.resource.name).join(', ');
