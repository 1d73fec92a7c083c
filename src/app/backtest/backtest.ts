import type { Activity } from '../../domain/index.ts';
import { createBlend, createPooledBlend } from '../../learn/sequence/blend/blend.ts';
import { createFrequency } from '../../learn/sequence/frequency.ts';
import { createGru } from '../../learn/sequence/gru.ts';
import { createHourOfWeek } from '../../learn/sequence/hourOfWeek.ts';
import { createIpam } from '../../learn/sequence/ipam.ts';
import { createMarkov } from '../../learn/sequence/markov.ts';
import type { NextModel, Occasion, PooledModel } from '../../learn/sequence/nextModel.ts';
import { createPersonalAndPooled, createPooledPpm, createPpm } from '../../learn/sequence/ppm.ts';
import { numberOf } from '../numbering.ts';
import { createTally, type Figures, type Outcome, summarise } from './tally.ts';

/** The model that the product uses. */
export const SHIPPED = 'blend';

interface Entry<Model> {
  readonly create: () => Model;
  /** Only where it is asked for by name: slow, or known to lose. */
  readonly onDemand?: true;
}

/** What the shipped model is held against; a new one is one line. */
export const MODELS: Readonly<Record<string, Entry<NextModel>>> = {
  mfu: { create: () => createFrequency('count') },
  mru: { create: () => createFrequency('recency') },
  markov1: { create: () => createMarkov(1) },
  markov2: { create: () => createMarkov(2) },
  ipam: { create: createIpam },
  ppm3: { create: () => createPpm(3) },
  'hour of week': { create: createHourOfWeek, onDemand: true },
  gru: { create: createGru, onDemand: true },
  [SHIPPED]: { create: createBlend },
};
/** The same where the past of others may be used. */
export const POOLED_MODELS: Readonly<Record<string, Entry<PooledModel>>> = {
  'personal+pooled': { create: createPersonalAndPooled },
  'pooled-markov1': { create: () => createPooledPpm(1) },
  'pooled-ppm3': { create: () => createPooledPpm(3) },
  [SHIPPED]: { create: createPooledBlend },
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
  /** What other actors did before may be used. */
  readonly population: boolean;
  /** By name; undefined: all but those on demand. */
  readonly models?: readonly string[] | undefined;
  readonly now: () => number;
  readonly progress: (text: string) => void;
}

/** One activity of one actor. Symbols are numbered in the order of first use, of the actor or of all. */
interface Event extends Occasion {
  readonly actor: string;
  readonly symbol: number;
}

/**
 * Predict, then learn: per actor, each from an empty model, in the order of the trace; or with the population's past, in the
 * order of time over all. Every activity after an actor's first is scored; `session` is not used.
 */
export async function backtest(trace: AsyncIterable<readonly Activity[]>, options: BacktestOptions): Promise<Backtest> {
  const begun = options.now();
  const activities = await read(trace, options);
  const table = options.population ? POOLED_MODELS : MODELS;
  const names = Object.keys(table).filter((name) => (options.models ? options.models.includes(name) : !table[name]?.onDemand));
  const tallies = new Map(names.map((name) => [name, createTally()]));
  const { events, actors } = await (options.population ? together(activities, tallies, options) : apart(activities, tallies, options));
  return {
    events,
    actors,
    shipped: SHIPPED,
    models: Object.fromEntries([...tallies].map(([name, tally]) => [name, summarise(tally)])),
    elapsedMs: options.now() - begun,
  };
}

type Tallies = ReadonlyMap<string, ReturnType<typeof createTally>>;
interface Counts {
  readonly events: number;
  readonly actors: number;
}

async function read(
  trace: AsyncIterable<readonly Activity[]>,
  { actorsMin, progress }: BacktestOptions,
): Promise<ReadonlyMap<string, readonly Activity[]>> {
  const actors = new Map<string, Activity[]>();
  let count = 0;
  for await (const batch of trace) {
    for (const activity of batch) {
      const own = actors.get(activity.actor);
      if (own) own.push(activity);
      else actors.set(activity.actor, [activity]);
    }
    count += batch.length;
    progress(`read ${count} activities`);
  }
  for (const [actor, own] of actors) if (own.length < actorsMin) actors.delete(actor);
  return actors;
}

async function apart(actors: ReadonlyMap<string, readonly Activity[]>, tallies: Tallies, options: BacktestOptions): Promise<Counts> {
  let events = 0;
  let done = 0;
  for (const activities of actors.values()) {
    const sequence = numbered(activities);
    for (const [name, tally] of tallies) {
      const model = (MODELS[name] as Entry<NextModel>).create();
      tally.actor(scored(sequence, () => model));
      options.progress(`replayed ${done} actors, ${events} activities`);
      await breath();
    }
    done++;
    events += sequence.length - 1;
  }
  return { events, actors: done };
}

async function together(actors: ReadonlyMap<string, readonly Activity[]>, tallies: Tallies, options: BacktestOptions): Promise<Counts> {
  const sequence = numbered([...actors.values()].flat().sort((a, b) => a.at - b.at));
  for (const [name, tally] of tallies) {
    const pooled = (POOLED_MODELS[name] as Entry<PooledModel>).create();
    const views = new Map([...actors.keys()].map((actor) => [actor, pooled.of(actor)]));
    const outcomes = new Map([...actors.keys()].map((actor) => [actor, [] as Outcome[]]));
    let done = 0;
    for (const { actor, ...outcome } of scored(sequence, (of) => views.get(of) as NextModel)) {
      outcomes.get(actor)?.push(outcome);
      if (++done % 5000 === 0) {
        options.progress(`${name}: ${done} activities`);
        await breath();
      }
    }
    for (const own of outcomes.values()) tally.actor(own);
  }
  return { events: sequence.length - actors.size, actors: actors.size };
}

function numbered(activities: readonly Activity[]): readonly Event[] {
  const symbols = new Map<string, number>();
  const workspaces = new Map<string, number>();
  return activities.map(({ actor, at, resource, workspace = '' }) => ({
    actor,
    at,
    symbol: numberOf(symbols, resource),
    workspace: numberOf(workspaces, workspace),
  }));
}

function* scored(sequence: readonly Event[], modelOf: (actor: string) => NextModel): Iterable<Outcome & { readonly actor: string }> {
  const begun = new Set<string>();
  let known = 0;
  for (const event of sequence) {
    const { actor, symbol } = event;
    const model = modelOf(actor);
    if (begun.has(actor))
      yield { actor, ...(symbol < known ? model.score(symbol) : { rank: undefined, probability: model.newProbability() }) };
    begun.add(actor);
    known = Math.max(known, symbol + 1);
    model.observe(symbol, event);
  }
}

/** Lets a progress line and Ctrl-C through. */
const breath = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => resolve()));
