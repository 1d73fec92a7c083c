import type { Rung } from '../../domain/index.ts';

/** What one look at a dev container and its records gives. */
export interface Look {
  /** The engine's word for its state; undefined where there is no container. */
  readonly state: string | undefined;
  /** The hooks up to `waitFor` have finished in it. */
  readonly hooksDone: boolean;
  /** The declaration is no longer what it was made from. */
  readonly outdated: boolean;
  /** A developer works in it. */
  readonly occupied: boolean;
  /** The image of today's declaration is there. */
  readonly imageThere: boolean;
}

/** `create` and `prepare` are runs of the tool without and with hooks; `replace` is `prepare` in place of the container that is there. */
export type Step = 'arrived' | 'refuse' | 'build' | 'create' | 'prepare' | 'replace' | 'unpause' | 'stop' | 'remove';

/** The next of the steps towards a rung; asked again after each, until `arrived`. */
export function nextStep(rung: Rung, look: Look): Step {
  if (look.state === undefined) return fromNothing(rung, look);
  if (rung === 'absent' || rung === 'fetched') return look.occupied ? 'refuse' : 'remove';
  const runs = look.state === 'running';
  if (rung === 'created') return runs || look.state === 'paused' ? (look.occupied ? 'refuse' : 'stop') : 'arrived';
  if (look.state === 'paused') return 'unpause';
  if (rung === 'running') return runs ? 'arrived' : 'create';
  // The last good one serves until its successor's image is built, and for as long as somebody is in it.
  if (look.outdated && !look.occupied) return look.imageThere ? 'replace' : 'build';
  return runs && look.hooksDone ? 'arrived' : 'prepare';
}

function fromNothing(rung: Rung, look: Look): Step {
  if (rung === 'absent') return 'arrived';
  if (rung === 'fetched') return look.imageThere ? 'arrived' : 'build';
  return rung === 'ready' ? 'prepare' : 'create';
}
