import { bucketOf, countBucket } from './cells.ts';

const MINUTE = 60_000;
/** Who was not seen for longer is not expected back. */
const GONE_MS = 2 * 24 * 60 * MINUTE;
const AWAY = [1 / 6, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 10, 15, 25, 40, 60, 120, 240, 600, 1200, 1600, 2880].map((m) => m * MINUTE);
const GAPS = [0.5, 1, 3, 10, 60, 600].map((m) => m * MINUTE);
/** Counts that a coarser estimate is worth in a finer one. */
const STRENGTH = 2;
/** Of a return, what goes by habit (how often the actor used each) rather than by what he used last. */
const HABIT = 0.25;
/** Uses of the same resource in a row that a new actor is credited with, and how many of them lasted. */
const STAY = { of: 3, kept: 2.4, most: 0.95 };

interface Visitor {
  readonly actor: number;
  readonly uses: Map<number, number>;
  total: number;
  lastAt: number;
  lastResource: number;
  /** Uses of `lastResource` in a row before the last. */
  stayed: number;
  lastGap: number;
}

interface Exposed {
  events: number;
  minutes: number;
}

/** Plain data; a visitor who is present is the same object as in `all`. */
export interface LearntVisitors {
  readonly known: number[];
  readonly strangers: number[];
  readonly all: Map<number, Visitor>;
  readonly present: Set<Visitor>;
  readonly table: Map<number, Exposed>;
  readonly moves: Map<number, Map<number, number>>;
}

/**
 * The people behind a resource: how soon each comes back, and to what. A resource's expected rate is the sum over
 * everybody who used something lately (a superposition of renewal processes; Cox and Smith 1954).
 */
export class Visitors {
  /** Uses a minute expected of each resource by those who used it before, and by those who used others. */
  readonly known: number[];
  readonly strangers: number[];
  private readonly all: Map<number, Visitor>;
  private readonly present: Set<Visitor>;
  private readonly table: Map<number, Exposed>;
  private readonly moves: Map<number, Map<number, number>>;

  /** `learnt`: what others gave as their `learnt`. */
  constructor(learnt?: LearntVisitors) {
    this.known = learnt?.known ?? [];
    this.strangers = learnt?.strangers ?? [];
    this.all = learnt?.all ?? new Map();
    this.present = learnt?.present ?? new Set();
    this.table = learnt?.table ?? new Map();
    this.moves = learnt?.moves ?? new Map();
  }

  /** All that is known, as plain data: not a copy. */
  get learnt(): LearntVisitors {
    const { known, strangers, all, present, table, moves } = this;
    return { known, strangers, all, present, table, moves };
  }

  /** The expected rates at `at`, which `minutes` will pass under. Learns that nobody came back meanwhile. */
  pass(at: number, minutes: number): void {
    this.known.fill(0);
    this.strangers.fill(0);
    for (const visitor of this.present) {
      const away = at - visitor.lastAt;
      if (away > GONE_MS) this.present.delete(visitor);
      else this.expect(visitor, this.returnRate(visitor, away, minutes));
    }
  }

  use(actor: number, resource: number, at: number): void {
    while (this.known.length <= resource) {
      this.known.push(0);
      this.strangers.push(0);
    }
    const visitor = this.all.get(actor) ?? this.welcome(actor, at);
    if (visitor.total > 0) this.returned(visitor, resource, at);
    visitor.stayed = visitor.lastResource === resource ? visitor.stayed + 1 : 0;
    visitor.lastResource = resource;
    visitor.lastAt = at;
    visitor.total++;
    visitor.uses.set(resource, (visitor.uses.get(resource) ?? 0) + 1);
    this.present.add(visitor);
  }

  private welcome(actor: number, at: number): Visitor {
    const visitor = { actor, uses: new Map(), total: 0, lastAt: at, lastResource: -1, stayed: 0, lastGap: GAPS.length + 1 };
    this.all.set(actor, visitor);
    return visitor;
  }

  private returned(visitor: Visitor, resource: number, at: number): void {
    const away = at - visitor.lastAt;
    if (away <= GONE_MS) for (const key of keysOf(visitor, away)) this.exposed(key).events++;
    visitor.lastGap = bucketOf(away, GAPS);
    if (visitor.lastResource === resource) return;
    const row = this.moves.get(visitor.lastResource) ?? new Map<number, number>();
    row.set(resource, (row.get(resource) ?? 0) + 1);
    this.moves.set(visitor.lastResource, row);
  }

  /** By time away; by that and how often seen; and the last gap; and the visitor himself: each smoothed by the one before. */
  private returnRate(visitor: Visitor, away: number, minutes: number): number {
    let rate = 0.01;
    for (const key of keysOf(visitor, away)) {
      const seen = this.exposed(key);
      seen.minutes += minutes;
      rate = (seen.events + STRENGTH) / (seen.minutes + STRENGTH / rate);
    }
    return rate;
  }

  private expect(visitor: Visitor, rate: number): void {
    const { lastResource, stayed, total } = visitor;
    for (const [resource, times] of visitor.uses) {
      const stay = resource === lastResource ? (1 - HABIT) * Math.min(STAY.most, (STAY.kept + stayed) / (STAY.of + stayed)) : 0;
      this.known[resource] = (this.known[resource] as number) + rate * (stay + (HABIT * times) / total);
    }
    const row = this.moves.get(lastResource);
    if (!row) return;
    let moved = 5;
    for (const times of row.values()) moved += times;
    for (const [resource, times] of row)
      if (!visitor.uses.has(resource)) this.strangers[resource] = (this.strangers[resource] as number) + (rate * HABIT * times) / moved;
  }

  private exposed(key: number): Exposed {
    let own = this.table.get(key);
    if (!own) this.table.set(key, (own = { events: 0, minutes: 0 }));
    return own;
  }
}

function keysOf({ total, lastGap, actor }: Visitor, awayMs: number): readonly number[] {
  const away = bucketOf(awayMs, AWAY);
  const often = countBucket(total, 7);
  return [away, 1000 + away * 8 + often, 10_000 + (away * 8 + often) * 10 + lastGap, 1_000_000 + actor * 100 + away];
}
