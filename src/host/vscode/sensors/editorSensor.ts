import * as vscode from 'vscode';
import type { Record } from './record.ts';

/** One `edited` per file in this time: a burst of typing is one activity. */
const BURST_MS = 30_000;

export function editorSensor(record: Record): readonly vscode.Disposable[] {
  const editedAt = new Map<string, number>();
  const report = (document: vscode.TextDocument, did: 'opened' | 'switched' | 'edited' | 'saved'): void => {
    if (document.uri.scheme === 'file')
      record({ type: 'file', at: Date.now(), did, path: document.uri.fsPath, language: document.languageId });
  };
  return [
    vscode.workspace.onDidOpenTextDocument((document) => {
      // The editor opens documents of its own; only what the developer then sees counts.
      if (vscode.window.visibleTextEditors.some((e) => e.document === document)) report(document, 'opened');
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => editor && report(editor.document, 'switched')),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const now = Date.now();
      const key = document.uri.toString();
      if (contentChanges.length === 0 || now - (editedAt.get(key) ?? 0) < BURST_MS) return;
      editedAt.set(key, now);
      report(document, 'edited');
    }),
    vscode.workspace.onDidSaveTextDocument((document) => report(document, 'saved')),
    vscode.workspace.onDidCloseTextDocument((document) => editedAt.delete(document.uri.toString())),
  ];
}
