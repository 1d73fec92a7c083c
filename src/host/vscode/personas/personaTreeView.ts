import * as vscode from 'vscode';
import { type PersonaRow, personaTree, type ShownPersonas, type UseRow } from '../../../show/personaTree.ts';

export const PERSONAS_VIEW = 'prewarm.personas';

type Node = PersonaRow | UseRow;

/** Personas, and below each what it uses. */
export function createPersonaTree(): vscode.Disposable & {
  show(state: ShownPersonas): void;
  readonly provider: vscode.TreeDataProvider<Node>;
} {
  const changed = new vscode.EventEmitter<undefined>();
  let rows: readonly PersonaRow[] = [];
  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [...(node ? (node.type === 'persona' ? node.uses : []) : rows)],
    getTreeItem: (node) => (node.type === 'persona' ? personaItem(node) : useItem(node)),
  };
  const view = vscode.window.createTreeView(PERSONAS_VIEW, { treeDataProvider: provider, canSelectMany: true });
  return {
    provider,
    show(state) {
      const next = personaTree(state, Date.now(), vscode.l10n.t);
      if (JSON.stringify(next) === JSON.stringify(rows)) return;
      rows = next;
      changed.fire(undefined);
    },
    dispose: () => {
      view.dispose();
      changed.dispose();
    },
  };
}

function personaItem(row: PersonaRow): vscode.TreeItem {
  const it = new vscode.TreeItem(row.label, vscode.TreeItemCollapsibleState.Collapsed);
  it.id = row.id;
  it.description = row.description;
  it.tooltip = row.tooltip;
  it.contextValue = row.held ? 'persona.held' : 'persona';
  it.iconPath = row.active
    ? new vscode.ThemeIcon('person', new vscode.ThemeColor('charts.green'))
    : new vscode.ThemeIcon(row.held ? 'history' : 'person');
  it.accessibilityInformation = {
    label: [row.label, row.active ? vscode.l10n.t('this session') : '', row.description].filter(Boolean).join(', '),
  };
  return it;
}

function useItem(row: UseRow): vscode.TreeItem {
  const it = new vscode.TreeItem(row.label);
  it.id = row.id;
  it.description = row.description;
  it.tooltip = row.tooltip;
  it.contextValue = 'use';
  it.iconPath = new vscode.ThemeIcon(row.icon, row.warm ? new vscode.ThemeColor('charts.green') : undefined);
  it.accessibilityInformation = { label: `${row.label}, ${row.description}` };
  return it;
}
