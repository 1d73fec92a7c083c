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
      /** Where it runs. */
      readonly folder?: string;
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
      /** Where it runs. */
      readonly folder?: string;
    }
  | { readonly type: 'branch'; readonly at: UnixMs; readonly from?: string; readonly to: string; readonly folder?: string }
  | { readonly type: 'container'; readonly at: UnixMs; readonly did: string; readonly resource?: string; readonly image: string }
  | {
      readonly type: 'connection';
      readonly at: UnixMs;
      readonly did: 'opened' | 'closed';
      readonly resource: string;
      readonly bytes?: number;
      readonly durationMs?: number;
      /** How long the client was held until the resource was ready; absent where it was. */
      readonly heldMs?: number;
      /** Time to the first byte of the answer. */
      readonly firstByteMs?: number;
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
    }
  | {
      /** What another extension tells of (`foreignSensor.ts`). */
      readonly type: 'foreign';
      readonly at: UnixMs;
      readonly source: ForeignSource;
      readonly sensor: string;
      readonly name: string;
      readonly did: 'started' | 'ended' | 'happened';
      readonly ok?: boolean;
      readonly durationMs?: number;
      /** Ids of resources; what is not declared here is left out. */
      readonly uses: readonly string[];
    };

/** What a sensor of another extension can be about. */
export type ForeignSource = 'editor' | 'task' | 'test' | 'api' | 'database';

export interface Peer {
  readonly address: string;
  readonly port?: number;
}
