import * as vscode from 'vscode';
import type { AppState } from '../../app/app.ts';
import { OURS } from './sensors/otlpSensor.ts';

export interface Environment {
  show(state: AppState): void;
  /** Where exporters of spans should send them; undefined: Prewarm says nothing of it. */
  spansAt(endpoint: string | undefined): void;
}

/** `DATABASE_URL` and the like in new terminals of this folder, as long as Prewarm may act in it. */
export function keepEnvironment(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder | undefined): Environment {
  const collection = folder
    ? context.environmentVariableCollection.getScoped({ workspaceFolder: folder })
    : context.environmentVariableCollection;
  collection.persistent = false;
  let written = '';
  let resources: AppState['resources'] = [];
  let endpoint: string | undefined;
  function write(): void {
    const spans = endpoint === undefined ? {} : exporterVariables(endpoint);
    const variables: Record<string, string> = Object.assign(spans, ...[...resources].reverse().map((r) => r.environment));
    const next = JSON.stringify(variables);
    if (next === written) return;
    written = next;
    collection.clear();
    const names = resources.filter((r) => Object.keys(r.environment).length > 0).map((r) => r.resource.name);
    if (endpoint !== undefined) names.push(vscode.l10n.t('the receiver of spans'));
    if (names.length > 0) collection.description = new vscode.MarkdownString(vscode.l10n.t('Prewarm: where to find {0}', names.join(', ')));
    for (const [name, value] of Object.entries(variables)) collection.replace(name, value);
  }
  return {
    show(state) {
      const allowed = state.trusted && (state.mode === 'suggest' || state.mode === 'auto');
      resources = allowed ? state.resources : [];
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
