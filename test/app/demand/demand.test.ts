import { describe, expect, it } from 'vitest';
import { createDemand, type DemandPorts } from '../../../src/app/demand/demand.ts';
import { type ForecastWork, forecasted } from '../../../src/app/demand/forecasts.ts';
import { EMPTY_MEMORY } from '../../../src/app/ports.ts';
import { type DemandSubject, failed, ok, type Series } from '../../../src/domain/index.ts';
import type { PersonaModel } from '../../../src/learn/personaModel.ts';
import { METHODS } from '../../../src/predict/demand/forecast.ts';
import { HOUR, hourly, MONDAY } from '../../predict/demand/made.ts';

const subject = (id: string): DemandSubject => ({ kind: 'resource', id, name: id });
const long = (id: string): Series => ({ ...hourly(21 * 24, (t) => (t % 24 === 9 ? 3 : 0)), id });
const AT = MONDAY + 21 * 24 * HOUR;

function world(series: readonly Series[], more: Partial<DemandPorts> = {}) {
  const asked: ForecastWork[] = [];
  const demand = createDemand({
    now: () => AT,
    workspace: { id: 'w', name: 'w', folder: '/w' },
    memory: () => EMPTY_MEMORY,
    expect: async () => failed('unsupported', 'never', 'Not here.'),
    resources: () => [],
    history: async () => ({ workspace: 'w', actor: 'me', idleMs: 1, traces: [], uses: [] }),
    learner: { demand: async () => ok({ series: series.map((s) => ({ subject: subject(s.id), series: s })), silent: [] }) },
    forecasts: {
      forecast: async (work) => {
        asked.push(work);
        // The later ones first.
        await new Promise((resolve) => setTimeout(resolve, 20 - 5 * asked.length));
        return forecasted(work, METHODS);
      },
      dispose: async () => {},
    },
    ...more,
  });
  return { demand, asked };
}

describe('demand', () => {
  it('looks ahead of everything that has a past, in the order of busyness, and shows the end of it', async () => {
    const { demand } = world([long('a'), long('b'), long('c')]);
    const report = await demand.foresee('day');
    if (!report.ok) throw new Error(report.fault.message);
    const { lines, at, silent } = report.value;
    expect(at).toBe(AT);
    expect(silent).toEqual([]);
    expect(lines.map((l) => l.subject.id)).toEqual(['a', 'b', 'c']);
    expect(lines[0]?.forecast).toMatchObject({ startAt: AT, stepMs: HOUR });
    expect(lines[0]?.forecast.point.length).toBe(24);
    expect(lines[0]?.history.values.length).toBe(7 * 24);
    expect(lines[0]?.history.startAt).toBe(AT - 7 * 24 * HOUR);
  });

  it('names what is too short for it', async () => {
    const { demand } = world([{ ...hourly(100, () => 1), id: 'new' }]);
    const report = await demand.foresee('week');
    expect(report).toMatchObject({
      ok: true,
      value: { lines: [], silent: [{ subject: { id: 'new' }, because: expect.stringContaining('too short') }] },
    });
  });

  it('shows the events that touch it, and hands all of them on', async () => {
    const event = (from: number, until: number) => ({
      name: 'release',
      from: AT + from * HOUR,
      until: AT + until * HOUR,
      source: 'calendar',
    });
    const events = [event(-9000, -8999), event(5, 6), event(500, 501)];
    const { demand, asked } = world([long('a')], { events: () => events });
    const report = await demand.foresee('day');
    expect(report.ok && report.value.events).toEqual([events[1]]);
    expect(asked[0]?.events).toEqual(events);
  });

  it('what is expected of a persona in that window holds over its history, in the same shape', async () => {
    const persona: DemandSubject = { kind: 'persona', id: 'p', name: 'Database work' };
    const pattern = {
      name: 'sessions per day',
      windowMs: 24 * HOUR,
      interactionType: 'session',
      expectedVolume: 30,
      latencyTargetMs: 1000,
    };
    const said = { patterns: [pattern, { ...pattern, windowMs: HOUR, expectedVolume: 7 }], profiles: [], requirements: [] };
    const model = { components: [{ id: 'p', name: 'Database work', said }] } as unknown as PersonaModel;
    const learner = {
      demand: async () =>
        ok({
          series: [
            { subject: persona, series: long('p') },
            { subject: subject('a'), series: long('a') },
          ],
          silent: [],
        }),
    };
    const report = await world([], { learner, memory: () => ({ ...EMPTY_MEMORY, model }) }).demand.foresee('day');
    if (!report.ok) throw new Error(report.fault.message);
    const [expected, learnt] = report.value.lines.map((l) => l.forecast);
    const sum = expected?.point.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(30, 6);
    expect(expected?.model).toContain('as expected by you');
    learnt?.point.forEach((v, h) => void expect(expected?.point[h]).toBeCloseTo((v * 30) / learnt.point.reduce((a, b) => a + b, 0), 6));
  });

  it('cancelled is cancelled; without a learner or threads it says that it is not done here', async () => {
    const { demand } = world([long('a')]);
    expect(await demand.foresee('day', AbortSignal.abort())).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(await world([], { forecasts: undefined }).demand.foresee('day')).toMatchObject({ ok: false, fault: { code: 'unsupported' } });
    expect(await world([], { learner: {} }).demand.foresee('day')).toMatchObject({ ok: false, fault: { code: 'unsupported' } });
    const broken = failed('start-failed', 'later', 'The learner ended.');
    expect(await world([], { learner: { demand: async () => broken } }).demand.foresee('day')).toEqual(broken);
  });
});
