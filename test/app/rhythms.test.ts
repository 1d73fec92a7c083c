import { describe, expect, it } from 'vitest';
import { createRhythms, learnRhythms } from '../../src/app/rhythms.ts';
import type { Activity } from '../../src/domain/index.ts';
import type { Prediction } from '../../src/predict/replay.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 9);
const DB = 'compose:shop/db';

/** Each working day: three commands ten minutes apart, the database half a minute after the third. */
const days = (count: number): readonly Activity[] =>
  Array.from({ length: count }, (_, day) => {
    const at = START + day * 24 * 60 * MINUTE;
    const command = (n: number): Activity => ({ at: at + n * 10 * MINUTE, actor: 'me', resource: `command:${n}`, kind: 'command.started' });
    return [command(0), command(1), command(2), { at: at + 20 * MINUTE + 30_000, actor: 'me', resource: DB, kind: 'resource.used' }];
  }).flat();

describe('the rhythms of a workspace', () => {
  it('say nothing of what was used less than five times, or never', () => {
    const rhythms = createRhythms();
    for (const activity of days(4)) rhythms.hear(activity);
    expect(rhythms.within(DB, START + 5 * 24 * 60 * MINUTE, MINUTE)).toBeUndefined();
    for (const activity of days(5).slice(-4)) rhythms.hear(activity);
    expect(rhythms.within(DB, START + 5 * 24 * 60 * MINUTE, MINUTE)).toBeGreaterThan(0);
    expect(rhythms.within('compose:shop/cache', START, MINUTE)).toBeUndefined();
  });

  it('go on in another thread where they were', () => {
    const all = days(30);
    const there = createRhythms();
    for (const activity of all.slice(0, 90)) there.hear(activity);
    const here = createRhythms(structuredClone(there.data()));
    for (const activity of all.slice(90)) {
      there.hear(activity);
      here.hear(activity);
      expect(here.within(DB, activity.at, 5 * MINUTE)).toBe(there.within(DB, activity.at, 5 * MINUTE));
    }
  });

  it('take nothing that is older than what they heard, and no end of a command for an activity', () => {
    const [first, second] = [createRhythms(), createRhythms()];
    for (const activity of days(10)) {
      first.hear(activity);
      second.hear(activity);
      second.hear({ ...activity, at: activity.at - MINUTE });
      second.hear({ ...activity, resource: 'command:x', kind: 'command.ended' });
    }
    expect(second.data()).toEqual(first.data());
  });

  it('count what is seen again within a minute as one use', () => {
    const [once, thrice] = [createRhythms(), createRhythms()];
    for (const activity of days(10)) {
      once.hear(activity);
      thrice.hear(activity);
      if (activity.kind !== 'resource.used') continue;
      thrice.hear({ ...activity, at: activity.at + 1000, kind: 'connection.opened' });
      thrice.hear({ ...activity, at: activity.at + 60_000, kind: 'connection.opened' });
    }
    const at = START + 10 * 24 * 60 * MINUTE;
    expect(thrice.within(DB, at, 5 * MINUTE)).toBe(once.within(DB, at, 5 * MINUTE));
  });

  it('weigh as much as they were right where the personas were not', () => {
    const heard = days(60);
    const predictions = heard
      .filter((a) => a.kind === 'command.started')
      .map((a): Prediction => {
        const used = a.resource === 'command:2';
        return { at: a.at, resource: DB, occasion: 'first', raw: 0.3, said: 0.3, outcomes: 9, evidence: 9, used };
      });
    expect(learnRhythms(heard, predictions, 5 * MINUTE).weight).toBeGreaterThan(0.5);
    const truth = predictions.map((p) => ({ ...p, said: p.used ? 0.99 : 0.01 }));
    expect(learnRhythms(heard, truth, 5 * MINUTE).weight).toBe(0);
    expect(learnRhythms(heard, [], 5 * MINUTE).weight).toBe(0);
  });
});
