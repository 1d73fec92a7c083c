import { describe, expect, it } from 'vitest';
import { type Ahead, type DemandReport, failed, ok, type Result } from '../../src/domain/index.ts';
import { createDemandMessages, type DemandPort } from '../../src/host/vscode/demandMessages.ts';
import type { ToDemand } from '../../src/show/demandProtocol.ts';
import { busyReport, CLOCK } from '../show/demandFixture.ts';

/** The messages over an app that answers a look when it is told to. */
function harness(more: Partial<DemandPort> | 'nobody' = {}) {
  const sent: ToDemand[] = [];
  const looks: { readonly ahead: Ahead; readonly signal: AbortSignal | undefined; answer(result: Result<DemandReport>): void }[] = [];
  const foresee: DemandPort['foresee'] = (ahead, signal) => new Promise((answer) => looks.push({ ahead, signal, answer }));
  const messages = createDemandMessages({
    open: async () => (more === 'nobody' ? undefined : { foresee, ...more }),
    send: (message) => sent.push(message),
    clock: () => CLOCK,
  });
  return { sent, looks, messages, types: () => sent.map((m) => m.type) };
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('the demand view’s messages', () => {
  it('a look is told to be under way, then what it sees', async () => {
    const { looks, sent, messages } = harness();
    const answered = messages.answer({ type: 'look', ahead: 'week' });
    await turn();
    expect(sent).toEqual([{ type: 'busy', ahead: 'week' }]);
    looks[0]?.answer(ok(busyReport('week')));
    await answered;
    expect(sent[1]).toMatchObject({ type: 'demand', view: { ahead: 'week', zone: CLOCK.zone } });
  });

  it('a newer look ends the one before, whose answer is not told', async () => {
    const { looks, sent, messages } = harness();
    const first = messages.answer({ type: 'look', ahead: 'week' });
    await turn();
    const second = messages.answer({ type: 'look', ahead: 'hour' });
    await turn();
    expect(looks.map((l) => l.signal?.aborted)).toEqual([true, false]);
    looks[1]?.answer(ok(busyReport('hour')));
    looks[0]?.answer(failed('cancelled', 'now', 'The look ahead was stopped.'));
    await Promise.all([first, second]);
    expect(sent.map((m) => ('view' in m ? m.view.ahead : m.type))).toEqual(['busy', 'busy', 'hour']);
  });

  it('is called off once, and nothing comes after', async () => {
    const { looks, messages, types } = harness();
    const answered = messages.answer({ type: 'look', ahead: 'day' });
    await turn();
    await messages.answer({ type: 'cancel' });
    expect(looks[0]?.signal?.aborted).toBe(true);
    looks[0]?.answer(ok(busyReport('day')));
    await answered;
    expect(types()).toEqual(['busy', 'stopped']);
  });

  it('a fault is told in its own words, unless it is that of calling off', async () => {
    const { looks, sent, messages } = harness();
    for (const fault of [failed('unsupported', 'never', 'Demand is not foreseen here.'), failed('cancelled', 'now', 'Stopped.')]) {
      const answered = messages.answer({ type: 'look', ahead: 'day' });
      await turn();
      looks.at(-1)?.answer(fault);
      await answered;
    }
    expect(sent.filter((m) => m.type !== 'busy')).toEqual([
      { type: 'failed', message: 'Demand is not foreseen here.' },
      { type: 'stopped' },
    ]);
  });

  it('without a folder it says so', async () => {
    const { sent, messages } = harness('nobody');
    await messages.answer({ type: 'look', ahead: 'day' });
    expect(sent.at(-1)).toEqual({ type: 'failed', message: 'Prewarm works in a folder. Open one first.' });
  });

  it.each([
    [3_600_000, 'sessions per hour'],
    [86_400_000, 'sessions per day'],
    [604_800_000, 'sessions per week'],
    [7_200_000, 'sessions per 120 min'],
  ])('what is expected in %d ms is a pattern, “%s”, and it is looked anew as far as before', async (windowMs, name) => {
    const expected: unknown[] = [];
    const { looks, messages } = harness({ expect: async (...all) => ok(expected.push(all)) });
    void messages.answer({ type: 'look', ahead: 'hour' });
    void messages.answer({ type: 'expect', persona: 'p1', windowMs, volume: 12 });
    await turn();
    expect(expected).toEqual([['p1', { name, windowMs, interactionType: 'session', expectedVolume: 12, latencyTargetMs: windowMs }]]);
    expect(looks.map((l) => l.ahead)).toEqual(['hour', 'hour']);
  });

  it('what could not be noted is told, and nothing is looked at', async () => {
    const { looks, sent, messages } = harness({ expect: async () => failed('not-found', 'never', 'There is no persona “p1”.') });
    await messages.answer({ type: 'expect', persona: 'p1', windowMs: 3_600_000, volume: 12 });
    expect(sent).toEqual([{ type: 'failed', message: 'There is no persona “p1”.' }]);
    expect(looks).toEqual([]);
  });

  it('where nobody takes an expectation, the view offers none', async () => {
    for (const editable of [true, false]) {
      const { sent, looks, messages } = harness(editable ? { expect: async () => ok(undefined) } : {});
      const answered = messages.answer({ type: 'look', ahead: 'day' });
      await turn();
      looks[0]?.answer(ok(busyReport('day')));
      await answered;
      const [chart] = sent.flatMap((m) => (m.type === 'demand' ? m.view.charts : []));
      expect(chart?.expectation !== undefined).toBe(editable);
    }
  });

  it('what is no message is not heard', async () => {
    const { messages, types } = harness();
    for (const raw of [undefined, null, 'look', { type: 'look', ahead: 'year' }, { type: 'expect' }]) await messages.answer(raw);
    expect(types()).toEqual([]);
  });
});
