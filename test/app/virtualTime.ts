interface Timer {
  readonly at: number;
  readonly owner: object;
  readonly callback: () => void;
}

/** A clock that only moves when it is told to, and the timers that hang on it. Each belongs to somebody who can die. */
export function createVirtualTime(start: number) {
  let now = start;
  let timers: Timer[] = [];
  /** All that can go on without time passing has gone on. */
  const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function after(owner: object, ms: number, callback: () => void): () => void {
    const timer: Timer = { at: now + Math.max(0, ms), owner, callback };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  }

  async function advance(ms: number): Promise<void> {
    const until = now + ms;
    await idle();
    for (;;) {
      const [next] = timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers = timers.filter((t) => t !== next);
      now = Math.max(now, next.at);
      next.callback();
      await idle();
    }
    now = until;
  }

  return {
    now: () => now,
    after,
    advance,
    idle,
    sleep: (owner: object) => (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const cancel = after(owner, ms, resolve);
        signal.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      }),
    /** Time goes on in steps until the work is done. */
    async until<T>(work: Promise<T>, limitMs: number): Promise<T | 'never'> {
      let outcome: { value: T } | undefined;
      void work.then((value) => {
        outcome = { value };
      });
      const end = now + limitMs;
      await idle();
      while (!outcome && now < end) {
        const [next] = timers.sort((a, b) => a.at - b.at);
        await advance(Math.max(0, Math.min(next?.at ?? end, end) - now));
      }
      return outcome ? outcome.value : 'never';
    },
    kill(owner: object): void {
      timers = timers.filter((t) => t.owner !== owner);
    },
  };
}

export type VirtualTime = ReturnType<typeof createVirtualTime>;
