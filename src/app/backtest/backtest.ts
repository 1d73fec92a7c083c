import type { Activity } from '../../domain/index.ts';
import { createBlend } from '../../learn/sequence/blend/blend.ts';
import { createFrequency } from '../../learn/sequence/frequency.ts';
import { createIpam } from '../../learn/sequence/ipam.ts';
import { createMarkov } from '../../learn/sequence/markov.ts';
import type { NextModel } from '../../learn/sequence/nextModel.ts';
import { createPpm } from '../../learn/sequence/ppm.ts';
import { createTally, type Figures, summarise } from './tally.ts';

/** The model that the product uses, and the baselines it is held against; a new one is one line. */
export const SHIPPED = 'blend';
const MODELS: Readonly<Record<string, () => NextModel>> = {
  mfu: () => createFrequency('count'),
  mru: () => createFrequency('recency'),
  markov1: () => createMarkov(1),
  markov2: () => createMarkov(2),
  ipam: createIpam,
  ppm3: () => createPpm(3),
  [SHIPPED]: createBlend,
};

export interface Backtest {
  readonly events: number;
  readonly actors: number;
  readonly shipped: string;
  readonly models: Readonly<Record<string, { readonly micro: Figures; readonly macro: Figures }>>;
  readonly elapsedMs: number;
}

export interface BacktestOptions {
  /** Actors with fewer activities are left out. */
  readonly actorsMin: number;
  readonly now: () => number;
  readonly progress: (text: string) => void;
}

/**
 * Predict, then learn, per actor, each from an empty model; every activity after an actor's first is scored. Activities
 * of one actor keep the order of the trace; `session` is not used.
 */
export async function backtest(trace: AsyncIterable<readonly Activity[]>, options: BacktestOptions): Promise<Backtest> {
  const begun = options.now();
  const sequences = await sequencesOf(trace, options);
  const tallies = new Map(Object.keys(MODELS).map((name) => [name, createTally()]));
  let events = 0;
  let actors = 0;
  for (const sequence of sequences.values()) {
    if (sequence.length < options.actorsMin) continue;
    for (const [name, make] of Object.entries(MODELS)) tallies.get(name)?.actor(replay(sequence, make()));
    actors++;
    events += sequence.length - 1;
    options.progress(`replayed ${actors} actors, ${events} activities`);
    // Lets a progress line and Ctrl-C through.
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  }
  return {
    events,
    actors,
    shipped: SHIPPED,
    models: Object.fromEntries([...tallies].map(([name, tally]) => [name, summarise(tally)])),
    elapsedMs: options.now() - begun,
  };
}

/** Each actor's resources, numbered in the order in which that actor first used them. */
async function sequencesOf(
  trace: AsyncIterable<readonly Activity[]>,
  { progress }: BacktestOptions,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const actors = new Map<string, { numbers: Map<string, number>; sequence: number[] }>();
  let read = 0;
  for await (const batch of trace) {
    for (const { actor, resource } of batch) {
      let own = actors.get(actor);
      if (!own) actors.set(actor, (own = { numbers: new Map(), sequence: [] }));
      let number = own.numbers.get(resource);
      if (number === undefined) own.numbers.set(resource, (number = own.numbers.size));
      own.sequence.push(number);
    }
    read += batch.length;
    progress(`read ${read} activities`);
  }
  return new Map([...actors].map(([actor, own]) => [actor, own.sequence]));
}

function* replay(sequence: readonly number[], model: NextModel): Iterable<{ rank: number | undefined; probability: number | undefined }> {
  let known = 0;
  for (let i = 0; i < sequence.length; i++) {
    const symbol = sequence[i] as number;
    if (i > 0) yield symbol < known ? model.score(symbol) : { rank: undefined, probability: model.newProbability() };
    known = Math.max(known, symbol + 1);
    model.observe(symbol);
  }
}
