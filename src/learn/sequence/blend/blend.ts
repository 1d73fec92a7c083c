import { remember } from '../followers.ts';
import { type NextModel, type PooledModel, rankOf } from '../nextModel.ts';
import { Evidence, type Expert, type Novelty, type Outcomes } from './evidence.ts';
import { GeometricMixture } from './geometricMixture.ts';
import { createLadderTree, Ladder, type LadderShape, type LadderTree } from './ladder.ts';
import { Recency } from './recency.ts';

/** Short contexts that forget within a few uses, and long ones that forget slowly. */
const FAST: LadderShape = { order: 2, decay: 0.72, strength: 3.6 };
const SLOW: LadderShape = { order: 5, decay: 0.975, strength: 16 };
const POOLED: LadderShape = { order: 3, decay: 0.999, strength: 4 };

/** Start weights: of each order of the ladders, of recency, of a constant for what is new. Tuned on half of the actors of public traces. */
const START = {
  fast: [0.29, 0.38, -0.16],
  slow: [0.4, 0.56, 0.48, 0.43, 0.5, 0.06],
  recency: [0.75],
  pooled: [0.4, 0.5, 0.4, 0.2],
  newness: [-0.6],
};
const OWN = [...START.fast, ...START.slow, ...START.recency, ...START.newness];
/** What is assumed of new symbols before any was seen, in events. */
const NEW_PRIOR = 56;

/**
 * The shipped model of the next symbol: a geometric mixture of what short and long contexts say at two rates of
 * forgetting, and of how recently each symbol was used. Starts from weights that suit most people and learns its own.
 */
export function createBlend(): NextModel {
  const everybody = new Everybody();
  return actorModel(everybody, new GeometricMixture(OWN), (history) => ownExperts(history));
}

/** As above for many actors: what others did in the same contexts is one more ladder, and the weights are everybody's. */
export function createPooledBlend(): PooledModel {
  const everybody = new Everybody();
  const mixture = new GeometricMixture([...OWN, ...START.pooled]);
  const tree = createLadderTree(POOLED);
  return { of: () => actorModel(everybody, mixture, (history) => [...ownExperts(history), pooledLadder(tree, history)]) };
}

function ownExperts(history: readonly number[]): Expert[] {
  const ladder = (shape: LadderShape): Expert => new Ladder(shape, createLadderTree(shape), history, 'to the actor');
  return [ladder(FAST), ladder(SLOW), new Recency(), new Newness()];
}

const pooledLadder = (tree: LadderTree, history: readonly number[]): Expert => new Ladder(POOLED, tree, history, 'to all');

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
    return { known: this.known, ofNew, ofEach: (1 - ofNew) / this.known, novel };
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

function actorModel(everybody: Everybody, mixture: GeometricMixture, expertsOf: (history: readonly number[]) => Expert[]): NextModel {
  const history: number[] = [];
  const experts = expertsOf(history);
  const evidence = experts.flatMap((expert) => expert.evidence);
  const lastAt: number[] = [];
  const p: number[] = [];
  let predictedAt = 0;

  /** The distribution of now; the work is done once an event. */
  function predicted(): readonly number[] {
    if (predictedAt === everybody.events) return p;
    const outcomes = everybody.outcomes(novelOutcomes(everybody.known, lastAt));
    for (const expert of experts) expert.consider(outcomes);
    mixture.mix(outcomes, evidence, p);
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
    observe(symbol) {
      if (everybody.events > 0) mixture.learn(Math.min(symbol, everybody.known), evidence, predicted());
      const novelty: Novelty = symbol >= everybody.known ? 'new to all' : lastAt[symbol] === undefined ? 'new to the actor' : 'used before';
      for (const expert of experts) expert.learn(symbol, novelty);
      everybody.see(symbol);
      lastAt[symbol] = everybody.events;
      remember(history, symbol, SLOW.order);
    },
  };
}

/** The new one, and what only others used. */
function novelOutcomes(known: number, lastAt: readonly (number | undefined)[]): readonly number[] {
  const novel = [known];
  for (let symbol = 0; symbol < known; symbol++) if (lastAt[symbol] === undefined) novel.push(symbol);
  return novel;
}
