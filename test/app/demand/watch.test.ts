import { describe, expect, it } from 'vitest';
import { surestOf } from '../../../src/app/demand/outlooks.ts';
import { createWatch, type Notice, type WatchedSeries } from '../../../src/app/demand/watch.ts';
import type { Quantity } from '../../../src/domain/index.ts';
import { randomFrom } from '../../../src/learn/random.ts';
import { MONDAY, normalFrom } from '../../predict/demand/made.ts';

const DB = 'compose:shop/db';
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const STEP = 5 * MINUTE;
const HORIZON = 20 * MINUTE;

interface FeedOptions {
  readonly id?: string;
  readonly quantity?: Quantity;
  readonly resource?: string;
}

/** Feeds that tell a value for every five minutes, and a clock that goes with them. */
function world() {
  const clock = { now: MONDAY };
  const feeds: { id: string; quantity: Quantity; resource: string | undefined; values: number[] }[] = [];
  const does = { relearnt: 0, allowed: true };
  const watched = (): readonly WatchedSeries[] =>
    feeds.map(({ id, quantity, resource, values }) => ({
      series: { id, quantity, startAt: MONDAY, stepMs: STEP, values: Float64Array.from(values) },
      toldAt: clock.now,
      name: 'shop',
      ...(resource === undefined ? {} : { resource }),
    }));
  const open = () => {
    const watch = createWatch({
      now: () => clock.now,
      allowed: () => does.allowed,
      watched,
      horizonMs: () => HORIZON,
      relearn: () => void does.relearnt++,
      log: () => {},
    });
    const notices: Notice[] = [];
    watch.listen((notice) => notices.push(notice));
    return { ...watch, notices };
  };
  return {
    clock,
    does,
    feeds,
    open,
    add({ id = 'accessLog:shop/requests', quantity = 'volume', resource }: FeedOptions = {}) {
      const feed = { id, quantity, resource, values: [] as number[] };
      feeds.push(feed);
      return feed;
    },
    /** Each feed tells one more value each time; `look` after each. */
    tell(rows: number, of: (row: number, feed: number) => number, watch?: ReturnType<typeof open>): void {
      for (let i = 0; i < rows; i++) {
        feeds.forEach((feed, f) => void feed.values.push(of(i, f)));
        clock.now += STEP;
        watch?.look();
      }
    },
  };
}

/** Around 100, a little noisy. */
const usual = (seed = 1) => {
  const normal = normalFrom(seed);
  return () => 100 + 3 * normal();
};

function withPast(options: FeedOptions = { resource: DB }) {
  const made = world();
  made.add(options);
  made.tell(600, usual());
  const watch = made.open();
  watch.look();
  return { ...made, watch };
}

