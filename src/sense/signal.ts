import type { Confidence, UnixMs } from '../domain/index.ts';

/**
 * The closed set of what the sensors can report, before redaction. A signal never leaves memory: only what
 * `normalise` makes of it (after the redaction gate) is stored.
 * Paths are absolute; `at` is Unix ms.
 */
export type Signal =
  | {
      readonly type: 'file';
      readonly at: UnixMs;
      readonly did: 'opened' | 'switched' | 'edited' | 'saved';
      readonly path: string;
      readonly language: string;
    }
  | {
      readonly type: 'command';
      readonly at: UnixMs;
      readonly did: 'started' | 'ended';
      readonly line: string;
      readonly cwd?: string;
      readonly confidence: Confidence;
      readonly exitCode?: number;
      readonly durationMs?: number;
    }
  | {
      readonly type: 'task';
      readonly at: UnixMs;
      readonly did: 'started' | 'ended';
      readonly name: string;
      readonly group?: string;
      readonly exitCode?: number;
      readonly durationMs?: number;
    }
  | {
      readonly type: 'debug';
      readonly at: UnixMs;
      readonly did: 'started' | 'ended';
      readonly kind: string;
      readonly name: string;
      readonly durationMs?: number;
    }
  | { readonly type: 'branch'; readonly at: UnixMs; readonly from?: string; readonly to: string }
  | { readonly type: 'container'; readonly at: UnixMs; readonly did: string; readonly resource?: string; readonly image: string }
  | {
      readonly type: 'connection';
      readonly at: UnixMs;
      readonly did: 'opened' | 'closed';
      readonly resource: string;
      readonly bytes?: number;
      readonly durationMs?: number;
    }
  | {
      /** An API call, a query or a message, as a tracing program told of it when it had ended. */
      readonly type: 'call';
      readonly at: UnixMs;
      readonly source: 'api' | 'database';
      /** `GET /orders/{id}`, `postgresql/shop`; never the text of a query. */
      readonly name: string;
      readonly kind: string;
      readonly durationMs: number;
      readonly ok: boolean;
      /** Whom it called; absent for what was served. */
      readonly peer?: Peer;
    };

export interface Peer {
  readonly address: string;
  readonly port?: number;
}
