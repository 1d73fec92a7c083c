import { describe, expect, it } from 'vitest';
import { type Fault, failed } from '../../src/domain/index.ts';
import { afterFailure, holdsBack, type Setback, setbackText } from '../../src/plan/setback.ts';

const fault = (retry: Fault['retry']): Fault => failed('start-failed', retry, 'It broke.').fault;
const failedTimes = (times: number, retry: Fault['retry'] = 'later'): Setback => {
  let setback: Setback | undefined;
  for (let i = 0; i < times; i++) setback = afterFailure(setback, 'climb', fault(retry), 0);
  return setback as Setback;
};

describe('what failed', () => {
  it.each([
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 600],
    [20, 600],
  ])('%d times: waits %d s', (times, s) => expect(failedTimes(times).nextAt).toBe(s * 1000));
  it('lost races are waited for like the others', () => expect(failedTimes(1, 'now').nextAt).toBe(10_000));
  it('for good is not tried again by itself', () => {
    expect(failedTimes(1, 'never').nextAt).toBeUndefined();
    expect(holdsBack(failedTimes(1, 'never'), 'climb', 1e12)).toBe(true);
  });
  it.each([
    ['until its time has come', 'climb', 9999, true],
    ['and no longer', 'climb', 10_000, false],
    ['not the other way', 'descend', 0, false],
  ] as const)('holds back %s', (_, verb, now, holds) => expect(holdsBack(failedTimes(1), verb, now)).toBe(holds));
  it('on the way down is counted anew', () => expect(afterFailure(failedTimes(5), 'descend', fault('later'), 0).times).toBe(1));
  it.each([
    [failedTimes(1), 'Failed once; next try in 10 s. It broke.'],
    [failedTimes(3), 'Failed 3 times; next try in 40 s. It broke.'],
    [failedTimes(9), 'Failed 9 times; next try in 10 min. It broke.'],
    [failedTimes(1, 'never'), 'Failed once; not tried again until its declaration changes or you ask. It broke.'],
  ])('says so', (setback, text) => expect(setbackText(setback, 0)).toBe(text));
});
