import * as vscode from 'vscode';
import type { App, AppState } from '../../app/app.ts';
import { OURS } from './sensors/otlpSensor.ts';

export interface Environment {
  /** `environment` gives what is secret, too. */
  show(state: AppState, environment: App['environment']): void;
  /** Where exporters of spans should send them; undefined: Prewarm says nothing of it. */
  spansAt(endpoint: string | undefined): void;
}

/** `DATABASE_URL` and the like in new terminals of this folder, as long as Prewarm may act in it. */
export function keepEnvironment(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder | undefined): Environment {
  const collection = folder
    ? context.environmentVariableCollection.getScoped({ workspaceFolder: folder })
    : context.environmentVariableCollection;
  // It holds passwords, and what VS Code keeps of it would stand on the disk.
  collection.persistent = false;
  let written = '';
  let found: readonly { readonly name: string; readonly variables: Readonly<Record<string, string>> }[] = [];
  let endpoint: string | undefined;
  function write(): void {
    const spans = endpoint === undefined ? {} : exporterVariables(endpoint);
    const variables: Record<string, string> = Object.assign(spans, ...[...found].reverse().map((f) => f.variables));
    const next = JSON.stringify(variables);
    if (next === written) return;
    written = next;
    collection.clear();
    const names = found.map((f) => f.name);
    if (endpoint !== undefined) names.push(vscode.l10n.t('the receiver of spans'));
    if (names.length > 0) collection.description = new vscode.MarkdownString(vscode.l10n.t('Prewarm: where to find {0}', names.join(', ')));
    for (const [name, value] of Object.entries(variables)) collection.replace(name, value);
  }
  return {
    show(state, environment) {
      const allowed = state.trusted && (state.mode === 'suggest' || state.mode === 'auto');
      found = (allowed ? state.resources : [])
        .map(({ resource }) => ({ name: resource.name, variables: environment(resource.id) }))
        .filter(({ variables }) => Object.keys(variables).length > 0);
      write();
    },
    spansAt(next) {
      endpoint = next;
      write();
    },
  };
}

/** What every OpenTelemetry SDK reads, and a mark that it is from us. */
function exporterVariables(endpoint: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', [OURS]: endpoint };
}
