import type { Experiment } from '../learn/experiment/experiment.ts';
import type { Memory } from './ports.ts';

export interface RegisterPorts {
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
}

const MOST_ENDED = 20;

/** All tests as they are kept. */
export function createExperimentRegister({ memory, remember }: RegisterPorts) {
  const all = (): readonly Experiment[] => Object.values(memory().experiments ?? {});
  const get = (id: string): Experiment | undefined => {
    const { experiments = {} } = memory();
    return Object.hasOwn(experiments, id) ? experiments[id] : undefined;
  };
  const running = (): readonly Experiment[] => all().filter((e) => !e.ended);
  const runningOf = (persona: string): Experiment | undefined => running().find((e) => e.persona.id === persona);
  const keep = (experiment: Experiment): void => remember({ experiments: { ...memory().experiments, [experiment.id]: experiment } });

  function setEagerness(persona: string, eagerness: number | 'learnt'): void {
    const { [persona]: _before, ...others } = memory().eagernessOf ?? {};
    remember({ eagernessOf: eagerness === 'learnt' ? others : { ...others, [persona]: eagerness } });
  }

  /** Of those that have ended, as many as may be kept stay. */
  function forgetOldest(): void {
    const old = all()
      .filter((e) => e.ended)
      .sort((a, b) => (b.ended?.at ?? 0) - (a.ended?.at ?? 0))
      .slice(MOST_ENDED);
    if (old.length === 0) return;
    const kept = all().filter((e) => !old.includes(e));
    remember({ experiments: Object.fromEntries(kept.map((e) => [e.id, e])) });
  }

  return { all, get, running, runningOf, keep, setEagerness, forgetOldest };
}

export type ExperimentRegister = ReturnType<typeof createExperimentRegister>;
