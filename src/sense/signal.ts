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
    };
