import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/learn/random.ts';
import { bucketOf, countBucket } from '../../../src/learn/rhythm/cells.ts';
import { Visitors } from '../../../src/learn/rhythm/visitors.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('visitors by hand', () => {
  it('a new one returns at 0.01 a minute, to what he used last at 3/4 · 0.8 and 1/4 by habit', () => {
    const visitors = new Visitors();
    visitors.use(0, 0, 0);
    visitors.pass(0, 0);
    expect(visitors.known[0]).toBeCloseTo(0.01 * (0.75 * 0.8 + 0.25), 12);
    visitors.use(0, 1, 0);
    visitors.pass(0, 0);
    // The return at once counts in all four estimates: (1 + 2) / (0 + 2 / rate) each time makes 1.5 of what it was, of those he is in.
    const [first, second] = visitors.known as [number, number];
    expect(second / first).toBeCloseTo((0.75 * 0.8 + 0.125) / 0.125, 9);
  });

  it('two in a row stay at 3.4 / 4, and never more than 0.95', () => {
    const ratio = (times: number) => {
      const visitors = new Visitors();
      visitors.use(0, 1, 0);
      for (let i = 0; i < times; i++) visitors.use(0, 0, 0);
      visitors.pass(0, 0);
      const [here, there] = visitors.known as [number, number];
      // By habit 0.25 · n / (n + 1) and 0.25 / (n + 1): their ratio tells the stay.
      return ((here / there) * (0.25 / (times + 1)) - (0.25 * times) / (times + 1)) / 0.75;
    };
    expect(ratio(1)).toBeCloseTo(2.4 / 3, 9);
    expect(ratio(2)).toBeCloseTo(3.4 / 4, 9);
    expect(ratio(5)).toBeCloseTo(6.4 / 7, 9);
    expect(ratio(9)).toBeCloseTo(10.4 / 11, 9);
    expect(ratio(10)).toBeCloseTo(0.95, 9);
    expect(ratio(100)).toBeCloseTo(0.95, 9);
  });

  it('is expected for two days, not longer; and comes back as the one he was', () => {
    const visitors = new Visitors();
    visitors.use(0, 0, 0);
    visitors.pass(2 * DAY, 0);
    expect(visitors.known[0]).toBeGreaterThan(0);
    visitors.pass(2 * DAY + 1, 0);
    expect(visitors.known[0]).toBe(0);
    visitors.pass(0, 0);
    expect(visitors.known[0]).toBe(0);
    visitors.use(0, 1, 3 * DAY);
    visitors.pass(3 * DAY, 0);
    // Half of his uses were of the first.
    expect((visitors.known[1] as number) / (visitors.known[0] as number)).toBeCloseTo((0.6 + 0.125) / 0.125, 9);
  });

  it('a stranger is drawn along a move by 1/4 of a return, one move worth 1 of 6', () => {
    const visitors = new Visitors();
    visitors.use(0, 0, 0);
    visitors.use(0, 1, MINUTE);
    visitors.use(1, 0, 4 * DAY);
    visitors.pass(4 * DAY, 0);
    expect((visitors.strangers[1] as number) / (visitors.known[0] as number)).toBeCloseTo(0.25 / 6 / 0.85, 9);
    expect([visitors.strangers[0], visitors.known[1]]).toEqual([0, 0]);
  });
});

/** Everybody's expectations by reading the whole past at each question: uses, returns, and minutes that were waited. */
interface Used {
  readonly actor: number;
  readonly resource: number;
  readonly at: number;
}
const AWAY = [1 / 6, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 10, 15, 25, 40, 60, 120, 240, 600, 1200, 1600, 2880].map((m) => m * MINUTE);
const GAPS = [0.5, 1, 3, 10, 60, 600].map((m) => m * MINUTE);

function naiveKeys(own: readonly Used[], actor: number, away: number): readonly string[] {
  const place = bucketOf(away, AWAY);
  const often = countBucket(own.length, 7);
  const [before, last] = [own.at(-2), own.at(-1)];
  const gap = before && last ? bucketOf(last.at - before.at, GAPS) : 'none';
  return [`${place}`, `${place} ${often}`, `${place} ${often} ${gap}`, `${place} of ${actor}`];
}

function naiveVisitors() {
  const past: Used[] = [];
  const table = new Map<string, { events: number; minutes: number }>();
  const of = (key: string) => table.get(key) ?? { events: 0, minutes: 0 };
  const usesOf = (actor: number) => past.filter((u) => u.actor === actor);
  /** In the order in which they came, or came back after two days: who is asked first has waited before the next is asked. */
  let here: number[] = [];
  return {
    use(actor: number, resource: number, at: number): void {
      const own = usesOf(actor);
      const last = own.at(-1);
      if (last && at - last.at <= 2 * DAY)
        for (const key of naiveKeys(own, actor, at - last.at)) table.set(key, { ...of(key), events: of(key).events + 1 });
      past.push({ actor, resource, at });
      if (!here.includes(actor)) here.push(actor);
    },
    pass(at: number, minutes: number, resources: number): { known: number[]; strangers: number[] } {
      const known = Array<number>(resources).fill(0);
      const strangers = Array<number>(resources).fill(0);
      here = here.filter((actor) => at - (usesOf(actor).at(-1) as Used).at <= 2 * DAY);
      for (const actor of here) {
        const own = usesOf(actor);
        const last = own.at(-1) as Used;
        let rate = 0.01;
        for (const key of naiveKeys(own, actor, at - last.at)) {
          table.set(key, { ...of(key), minutes: of(key).minutes + minutes });
          rate = (of(key).events + 2) / (of(key).minutes + 2 / rate);
        }
        let stayed = -1;
        while (own.at(-2 - stayed)?.resource === last.resource) stayed++;
        const moves = past.flatMap((u, i) => {
          const next = past.slice(i + 1).find((v) => v.actor === u.actor);
          return u.resource === last.resource && next && next.resource !== u.resource ? [next.resource] : [];
        });
        for (let r = 0; r < resources; r++) {
          const times = own.filter((u) => u.resource === r).length;
          const stay = r === last.resource ? 0.75 * Math.min(0.95, (2.4 + stayed) / (3 + stayed)) : 0;
          if (times > 0) known[r] = (known[r] as number) + rate * (stay + (0.25 * times) / own.length);
          else strangers[r] = (strangers[r] as number) + (rate * 0.25 * moves.filter((to) => to === r).length) / (moves.length + 5);
        }
      }
      return { known, strangers };
    },
  };
}

describe('visitors', () => {
  it('are expected as naive ones are, over 250 uses of four actors', () => {
    const random = randomFrom(14);
    const [fast, naive] = [new Visitors(), naiveVisitors()];
    let at = 1_700_000_000_000;
    for (let i = 0; i < 250; i++) {
      const [actor, resource] = [Math.floor(4 * random() ** 2), Math.floor(5 * random())];
      fast.use(actor, resource, at);
      naive.use(actor, resource, at);
      for (let piece = 0; piece < 2; piece++) {
        const minutes = 0.1 * 10 ** (3.6 * random() * random());
        fast.pass(at, minutes);
        const { known, strangers } = naive.pass(at, minutes, fast.known.length);
        for (const [r, rate] of known.entries()) expect((fast.known[r] as number) - rate).toBeCloseTo(0, 9);
        for (const [r, rate] of strangers.entries()) expect((fast.strangers[r] as number) - rate).toBeCloseTo(0, 9);
        at += minutes * MINUTE;
      }
      if (i % 60 === 59) at += 3 * DAY;
    }
    expect(fast.known.every((rate) => rate >= 0)).toBe(true);
  });
});