describe('the watch over what feeds tell', () => {
  it('a spike of demand is told once, and warms what it asks for during one horizon', () => {
    const { tell, watch, clock } = withPast();
    tell(5, usual(2), watch);
    expect(watch.notices).toEqual([]);
    expect(watch.within(DB, clock.now, HORIZON)).toBeUndefined();
    tell(1, () => 500, watch);
    for (let i = 0; i < 5; i++) watch.look();
    expect(watch.notices).toMatchObject([{ subject: 'shop/requests', anomaly: { value: 500, at: clock.now - STEP }, resource: DB }]);
    const said = watch.within(DB, clock.now, HORIZON);
    // Demand that goes on for four steps.
    expect(said).toMatchObject({ volume: 2000, probability: expect.closeTo(1, 6) });
    expect(said?.because).toMatch(
      /^The feed “shop” has more demand than usual: 500, where 1?\d\d(\.\d)? is usual\. Expected were changes within/,
    );
    expect(watch.within('compose:shop/cache', clock.now, HORIZON)).toBeUndefined();
    expect(watch.within(DB, clock.now + HORIZON - 1, HORIZON)).toBeDefined();
    expect(watch.within(DB, clock.now + HORIZON, HORIZON)).toBeUndefined();
  });

  it.each([
    ['less than expected', { resource: DB }, 0],
    ['what does not count uses', { resource: DB, quantity: 'response_time' as const }, 500],
    ['what names no resource', {}, 500],
  ])('%s is told and warms nothing', (_, options, value) => {
    const { tell, watch, clock } = withPast(options);
    tell(1, () => value, watch);
    expect(watch.notices).toHaveLength(1);
    expect(watch.notices[0]).not.toHaveProperty('resource');
    expect(watch.within(DB, clock.now, HORIZON)).toBeUndefined();
  });

  it('what is told days later warms nothing any more', () => {
    const { tell, watch, clock } = withPast();
    tell(1, () => 500);
    clock.now += 2 * DAY;
    watch.look();
    expect(watch.notices).toHaveLength(1);
    expect(watch.within(DB, clock.now, HORIZON)).toBeUndefined();
  });

  it('a step that had not ended when it was told is looked at when it is told in full', () => {
    const { feeds, watch, clock } = withPast();
    feeds[0]?.values.push(0);
    clock.now += STEP - 1;
    watch.look();
    expect(watch.notices).toEqual([]);
    clock.now += 1;
    watch.look();
    expect(watch.notices).toHaveLength(1);
  });

  it('noisy series do not flood: one notice of each in six hours, three a day of all', () => {
    const made = world();
    for (let i = 0; i < 5; i++) made.add({ id: `json:noisy/${i}` });
    made.tell(600, usual());
    const watch = made.open();
    watch.look();
    const times: { readonly at: number; readonly subject: string }[] = [];
    watch.listen(({ subject }) => times.push({ at: made.clock.now, subject }));
    // Ever larger spikes, each an anomaly when it comes.
    made.tell(4 * 288, (row) => (row % 40 === 39 ? 1000 * 1.5 ** (row / 40) : 100), watch);
    expect(times.length).toBeGreaterThan(6);
    for (const { at, subject } of times) {
      const day = times.filter((other) => other.at > at - DAY && other.at <= at);
      expect(day.length).toBeLessThanOrEqual(3);
      expect(day.filter((other) => other.subject === subject && other.at > at - 6 * HOUR)).toHaveLength(1);
    }
    const one = withPast();
    one.tell(60, (row) => (row % 35 === 0 ? 1000 * (1 + row) : 100), one.watch);
    expect(one.watch.notices).toHaveLength(1);
  });

  it('a restart is silent of what was kept, and does not begin to count anew', () => {
    const { tell, watch, open, does, clock } = withPast();
    tell(1, () => 500, watch);
    expect(watch.notices).toHaveLength(1);
    const relearnt = does.relearnt;
    const again = open();
    again.look();
    again.look();
    expect(again.notices).toEqual([]);
    expect(again.within(DB, clock.now, HORIZON)).toBeUndefined();
    expect(does.relearnt).toBe(relearnt);
    tell(40, usual(3), again);
    tell(1, () => 5000, again);
    expect(again.within(DB, clock.now, HORIZON), 'it still acts').toBeDefined();
    expect(again.notices, 'within six hours').toEqual([]);
    tell(80, usual(4), again);
    tell(1, () => 50_000, again);
    expect(again.notices).toHaveLength(1);
  });

  it('a long past is taken in over several looks, and is silent throughout', () => {
    const made = world();
    for (let i = 0; i < 8; i++) made.add({ id: `json:many/${i}` });
    made.tell(6000, (row) => (row === 5990 ? 5000 : 100 + (row % 7)));
    const watch = made.open();
    for (let i = 0; i < 3; i++) watch.look();
    expect(watch.notices).toEqual([]);
    made.tell(300, (row) => 100 + (row % 7), watch);
    made.tell(1, () => 90_000, watch);
    expect(watch.notices.map((n) => n.anomaly.value)).toEqual([90_000, 90_000, 90_000]);
  });

  it('a lasting shift has all learnt anew once a day, a single spike does not', () => {
    const spike = withPast();
    spike.tell(1, () => 500, spike.watch);
    spike.tell(50, usual(2), spike.watch);
    expect(spike.does.relearnt).toBe(0);
    const shift = withPast();
    const times: number[] = [];
    for (let step = 1; step <= 20; step++) {
      // Every four hours a level that was never so high.
      const [before, size] = [shift.does.relearnt, 100 * 1.5 ** step];
      shift.tell(48, () => size, shift.watch);
      if (shift.does.relearnt > before) times.push(shift.clock.now);
    }
    expect(times.length).toBe(shift.does.relearnt);
    expect(times.length).toBeGreaterThan(1);
    // As seen at the end of each four hours.
    expect(times.slice(1).every((at, i) => at - (times[i] as number) > DAY - 4 * HOUR)).toBe(true);
    expect(times.length).toBeLessThanOrEqual(Math.ceil(80 / 24));
  });

  it('one alert for a mean that was never so low is a shift', () => {
    const made = world();
    made.add({ resource: DB });
    const random = randomFrom(5);
    made.tell(600, () => 50 + 100 * random());
    const watch = made.open();
    watch.look();
    // No value that is out of its range by itself.
    made.tell(20, () => 51, watch);
    expect(watch.notices.map((n) => n.anomaly.because)).toEqual([expect.stringContaining('a mean of 8 rows no lower than ever')]);
    expect(made.does.relearnt).toBe(1);
  });

  it('three alerts of one series within a day are a shift', () => {
    const { tell, watch, does } = withPast();
    for (const size of [1e3, 1e4]) {
      tell(1, () => size, watch);
      tell(34, usual(2), watch);
    }
    const before = does.relearnt;
    tell(1, () => 1e5, watch);
    expect([before, does.relearnt]).toEqual([0, 1]);
  });

  it('does nothing where nothing is allowed', () => {
    const { tell, watch, does } = withPast();
    does.allowed = false;
    tell(1, () => 500, watch);
    expect(watch.notices).toEqual([]);
  });

  it('of several that say something the surest is heard', () => {
    const say = (probability: number) => ({ within: () => ({ probability, etaMs: 1, volume: 1, because: `${probability}` }) });
    expect(surestOf([say(0.2), { within: () => undefined }, say(0.7)]).within(DB, 0, 1)?.because).toBe('0.7');
    expect(surestOf([{ within: () => undefined }]).within(DB, 0, 1)).toBeUndefined();
  });
});
