import { type NextModel, type PooledModel, rankOf } from '../nextModel.ts';
import { Evidence, type Expert, type Novelty, type Outcomes } from './evidence.ts';
import { GeometricMixture } from './geometricMixture.ts';
import { createLadderTree, Ladder, type LadderShape } from './ladder.ts';
import { OWN, POOLED } from './ladders.ts';
import { Recency } from './recency.ts';
import { createTrail, follow, type Trail } from './trail.ts';

/** Start weights of recency, and of the constant for what is new. */
const RECENCY = 0.75;
const NEWNESS = -0.6;
/** What is assumed of new symbols before any was seen, in events. */
const NEW_PRIOR = 56;

/** In which of these the trail stands decides which corrections of the weights apply. */
type Situations = (trail: Trail) => readonly string[];
const ownSituations: Situations = ({ symbols, run }) => [`after ${symbols[0]}`, `run ${Math.min(run, 4)}`];
const pooledSituations: Situations = (trail) => [...ownSituations(trail), `seen ${Math.min(5, Math.floor(Math.log2(1 + trail.length)))}`];

/**
 * The shipped model of the next symbol: a geometric mixture of what many contexts say at several rates of forgetting, and of how
 * recently each symbol was used. Starts from weights that suit most people and learns its own.
 */
export function createBlend(): NextModel {
  return actorModel(new Everybody(), new GeometricMixture(startWeights([])), [], ownSituations);
}

/** As above for many actors: what others did in the same contexts says more, and the weights are everybody's. */
export function createPooledBlend(): PooledModel {
  const everybody = new Everybody();
  const mixture = new GeometricMixture(startWeights(POOLED));
  const trees = POOLED.map((shape) => ({ shape, tree: createLadderTree(shape) }));
  return {
    of: () =>
      actorModel(
        everybody,
        mixture,
        trees.map(({ shape, tree }) => new Ladder(shape, tree, 'to all')),
        pooledSituations,
      ),
  };
}

const startWeights = (pooled: readonly LadderShape[]): readonly number[] => [
  ...[...OWN, ...pooled].flatMap(({ weights }) => weights),
  RECENCY,
  NEWNESS,
];

/** What is shared by all actors of one model: which symbols there are, and how often one was new. */
class Everybody {
  known = 0;
  events = 0;

  see(symbol: number): void {
    this.events++;
    this.known = Math.max(this.known, symbol + 1);
  }

  outcomes(novel: readonly number[]): Outcomes {
    const ofNew = Math.min(0.95, (this.known + NEW_PRIOR) / (this.events + 2 * NEW_PRIOR));
    return { known: this.known, ofNew, ofEach: (1 - ofNew) / Math.max(1, this.known), novel };
  }
}

/** Says only that something is new: its weight is a constant that the mixture learns. */
class Newness implements Expert {
  readonly evidence: readonly [Evidence] = [new Evidence()];

  consider({ known }: Outcomes): void {
    this.evidence[0].clear();
    this.evidence[0].say(known, 1);
  }

  learn(): void {}
}

function actorModel(everybody: Everybody, mixture: GeometricMixture, pooled: readonly Ladder[], situationsOf: Situations): NextModel {
  const trail = createTrail();
  const ladders = [...OWN.map((shape) => new Ladder(shape, createLadderTree(shape), 'to the actor')), ...pooled];
  const experts: readonly Expert[] = [...ladders, new Recency(), new Newness()];
  const evidence = experts.flatMap((expert) => expert.evidence);
  const lastAt: number[] = [];
  const p: number[] = [];
  let situations: readonly string[] = [];
  let predictedAt = -1;

  /** The distribution of now; the work is done once an event. */
  function predicted(): readonly number[] {
    if (predictedAt === everybody.events) return p;
    const outcomes = everybody.outcomes(novelOutcomes(everybody.known, lastAt));
    for (const expert of experts) expert.consider(outcomes);
    mixture.mix(outcomes, evidence, situations, p);
    predictedAt = everybody.events;
    return p;
  }
  const before = (a: number, b: number): boolean =>
    p[a] !== p[b] ? (p[a] as number) > (p[b] as number) : (lastAt[a] ?? -1) > (lastAt[b] ?? -1);

  return {
    score(symbol) {
      const probability = predicted()[symbol];
      return { rank: rankOf(symbol, everybody.known, before), probability };
    },
    newProbability: () => predicted()[everybody.known],
    observe(symbol, occasion) {
      if (trail.length > 0) mixture.learn(Math.min(symbol, everybody.known), evidence, situations, predicted());
      const novelty: Novelty = symbol >= everybody.known ? 'new to all' : lastAt[symbol] === undefined ? 'new to the actor' : 'used before';
      for (const expert of experts) expert.learn(symbol, novelty);
      everybody.see(symbol);
      lastAt[symbol] = everybody.events;
      follow(trail, symbol, occasion);
      situations = situationsOf(trail);
      for (const ladder of ladders) ladder.follow(trail);
    },
  };
}

/** The new one, and what only others used. */
function novelOutcomes(known: number, lastAt: readonly (number | undefined)[]): readonly number[] {
  const novel = [known];
  for (let symbol = 0; symbol < known; symbol++) if (lastAt[symbol] === undefined) novel.push(symbol);
  return novel;
}
