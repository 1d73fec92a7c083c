import * as vscode from 'vscode';
import { type ResourceRow, resourceTree } from '../../show/resourceTree.ts';
import type { Shown } from '../../show/shown.ts';

export const RESOURCES_VIEW = 'prewarm.resources';

export function createResourceTree(): vscode.Disposable & { show(state: Shown): void } {
  const changed = new vscode.EventEmitter<undefined>();
  let rows: readonly ResourceRow[] = [];
  const view = vscode.window.createTreeView<ResourceRow>(RESOURCES_VIEW, {
    treeDataProvider: { onDidChangeTreeData: changed.event, getChildren: (row) => (row ? [] : [...rows]), getTreeItem: item },
  });
  return {
    show(state) {
      const next = resourceTree(state);
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

function item(row: ResourceRow): vscode.TreeItem {
  const it = new vscode.TreeItem(row.label);
  it.id = row.id;
  it.description = row.description;
  it.tooltip = row.tooltip;
  it.contextValue = `resource.${row.state}`;
  it.iconPath =
    row.state === 'working'
      ? new vscode.ThemeIcon('sync~spin')
      : new vscode.ThemeIcon(row.icon, row.state === 'warm' ? new vscode.ThemeColor('charts.green') : undefined);
  it.accessibilityInformation = { label: `${row.label}, ${row.description}` };
  return it;
}
