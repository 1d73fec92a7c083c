import type { UnixMs } from '../../domain/index.ts';
import { bucketOf, cellOf, countBucket } from './cells.ts';
import { type LearntRates, RateMixture } from './rateMixture.ts';
import { type LearntVisitors, Visitors } from './visitors.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Since the last use of a resource; ends of the buckets. */
const SINCE_USE = [
  0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45, 60, 90, 120, 180, 300, 480, 720, 900, 1080, 1440, 2160, 2880, 4320, 5760, 10080,
].map((m) => m * MINUTE);
/** Since anybody did anything at all. */
const SINCE_ACTIVITY = [
  1 / 30,
  1 / 12,
  1 / 6,
  1 / 3,
  0.5,
  1,
  1.5,
  2,
  3,
  5,
  8,
  12,
  20,
  30,
  60,
  120,
  300,
  600,
  840,
  1080,
  1440,
  2880,
  4320,
].map((m) => m * MINUTE);
/** From here on the developer is away. */
const AWAY = SINCE_ACTIVITY.indexOf(30 * MINUTE);
const GAPS = [1, 2, 5, 15, 60, 240, 1440].map((m) => m * MINUTE);
const NO_GAP = GAPS.length + 2;
/** Time is looked at in pieces that grow with the time in which nothing happened: at least this, at most a quarter of it. */
const PIECE_MS = 30_000;
const CONTEXTS = 35;

/** Something happened. Numbers are the caller's: of actors, of kinds of activity, of resources that can be warm. */
export interface Happening {
  readonly at: UnixMs;
  readonly actor: number;
  /** What was done, where it tells of the developer's doings. */
  readonly activity?: number;
  /** What was used. */
  readonly use?: number;
}

/** A piece of time in which one resource's rate was held to be constant. */
export interface Piece {
  readonly resource: number;
  readonly minutes: number;
  /** Uses a minute that were expected at its beginning. */
  readonly rate: number;
  /** Whether a use ended it. */
  readonly used: boolean;
}

interface Rhythm {
  lastAt: number;
  gap: number;
  gapBefore: number;
  uses: number;
  /** Uses that fade within an hour and within a day. */
  thisHour: number;
  today: number;
}

interface Past {
  readonly resources: (Rhythm | undefined)[];
  lastActivity: number;
  activityBefore: number;
  activityAt: number;
  sessionAt: number;
  lastUse: number;
  /** The resources of this session, one bit each. */
  usedInSession: number;
  /** Activities that fade within ten minutes and within an hour. */
  tenMinutes: number;
  thisHour: number;
  now: number;
}

export interface LearntRhythm {
  readonly rates: LearntRates;
  readonly visitors: LearntVisitors;
  readonly past: Past;
}

/**
 * When is each resource used next? The rate of its next use is learnt online from the time since the last, the time since any
 * activity, the last activities, recent numbers, the hour, and who is around (`RateMixture`, `Visitors`). All of the past
 * of one group of actors, nothing of the future: warm while rate × seconds saved is worth more than a minute of warmth
 * is the optimum for given rates.
 */
export class UseRhythm {
  private readonly mixture: RateMixture;
  private readonly visitors: Visitors;
  private readonly past: Past;
  private readonly cells = new Int32Array(CONTEXTS);

  /** `learnt`: what another gave as its `learnt`, such as one in another thread. */
  constructor(learnt?: LearntRhythm) {
    this.mixture = new RateMixture(CONTEXTS, learnt?.rates);
    this.visitors = new Visitors(learnt?.visitors);
    this.past = learnt?.past ?? {
      resources: [],
      lastActivity: -1,
      activityBefore: -1,
      activityAt: Number.NEGATIVE_INFINITY,
      sessionAt: Number.NEGATIVE_INFINITY,
      lastUse: -1,
      usedInSession: 0,
      tenMinutes: 0,
      thisHour: 0,
      now: Number.NEGATIVE_INFINITY,
    };
  }

  /** All that it knows, as plain data that a structured clone keeps: not a copy. */
  get learnt(): LearntRhythm {
    return { rates: this.mixture.learnt, visitors: this.visitors.learnt, past: this.past };
  }

  /** How often a resource was used so far. */
  uses(resource: number): number {
    return this.past.resources[resource]?.uses ?? 0;
  }

  /** Time passes up to `at` and then it happens; `visit` sees each piece of each resource that was used before. Ordered by `at`. */
  observe(happening: Happening, visit: (piece: Piece) => void = () => {}): void {
    const { at, use, activity } = happening;
    this.pass(at, use, visit);
    if (use !== undefined) this.learnUse(happening.actor, use, at);
    if (activity !== undefined) this.learnActivity(activity, at);
    this.past.now = at;
  }

  /** Uses a minute expected of a resource at `at`, were nothing to happen until then. 0 where it was never used. */
  rate(resource: number, at: UnixMs): number {
    const rhythm = this.past.resources[resource];
    if (!rhythm) return 0;
    this.visitors.pass(at, 0);
    this.describe(resource, rhythm, at);
    return this.mixture.rate(this.cells);
  }

  /** P(used within `horizonMs` of `at`), were nothing else to happen. */
  within(resource: number, at: UnixMs, horizonMs: number): number {
    let expected = 0;
    for (let t = at; t < at + horizonMs; ) {
      const next = Math.min(at + horizonMs, this.pieceEnd(t));
      expected += (this.rate(resource, t) * (next - t)) / MINUTE;
      t = next;
    }
    return 1 - Math.exp(-expected);
  }

