import { type Comparison, type LedgerView, SPANS, type Span } from './ledger.ts';

/** From the extension to the ledger's webview; each carries the whole of what it names. */
export type ToLedger =
  | { readonly type: 'ledger'; readonly view: LedgerView }
  | { readonly type: 'comparison'; readonly comparison: Comparison };

/** From the webview: it is there, or another span is looked at; and what dear to make is wanted anew. */
export type FromLedger = { readonly type: 'span'; readonly span: Span } | { readonly type: 'compare' };

/** What comes from a webview is foreign. */
export function parseFromLedger(raw: unknown): FromLedger | undefined {
  const { type, span } = (typeof raw === 'object' && raw !== null ? raw : {}) as { type?: unknown; span?: unknown };
  if (type === 'compare') return { type };
  return type === 'span' && SPANS.includes(span as Span) ? { type, span: span as Span } : undefined;
}
