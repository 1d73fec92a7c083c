import { ContextTree } from '../contextTree.ts';
import { confidenceOf, Evidence, type Expert, NOVEL, type Novelty, type Outcomes } from './evidence.ts';
import { FadingCounts } from './fadingCounts.ts';
import type { Trail } from './trail.ts';

/** Contexts of order 0, 1, … that are smoothed one by the other. */
export interface LadderShape {
  /** The context, its nearest part first. */
  readonly path: (trail: Trail) => readonly number[];
  /** The longest context. */
  readonly order: number;
  /** Shorter ones smooth, but say nothing of their own. */
  readonly speaksFrom?: number;
  /** What an older count is worth at each new one in the same context. */
  readonly decay: number;
  /** Weight of the shorter context, in counts. */
  readonly strength: number;
  /** Start weights of those that speak. */
  readonly weights: readonly number[];
}

export type LadderTree = ContextTree<FadingCounts>;
export const createLadderTree = ({ order, decay }: LadderShape): LadderTree => new ContextTree(order, () => new FadingCounts(decay));

/**
 * Contexts of order 0, 1, … of one trail, each smoothed by the shorter one: a piece of evidence per order, which says
 * how much likelier it makes what followed it than the shorter one does. A context that is new says nothing.
 */
export class Ladder implements Expert {
  readonly evidence: readonly Evidence[];
  private readonly all: readonly Evidence[];
  private path: readonly number[] = [];
  /** Beliefs of the last order that was asked, as a multiple of what it leaves to an outcome it does not know. */
  private readonly belief: number[] = [];

  constructor(
    private readonly shape: LadderShape,
    private readonly tree: LadderTree,
    /** Whose novelty is counted: what nobody had, or what the actor never had. */
    private readonly novelty: 'to all' | 'to the actor',
  ) {
    this.all = Array.from({ length: shape.order + 1 }, () => new Evidence());
    this.evidence = this.all.slice(shape.speaksFrom ?? 0);
  }

  consider(outcomes: Outcomes): void {
    const contexts = this.tree.find(this.path);
    this.belief.length = outcomes.known + 1;
    this.belief.fill(outcomes.ofEach, 0, outcomes.known);
    this.belief[outcomes.known] = outcomes.ofNew;
    const novel = this.novelty === 'to all' ? [outcomes.known] : outcomes.novel;
    let left = 1;
    for (const [order, own] of this.all.entries()) {
      own.clear();
      const counts = contexts[order];
      if (!counts) continue;
      own.confidence = confidenceOf(counts.additions, counts.distinct);
      const all = counts.total() + this.shape.strength;
      left *= this.shape.strength / all;
      this.speak(own, counts, all * left, novel);
    }
  }

  learn(symbol: number, novelty: Novelty): void {
    const novel = novelty === 'new to all' || (novelty === 'new to the actor' && this.novelty === 'to the actor');
    for (const counts of this.tree.make(this.path)) {
      counts.add(symbol);
      if (novel) counts.add(NOVEL);
    }
  }

  follow(trail: Trail): void {
    this.path = this.shape.path(trail);
  }

  private speak(own: Evidence, counts: FadingCounts, unit: number, novel: readonly number[]): void {
    counts.each((symbol, count) => {
      if (symbol === NOVEL) this.raiseNovel(own, count / unit, novel);
      else this.raise(own, symbol, count / unit);
    });
  }

  /** Belief grows by `share`. */
  private raise(own: Evidence, outcome: number, share: number): void {
    const before = this.belief[outcome] as number;
    this.belief[outcome] = before + share;
    own.say(outcome, Math.log1p(share / before));
  }

  /** Of what is novel to the actor each gets its part, so that all are raised alike. */
  private raiseNovel(own: Evidence, share: number, novel: readonly number[]): void {
    let before = 0;
    for (const outcome of novel) before += this.belief[outcome] as number;
    for (const outcome of novel) this.raise(own, outcome, (share * (this.belief[outcome] as number)) / before);
  }
}
