import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { busyWith } from '../../src/sense/busyWith.ts';
import { createForeignSensor } from '../../src/sense/foreignSensor.ts';
import { normalise } from '../../src/sense/normalise.ts';
import type { Signal } from '../../src/sense/signal.ts';

const NOW = 1_700_000_000_000;
const DB = { id: 'compose:shop/db', name: 'db', kind: 'database', ports: [] } as unknown as Resource;
const context = { actor: 'me', workspace: { id: 'w', folder: '/w' }, resources: [DB], uses: () => [] };
const sensor = () => createForeignSensor('acme-tests', 'test');
const activities = (raw: unknown) => normalise(sensor().hear(raw, NOW) as Signal, context);

describe('a sensor of another extension', () => {
  it('tells of an activity under its own name, and of the declared resources that it used', () => {
    const told = { name: 'unit', did: 'ended', at: NOW - 5000, ok: false, durationMs: 1200, uses: [DB.id, 'compose:other/x'] };
    const own = { actor: 'me', workspace: 'w', at: NOW - 5000 };
    expect(activities(told)).toEqual({
      activities: [
        { ...own, source: 'test', resource: 'test:acme-tests/unit', kind: 'test.ended', ok: false, durationMs: 1200 },
        { ...own, source: 'database', resource: DB.id, kind: 'resource.used' },
      ],
      dropped: [],
    });
  });

  it('passes the gate', () => {
    const { activities: kept, dropped } = activities({ name: 'GET postgres://shop:hunter2@db/x for ann@example.com' });
    expect(JSON.stringify(kept)).not.toMatch(/hunter2|ann@/);
    expect(dropped.map((d) => d.kind)).toEqual(expect.arrayContaining(['url-password', 'email']));
  });

  it('a test run that goes on is the developer’s own work', () => {
    const started = activities({ name: 'unit', did: 'started' }).activities;
    expect(busyWith(started, NOW + 1000)).toMatchObject({ what: 'test run' });
    expect(busyWith([...started, ...activities({ name: 'unit', did: 'ended' }).activities], NOW + 1000)).toBeUndefined();
  });

  it.each([
    ['nothing', undefined, /an object/],
    ['no name', {}, /“name”/],
    ['an empty name', { name: ' ' }, /“name”/],
    ['an endless name', { name: 'x'.repeat(201) }, /“name”/],
    ['an unknown deed', { name: 'x', did: 'exploded' }, /started, ended, happened/],
    ['a time of yesterday', { name: 'x', at: NOW - 86_400_000 }, /last hour/],
    ['a time to come', { name: 'x', at: NOW + 3_600_000 }, /last hour/],
    ['a time that is none', { name: 'x', at: 1.5 }, /last hour/],
    ['a negative duration', { name: 'x', durationMs: -1 }, /“durationMs”/],
    ['an ok that is none', { name: 'x', ok: 'yes' }, /“ok”/],
    ['uses that are no list', { name: 'x', uses: DB.id }, /“uses”/],
  ])('%s is refused with a sentence', (_, raw, message) => expect(() => sensor().hear(raw, NOW)).toThrow(message));

  it.each([
    ['Acme', 'test', /name/],
    ['a', 'test', /name/],
    ['acme/tests', 'test', /name/],
    [undefined, 'test', /name/],
    ['acme', 'terminal', /source/],
    ['acme', undefined, /source/],
  ])('%s of %s cannot be registered', (name, source, message) => expect(() => createForeignSensor(name, source)).toThrow(message));

  it('floods nothing: a hundred at once, then twenty a second', () => {
    const it = sensor();
    const heard = (count: number, at: number): number =>
      Array.from({ length: count }, () => it.hear({ name: 'x' }, at)).filter(Boolean).length;
    expect(heard(500, NOW)).toBe(100);
    expect(heard(500, NOW + 1000)).toBe(20);
    expect(heard(500, NOW + 500)).toBe(0);
    expect(heard(500, NOW + 60_000)).toBe(100);
    expect(it.dropped()).toBe(2000 - 220);
  });

  it('whatever is told is a TypeError or a signal whose activity is well-formed', () => {
    const raw = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          name: fc.string(),
          did: fc.constantFrom('started', 'ended', 'happened', 'x'),
          at: fc.integer({ min: NOW - 4_000_000, max: NOW + 70_000 }),
          ok: fc.boolean(),
          durationMs: fc.double(),
          uses: fc.array(fc.constantFrom(DB.id, 'none')),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(raw, (told) => {
        try {
          for (const activity of activities(told).activities) {
            expect(activity.at).toBeLessThanOrEqual(NOW);
            expect(activity.resource).toMatch(/^(test:acme-tests\/.{0,80}|compose:shop\/db)$/su);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
