import * as vscode from 'vscode';
import { type ResourceGroup, type ResourceRow, type ResourceStanding, resourceTree } from '../../show/resourceTree.ts';
import type { Shown } from '../../show/shown.ts';

export const RESOURCES_VIEW = 'prewarm.resources';

type Node = ResourceRow | ResourceGroup;

export function createResourceTree(): vscode.Disposable & { show(state: Shown): void; readonly provider: vscode.TreeDataProvider<Node> } {
  const changed = new vscode.EventEmitter<undefined>();
  let nodes: readonly Node[] = [];
  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [...(node ? (node.type === 'group' ? node.rows : []) : nodes)],
    getTreeItem: item,
  };
  const view = vscode.window.createTreeView(RESOURCES_VIEW, { treeDataProvider: provider });
  return {
    provider,
    show(state) {
      const next = resourceTree(state, vscode.l10n.t);
      if (JSON.stringify(next) === JSON.stringify(nodes)) return;
      nodes = next;
      changed.fire(undefined);
    },
    dispose: () => {
      view.dispose();
      changed.dispose();
    },
  };
}

function item(node: Node): vscode.TreeItem {
  return node.type === 'group' ? groupItem(node) : resourceItem(node);
}

function groupItem({ id, label, description, folded, rows }: ResourceGroup): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const it = new vscode.TreeItem(label, folded ? Collapsed : Expanded);
  it.id = id;
  it.description = description;
  it.contextValue = 'group';
  it.accessibilityInformation = { label: vscode.l10n.t('{0}: {1} resources', label, rows.length) };
  return it;
}

function resourceItem(row: ResourceRow): vscode.TreeItem {
  const it = new vscode.TreeItem(row.label);
  it.id = row.id;
  it.description = row.description;
  it.tooltip = row.tooltip;
  it.contextValue = `resource.${row.state}`;
  it.iconPath = row.state === 'warming' ? new vscode.ThemeIcon('sync~spin') : new vscode.ThemeIcon(row.icon, colorOf(row.state));
  it.accessibilityInformation = { label: `${row.label}, ${row.description}` };
  return it;
}

const colorOf = (state: ResourceStanding): vscode.ThemeColor | undefined =>
  state === 'ready' ? new vscode.ThemeColor('charts.green') : state === 'yours' ? new vscode.ThemeColor('charts.blue') : undefined;
