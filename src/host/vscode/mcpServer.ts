import { join } from 'node:path';
import * as vscode from 'vscode';

export const MCP_PROVIDER = 'prewarm.mcp';

/** The MCP server of this workspace, for every agent that the editor hosts. It only answers; it reads what this window has learnt. */
export function registerMcpServer(
  context: vscode.ExtensionContext,
  folder: vscode.WorkspaceFolder | undefined,
): readonly vscode.Disposable[] {
  // Editors of the same family may lack it.
  if (typeof vscode.lm?.registerMcpServerDefinitionProvider !== 'function') return [];
  const changed = new vscode.EventEmitter<void>();
  return [
    changed,
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.lm.registerMcpServerDefinitionProvider(MCP_PROVIDER, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => (folder && vscode.workspace.isTrusted ? [definition(context, folder)] : []),
    }),
  ];
}

/** By the editor's own Node, so that none has to be installed. */
export function definition(
  { extension, globalStorageUri }: vscode.ExtensionContext,
  folder: vscode.WorkspaceFolder,
): vscode.McpStdioServerDefinition {
  const { version } = extension.packageJSON as { version: string };
  const settings = vscode.workspace.getConfiguration('prewarm', folder);
  const [host, engineContext] = [settings.get('docker.host', ''), settings.get('docker.context', '')];
  const cluster = {
    PREWARM_KUBERNETES_CONTEXT: settings.get('kubernetes.context', ''),
    PREWARM_KUBERNETES_NAMESPACE: settings.get('kubernetes.namespace', ''),
  };
  const args = [
    join(extension.extensionPath, 'dist', 'cli.js'),
    'mcp',
    '--workspace',
    folder.uri.fsPath,
    '--state',
    globalStorageUri.fsPath,
  ];
  const env = { ELECTRON_RUN_AS_NODE: '1', ...engineIn(host, engineContext), ...cluster };
  return new vscode.McpStdioServerDefinition('Prewarm', process.execPath, args, env, version);
}

/** The command line hears of the engine as the docker command does. */
function engineIn(host: string, context: string): Record<string, string> {
  if (host) return { DOCKER_HOST: host };
  return context ? { DOCKER_HOST: '', DOCKER_CONTEXT: context } : {};
}
