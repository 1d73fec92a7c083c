import type { Fault } from '../../domain/index.ts';
import type { Side, Wake } from './sides.ts';

/** What the gateway saw of one client connection: the ground truth of use. Durations in ms. */
export type GatewayEvent =
  | { readonly did: 'opened' }
  | {
      readonly did: 'closed';
      /** Both directions together. */
      readonly bytes: number;
      readonly durationMs: number;
      /** How long it was held, where the resource had to be woken for it. */
      readonly heldMs?: number;
      /** From the splice, or the client's first byte where that came later, to the first byte of the answer. */
      readonly firstByteMs?: number;
    };

/**
 * What goes wrong on purpose. A request is what a client sends until it is answered, so this is for protocols that ask one thing at a time on a
 * connection.
 */
export interface Injection {
  /** Each request is held for so long before it is passed on, ms. */
  readonly delayMs: number;
  /** In this share of requests the connection is cut instead, 0–1. */
  readonly errorShare: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface GatewayOptions {
  /** The port that clients expect. Where it is taken, another is used and `note` says so. */
  readonly port: number;
  /** Tried before any free port when `port` is taken, so that the substitute stays the same. */
  readonly fallbackPort?: number;
  /** Called at most once at a time, however many clients wait. */
  readonly wake: Wake;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onFault: (fault: Fault) => void;
  /** New clients go to the other side from now on. */
  readonly onTurn?: (to: Side, because: string) => void;
  /** Unix ms. */
  readonly now: () => number;
  /** Done to every request for as long as this gateway is open: for a rehearsal's own gateways and no others. */
  readonly inject?: Injection;
  /** As many clients are held while the resource wakes; further ones are turned away. 4096. */
  readonly mostHeld?: number;
}
