import { Evidence, type Expert, NOVEL, type Novelty, type Outcomes } from './evidence.ts';
import { FadingCounts } from './fadingCounts.ts';

const DECAY = 0.92;
/** Weight of the prior, Zipf's law over recency, in counts. */
const STRENGTH = 25;

/**
 * How far back the next symbol was last used, whatever it is (move-to-front ranks; Bentley, Sleator, Tarjan and Wei 1986):
 * learns within a few events that somebody repeats the last, or alternates between two.
 */
export class Recency implements Expert {
  readonly evidence: readonly [Evidence] = [new Evidence()];
  /** The most recent last. */
  private readonly used: number[] = [];
  private readonly ranks = new FadingCounts(DECAY);
  private harmonic = 0;

  consider({ ofEach, ofNew, novel }: Outcomes): void {
    const [own] = this.evidence;
    own.clear();
    const novelBefore = ofNew + (novel.length - 1) * ofEach;
    const all = this.ranks.total() + STRENGTH;
    for (let rank = 0; rank < this.used.length; rank++) {
      const prior = (1 - novelBefore) / ((rank + 1) * this.harmonic);
      const symbol = this.used[this.used.length - 1 - rank] as number;
      own.say(symbol, Math.log((this.ranks.count(rank) + STRENGTH * prior) / all / ofEach));
    }
    const ofNovel = (this.ranks.count(NOVEL) + STRENGTH * novelBefore) / all;
    for (const outcome of novel) own.say(outcome, Math.log(ofNovel / novelBefore));
  }

  learn(symbol: number, novelty: Novelty): void {
    if (novelty === 'used before') this.ranks.add(this.moveToFront(symbol));
    else {
      this.ranks.add(NOVEL);
      this.used.push(symbol);
      this.harmonic += 1 / this.used.length;
    }
  }

  private moveToFront(symbol: number): number {
    const place = this.used.lastIndexOf(symbol);
    const rank = this.used.length - 1 - place;
    this.used.splice(place, 1);
    this.used.push(symbol);
    return rank;
  }
}
