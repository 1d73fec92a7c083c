import type { Learner, Ports } from '../../app/ports.ts';
import { failed, ok } from '../../domain/index.ts';
import type { Provider } from '../../provision/provider.ts';

/**
 * The ports of a guest in a workspace that a window may have open: it reads what was kept and keeps nothing itself, since the last
 * to write would win over the window; it learns nothing, and does only what it is asked for. One that only looks moves nothing.
 */
export function visiting(ports: Ports, may: 'look' | 'move'): Ports {
  const { store, journal, versions, startSweeper, personaFile: _notWritten, feeds: _notAsked, ...rest } = ports;
  return {
    ...rest,
    ...(may === 'move' && startSweeper ? { startSweeper } : {}),
    settings: { ...ports.settings, acts: 'when-asked' },
    store: { ...store, save: () => {} },
    ...(versions ? { versions: { ...versions, save: () => {} } } : {}),
    // Not spread: its problems are read when they are asked for.
    journal: {
      append: () => {},
      read: (since) => journal.read(since),
      flush: async () => {},
      close: () => journal.close(),
      get problems() {
        return journal.problems;
      },
    },
    learner: unlearning(ports.learner),
    providers: ports.providers.map(may === 'move' ? onlyMoving : onlyLooking),
  };
}

const unlearning = (learner: Learner): Learner => ({
  learn: async () => failed('cancelled', 'never', 'A guest does not learn.'),
  ...(learner.demand ? { demand: learner.demand } : {}),
  dispose: () => learner.dispose(),
});

/** However often it looks, that holds up nothing whose lease ends; to clear away is for who lives here. */
const onlyMoving = (provider: Provider): Provider => ({ ...provider, renew: async () => {}, sweep: async () => ok([]) });

/** What changes the world is left out or refused, whoever asks. */
function onlyLooking(provider: Provider): Provider {
  const { name, rungs, supports, check, observe, measure, watch, close } = provider;
  return {
    name,
    rungs,
    supports: supports.bind(provider),
    check: check.bind(provider),
    observe: observe.bind(provider),
    reach: async () => failed('unsupported', 'never', 'This Prewarm only looks; it was not allowed to start or stop anything.'),
    renew: async () => {},
    sweep: async () => ok([]),
    ...(measure ? { measure: measure.bind(provider) } : {}),
    ...(watch ? { watch: watch.bind(provider) } : {}),
    close: close.bind(provider),
  };
}
