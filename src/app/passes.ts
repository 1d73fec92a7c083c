import type { Ports } from './ports.ts';

/**
 * When to look: level-triggered, so that however often a pass is called for, one runs at a time and one more follows; and
 * `nextLookMs` after the last.
 */
export function createPasses(ports: Pick<Ports, 'after' | 'log'>, onePass: () => Promise<void>, nextLookMs: () => number) {
  let passing: Promise<void> | undefined;
  let again = false;
  let cancelTimer: (() => void) | undefined;
  let stopped = false;

  function lookAfter(ms: number): void {
    cancelTimer?.();
    if (!stopped) cancelTimer = ports.after(ms, () => void pass());
  }

  /** Rejects with what the pass threw; who does not wait for it finds it in the log, and the next pass comes all the same. */
  function pass(): Promise<void> {
    if (passing) {
      again = true;
      return passing;
    }
    passing = (async () => {
      do {
        again = false;
        await onePass();
      } while (again && !stopped);
    })().finally(() => {
      passing = undefined;
      lookAfter(nextLookMs());
    });
    passing.catch((error: Error) => ports.log(`A pass failed: ${error.stack ?? error.message}`));
    return passing;
  }

  return {
    pass,
    lookAfter,
    /** The pass that runs, if any, is followed by another: something changed under it. */
    onceMore(): void {
      again = again || passing !== undefined;
    },
    stop(): void {
      stopped = true;
      cancelTimer?.();
    },
  };
}

export type Passes = ReturnType<typeof createPasses>;
