import type { ProcessorLimit } from '../scenario/scenario.ts';
import type { ServiceTime } from '../scenario/serviceTime.ts';

/** Something that serves: so many at once, the others wait in the order in which they came. */
export interface Station {
  readonly id: string;
  readonly servers: number;
  /** Who comes when so many wait already is turned away; undefined: nobody is. */
  readonly mostWaiting?: number;
  /** It has to be started first, which takes this long, when somebody comes; then it stays. */
  readonly coldStart?: ServiceTime;
  /** What those who are served have to work with; undefined: each works as if alone. */
  readonly processor?: ProcessorLimit;
}

/** What a request does next, as numbers: the engine follows `next` from node to node. */
export type Node =
  /** Waits for a server of a station. */
  | { readonly do: 'enter'; readonly station: number; readonly next: number }
  /** Time passes: work at what it holds (`of`: own work of this station; `shared`: by its processor), or a pause where it holds nothing. */
  | { readonly do: 'pass'; readonly time: ServiceTime; readonly of?: number; readonly shared?: true; readonly next: number }
  | { readonly do: 'leave'; readonly station: number; readonly next: number }
  /** To `to` with this probability, else on. */
  | { readonly do: 'branch'; readonly probability: number; readonly to: number; readonly next: number }
  /** Another request begins at `entry`, and this one waits for it; when it failed, or took longer than `timeoutMs`, goes on at `failed`. */
  | {
      readonly do: 'call';
      readonly entry: number;
      readonly next: number;
      readonly failed: number;
      readonly timeoutMs?: number;
      /** Its latency is told under this number. */
      readonly measured?: number;
    }
  /** Up to `times` after the last success: waits 2ⁿ · `backoffMs` (half of it by chance) and goes to `again`; then `next`. */
  | { readonly do: 'retry'; readonly times: number; readonly backoffMs: number; readonly again: number; readonly next: number }
  | { readonly do: 'count'; readonly counter: number; readonly next: number }
  | { readonly do: 'fail' }
  | { readonly do: 'end' };

/** Requests begin at `entry`, by themselves. */
export interface Source {
  readonly entry: number;
  /** Per second, in each of equal steps; repeated where the run is longer. */
  readonly perSecond: readonly number[];
  readonly stepMs: number;
  /** Its latency is told under this number; undefined: it is not a request but somebody who makes some. */
  readonly measured?: number;
}

export interface Program {
  readonly stations: readonly Station[];
  readonly nodes: readonly Node[];
  readonly sources: readonly Source[];
  /** Names of what is measured. */
  readonly measured: readonly string[];
  /** How many counters there are (0). */
  readonly counters?: number;
}
