import { EMPTY_MEMORY, type Journal, type Memory, type Ports, type Settings, type Store } from '../../src/app/ports.ts';
import { type Activity, failed } from '../../src/domain/index.ts';
import { createMemoryHistories } from './memoryHistories.ts';

export const MINUTE = 60_000;

export const USUAL: Settings = {
  mode: 'auto',
  trusted: true,
  memoryBytes: 2 ** 31,
  idleMs: 30 * MINUTE,
  horizonMs: 20 * MINUTE,
  leaseMs: 15 * MINUTE,
  settleMs: 5 * MINUTE,
  gateway: 'off',
};

/** A journal on a list that the test looks at. */
export const journalOn = (lines: Activity[]): Journal => ({
  append: (activities) => void lines.push(...activities),
  read: async function* () {
    yield* [...lines];
  },
  flush: async () => {},
  close: async () => {},
  problems: [],
});

/** What outlives an app, where the test looks at it. */
export const storeOn = (kept: { memory: Memory }): Store => ({
  load: async () => ({ memory: kept.memory }),
  save: (memory) => {
    kept.memory = memory;
  },
  flush: async () => {},
});

/** The ports of an app in which nothing is declared, learnt or provided, and no timer goes off: a test hands in what it is about. */
export function quietPorts(own: Partial<Ports> & Pick<Ports, 'now'>): Ports {
  return {
    workspace: { id: 'w', name: 'shop', folder: '/work/shop' },
    storage: '/none',
    leases: '/none',
    instance: 'window-1-test',
    actor: 'me',
    log: () => {},
    random: () => 0.5,
    after: () => () => {},
    journal: journalOn([]),
    store: storeOn({ memory: EMPTY_MEMORY }),
    readWorkspace: async () => ({ files: [], problems: [] }),
    providers: [],
    learner: { learn: async () => failed('cancelled', 'never', 'Not here.'), dispose: async () => {} },
    histories: createMemoryHistories().port,
    settings: USUAL,
    ...own,
  };
}
