import { failed, ok } from '../../../domain/index.ts';
import { connectEngine, isUnreachable } from '../../../provision/containers/engine.ts';
import type { EngineLink } from '../../../provision/engine/link.ts';
import type { FeedWorld } from './world.ts';

/** The engine takes two samples, a second apart. */
const ANSWERS_WITHIN_MS = 10_000;

/** Statistics of a container by the Docker Engine API. */
export function dockerStatistics(link: EngineLink): FeedWorld['dockerStats'] {
  const engine = connectEngine(link, ANSWERS_WITHIN_MS);
  return async (name, container, signal) => {
    try {
      const docker = await engine();
      const stats: unknown = await docker.getContainer(container).stats({ stream: false, abortSignal: signal } as { stream: false });
      return ok(stats);
    } catch (error) {
      if (signal.aborted) return failed('cancelled', 'never', `${name}: asking it was cancelled.`);
      if ((error as { statusCode?: number }).statusCode === 404)
        return failed('not-found', 'later', `${name}: there is no container ${container}. Start it, or mend “container”.`);
      if (isUnreachable(error)) return failed('engine-unreachable', 'later', `${name}: Docker can’t be reached. Start it.`);
      return failed('fetch-failed', 'later', `${name}: Docker did not tell of ${container}.`, String(error).slice(0, 300));
    }
  };
}
