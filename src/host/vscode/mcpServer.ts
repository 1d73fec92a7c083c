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
  const env = { ELECTRON_RUN_AS_NODE: '1', ...engines(folder) };
  const args = [
    join(extension.extensionPath, 'dist', 'cli.js'),
    'mcp',
    '--workspace',
    folder.uri.fsPath,
    '--state',
    globalStorageUri.fsPath,
  ];
  return new vscode.McpStdioServerDefinition('Prewarm', process.execPath, args, env, version);
}

/** The engines that the settings name, as the command line is told of them. */
function engines(folder: vscode.WorkspaceFolder): Record<string, string> {
  const settings = vscode.workspace.getConfiguration('prewarm', folder);
  return {
    ...dockerIn(settings.get('docker.host', ''), settings.get('docker.context', '')),
    PREWARM_KUBERNETES_CONTEXT: settings.get('kubernetes.context', ''),
    PREWARM_KUBERNETES_NAMESPACE: settings.get('kubernetes.namespace', ''),
  };
}

/** As the docker command hears of it. */
function dockerIn(host: string, context: string): Record<string, string> {
  if (host) return { DOCKER_HOST: host };
  return context ? { DOCKER_HOST: '', DOCKER_CONTEXT: context } : {};
}
