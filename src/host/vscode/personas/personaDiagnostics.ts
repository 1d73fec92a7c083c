import * as vscode from 'vscode';
import type { Finding } from '../../../sense/pdl/finding.ts';
import type { Core } from '../coreContract.ts';
import { createCheckedDocuments, type OpenDocument } from './checkedDocuments.ts';

type Checker = Pick<Core, 'checkPersonas'>;

const SOURCE = 'Prewarm';
const FILE = /[\\/]\.prewarm[\\/]personas\.json$/;

/** Documents that Prewarm wrote elsewhere at somebody's wish, until they are closed. */
const followed = new Set<string>();

/** From now on it is checked as the workspace's own is. To be called before it is opened. */
export const followDocument = (uri: vscode.Uri): void => void followed.add(uri.toString());

const isPersonaDocument = ({ uri }: vscode.TextDocument): boolean =>
  (uri.scheme === 'file' || uri.scheme === 'vscode-remote') && (FILE.test(uri.path) || followed.has(uri.toString()));

/** Problems and quick fixes for persona documents that are open. Nothing but hearing of documents is set up until one is. */
export function registerPersonaDiagnostics(core: () => Promise<Checker>): vscode.Disposable {
  let running: ReturnType<typeof start> | undefined;
  let disposed = false;
  const opened = async (document: vscode.TextDocument): Promise<void> => {
    if (!isPersonaDocument(document)) return;
    const checker = await core();
    if (disposed || document.isClosed) return;
    running ??= start(checker);
    running.documents.opened(openDocument(document));
  };
  const listening = [
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidChangeTextDocument(({ document }) => running?.documents.changed(openDocument(document))),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      followed.delete(uri.toString());
      running?.documents.closed(uri.toString());
    }),
  ];
  for (const document of vscode.workspace.textDocuments) void opened(document);
  const end = (): void => {
    disposed = true;
    running?.dispose();
  };
  return vscode.Disposable.from(...listening, { dispose: end });
}

const openDocument = (document: vscode.TextDocument): OpenDocument => ({
  uri: document.uri.toString(),
  version: document.version,
  text: () => document.getText(),
});

function start({ checkPersonas }: Checker) {
  const diagnostics = vscode.languages.createDiagnosticCollection('prewarm-personas');
  const documents = createCheckedDocuments({
    check: (text) => checkPersonas(text).findings,
    show: (name, findings) => {
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === name);
      const uri = vscode.Uri.parse(name);
      if (findings && document)
        diagnostics.set(
          uri,
          findings.map((finding) => diagnosticOf(document, finding)),
        );
      else diagnostics.delete(uri);
    },
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
  const fixes = vscode.languages.registerCodeActionsProvider(
    [{ language: 'json' }, { language: 'jsonc' }],
    { provideCodeActions: (document, range) => documents.findings(openDocument(document)).flatMap((f) => actionsOf(document, range, f)) },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
  return {
    documents,
    dispose: (): void => {
      documents.dispose();
      diagnostics.dispose();
      fixes.dispose();
    },
  };
}

const rangeOf = (document: vscode.TextDocument, { offset, length }: { readonly offset: number; readonly length: number }): vscode.Range =>
  new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));

function diagnosticOf(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
  const severity = finding.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const one = new vscode.Diagnostic(rangeOf(document, finding), finding.message, severity);
  one.source = SOURCE;
  return one;
}

function actionsOf(document: vscode.TextDocument, range: vscode.Range, finding: Finding): readonly vscode.CodeAction[] {
  if (!rangeOf(document, finding).intersection(range)) return [];
  return finding.fixes.map((fix, i) => {
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    for (const edit of fix.edits()) action.edit.replace(document.uri, rangeOf(document, edit), edit.content);
    action.diagnostics = [diagnosticOf(document, finding)];
    action.isPreferred = i === 0;
    return action;
  });
}
