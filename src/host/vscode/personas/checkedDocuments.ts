import type { Finding } from '../../../sense/pdl/finding.ts';

/** A persona document that is open in an editor; it knows no editor. */
export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: () => string;
}

export interface CheckedDocumentsPorts {
  readonly check: (text: string) => readonly Finding[];
  /** Undefined: it is no longer open. */
  readonly show: (uri: string, findings: readonly Finding[] | undefined) => void;
  /** Calls back once; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Nobody wants to be corrected while typing. */
const PAUSE_MS = 250;

/** What is wrong with the persona documents that are open: at once when one is opened, and whenever typing pauses. */
export function createCheckedDocuments({ check, show, after }: CheckedDocumentsPorts) {
  const open = new Map<string, { version: number; findings: readonly Finding[]; noLonger: () => void }>();

  function checked(document: OpenDocument): readonly Finding[] {
    const before = open.get(document.uri);
    before?.noLonger();
    const findings = before?.version === document.version ? before.findings : check(document.text());
    open.set(document.uri, { version: document.version, findings, noLonger: () => {} });
    show(document.uri, findings);
    return findings;
  }

  return {
    opened: (document: OpenDocument): void => void checked(document),
    changed(document: OpenDocument): void {
      const known = open.get(document.uri);
      if (!known) return;
      known.noLonger();
      known.noLonger = after(PAUSE_MS, () => checked(document));
    },
    closed(uri: string): void {
      const known = open.get(uri);
      if (!known) return;
      known.noLonger();
      open.delete(uri);
      show(uri, undefined);
    },
    /** Of the text as it is now, so that what is mended is where it is said to be. */
    findings: (document: OpenDocument): readonly Finding[] => (open.has(document.uri) ? checked(document) : []),
    dispose(): void {
      for (const { noLonger } of open.values()) noLonger();
      open.clear();
    },
  };
}