  private pieceEnd(at: number): number {
    return at + Math.max(PIECE_MS, (at - this.past.now) / 4);
  }

  private pass(to: number, use: number | undefined, visit: (piece: Piece) => void): void {
    if (this.past.resources.length === 0) return;
    let t = this.past.now;
    do {
      const next = Math.min(to, this.pieceEnd(t));
      const minutes = (next - t) / MINUTE;
      this.visitors.pass(t, minutes);
      for (let resource = 0; resource < this.past.resources.length; resource++)
        this.passOne(resource, t, minutes, next === to && resource === use, visit);
      t = next;
    } while (t < to);
  }

  private passOne(resource: number, at: number, minutes: number, used: boolean, visit: (piece: Piece) => void): void {
    const rhythm = this.past.resources[resource];
    if (!rhythm || (minutes === 0 && !used)) return;
    this.describe(resource, rhythm, at);
    const rate = this.mixture.rate(this.cells);
    visit({ resource, minutes, rate, used });
    this.mixture.learn(this.cells, rate, minutes, used);
  }

  private learnUse(actor: number, resource: number, at: number): void {
    this.visitors.use(actor, resource, at);
    const own = this.past.resources[resource];
    const since = own ? at - own.lastAt : 0;
    this.past.resources[resource] = {
      lastAt: at,
      gap: own ? bucketOf(since, GAPS) : NO_GAP,
      gapBefore: own?.gap ?? NO_GAP,
      uses: (own?.uses ?? 0) + 1,
      thisHour: 1 + (own ? own.thisHour * Math.exp(-since / HOUR) : 0),
      today: 1 + (own ? own.today * Math.exp(-since / DAY) : 0),
    };
    this.past.lastUse = resource;
    this.past.usedInSession |= 1 << Math.min(30, resource);
  }

  private learnActivity(activity: number, at: number): void {
    const since = at - this.past.activityAt;
    if (since > 30 * MINUTE) {
      this.past.sessionAt = at;
      this.past.usedInSession = 0;
    }
    this.past.tenMinutes = 1 + (since < DAY ? this.past.tenMinutes * Math.exp(-since / (10 * MINUTE)) : 0);
    this.past.thisHour = 1 + (since < DAY ? this.past.thisHour * Math.exp(-since / HOUR) : 0);
    this.past.activityAt = at;
    this.past.activityBefore = this.past.lastActivity;
    this.past.lastActivity = activity;
  }

  /** Fills `cells` with the contexts of one resource at one time; the first is the base. */
  private describe(r: number, rhythm: Rhythm, at: number): void {
    const sinceUse = at - rhythm.lastAt;
    const sinceActivity = at - this.past.activityAt;
    const use = bucketOf(sinceUse, SINCE_USE);
    const idle = bucketOf(sinceActivity, SINCE_ACTIVITY);
    const calm = idle >> 1;
    const away = idle > AWAY ? idle : 0;
    const hour = Math.floor(at / HOUR) % 24;
    const weekHour = Math.floor(at / HOUR) % 168;
    const recent = countBucket(rhythm.thisHour * Math.exp(-sinceUse / HOUR), 6);
    const day = countBucket(rhythm.today * Math.exp(-sinceUse / DAY), 9);
    const often = Math.min(7, Math.floor(Math.log2(rhythm.uses)));
    const busy = countBucket(this.past.thisHour * Math.exp(-sinceActivity / HOUR), 40);
    const bustle = countBucket(this.past.tenMinutes * Math.exp(-sinceActivity / (10 * MINUTE)), 40);
    const session = Math.min(4, Math.floor(Math.log2(1 + (at - this.past.sessionAt) / (10 * MINUTE))));
    const known = rateBucket(this.visitors.known[r] as number, 3);
    const strangers = rateBucket(this.visitors.strangers[r] as number, 1.5);
    const { gap, gapBefore } = rhythm;
    const { cells } = this;
    const { lastActivity, activityBefore, lastUse, usedInSession } = this.past;
    let i = 0;
    const context = (a = 0, b = 0, c = 0): void => {
      cells[i] = cellOf(i, a, b, c);
      i++;
    };
    // How long ago, and how often of late.
    context();
    context(use);
    context(r);
    context(r, use);
    context(r, idle);
    context(r, use, idle);
    context(recent, use);
    context(day, use);
    context(recent, day, gap);
    context(gap, gapBefore, use);
    context(r, recent, idle);
    context(r, gap * 8 + recent, idle);
    context(r, day);
    context(often, day, recent);
    // What was just done.
    context(r, lastActivity, idle);
    context(r, lastActivity * 4096 + activityBefore, calm);
    context(r, lastActivity, use >> 1);
    context(r, lastUse, idle * 8 + recent);
    context(r, usedInSession, idle);
    // Time of day, and how far into the session.
    context(r, hour, away);
    context(hour, day);
    context(r, weekHour, away > 0 ? 1 : 0);
    context(r, session, calm);
    // How busy it is.
    context(busy, day);
    context(busy, bustle, recent);
    context(r, busy);
    context(busy, use);
    context(r, bustle, idle);
    // Who is around.
    context(known, use);
    context(known, day);
    context(known, strangers);
    context(known, hour >> 1);
    context(r, known);
    context(strangers, day);
    context(known, recent, day);
  }
}

const rateBucket = (rate: number, steps: number): number => Math.floor(steps * Math.log(Math.max(1e-7, rate)));
