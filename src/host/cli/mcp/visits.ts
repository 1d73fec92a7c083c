import type { App } from '../../../app/app.ts';
import type { Result } from '../../../domain/index.ts';

/** What was read of the workspace is read anew after this long: a window beside us goes on learning. */
const FRESH_MS = 10_000;

interface Visit {
  readonly app: Promise<Result<App>>;
  readonly begunAt: number;
  guests: number;
}

export interface VisitPorts {
  readonly open: () => Promise<Result<App>>;
  readonly now: () => number;
}

/** The workspace is open only while it is asked about, and calls that come together share one look at it. */
export function createVisits({ open, now }: VisitPorts) {
  let current: Visit | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function leave(visit: Visit): Promise<void> {
    if (current === visit) current = undefined;
    const app = await visit.app;
    if (app.ok) await app.value.dispose();
  }

  function arrive(): Visit {
    const before = current;
    const stale = before !== undefined && before.guests === 0 && now() - before.begunAt > FRESH_MS;
    if (before && !stale) return before;
    const left = before ? leave(before) : Promise.resolve();
    current = { app: left.then(open), begunAt: now(), guests: 0 };
    return current;
  }

  return {
    async use<T>(work: (app: App) => Promise<Result<T>>): Promise<Result<T>> {
      clearTimeout(timer);
      const visit = arrive();
      visit.guests++;
      try {
        const app = await visit.app;
        if (app.ok) return await work(app.value);
        // The next one tries again.
        if (current === visit) current = undefined;
        return app;
      } finally {
        visit.guests--;
        if (visit.guests === 0 && current === visit) timer = setTimeout(() => void leave(visit), FRESH_MS);
      }
    },
    async end(): Promise<void> {
      clearTimeout(timer);
      if (current) await leave(current);
    },
  };
}
