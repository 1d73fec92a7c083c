import type { Workflow } from './workflow.ts';

/** From the extension to the webview. The answer to `ready` carries the whole state; so does every change, which is small. */
export type ToWebview =
  | { readonly type: 'state'; readonly workflow: Workflow }
  | { readonly type: 'why'; readonly resource: string; readonly lines: readonly string[] };

/** From the webview to the extension. */
export type FromWebview =
  | { readonly type: 'ready' }
  | { readonly type: 'warm' | 'cool' | 'why' | 'always' | 'never'; readonly resource: string };

const WITH_RESOURCE = ['warm', 'cool', 'why', 'always', 'never'];

/** What comes from a webview is foreign. */
export function parseFromWebview(raw: unknown): FromWebview | undefined {
  const { type, resource } = (typeof raw === 'object' && raw !== null ? raw : {}) as { type?: unknown; resource?: unknown };
  if (type === 'ready') return { type };
  if (typeof type === 'string' && WITH_RESOURCE.includes(type) && typeof resource === 'string') return { type, resource } as FromWebview;
  return undefined;
}
