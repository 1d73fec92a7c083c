import { describe, expect, it } from 'vitest';
import type { Observation, Resource } from '../../src/domain/index.ts';
import { type Fleet, type FleetSeen, firstOf, isStandby, NEW_FLEET, nextFleet, standbyOf } from '../../src/plan/standby.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const at = (rung: Observation['rung'], detail?: string): Observation => ({
  id: 'compose:shop/db',
  rung,
  at: NOW,
  backends: [],
  owner: 'prewarm',
  ...(detail ? { detail } : {}),
});
const well: FleetSeen = { first: at('ready'), wanted: true, spareReady: true };

describe('standby', () => {
  it('is a resource beside the first, without its usual port', () => {
    const db = { id: 'compose:shop/db', name: 'db', ports: [{ container: 5432, host: 5432, protocol: 'tcp' }] } as unknown as Resource;
    const twin = standbyOf(db, 2);
    expect(twin).toMatchObject({ id: 'compose:shop/db~standby2', variant: 'standby:2', ports: [{ container: 5432, protocol: 'tcp' }] });
    expect(twin.ports[0]).not.toHaveProperty('host');
    expect(isStandby(twin)).toBe(true);
    expect(isStandby(db)).toBe(false);
    expect(firstOf(twin.id)).toBe(db.id);
  });

  it.each<[string, Partial<FleetSeen>, Fleet['serving']]>([
    ['the first is well', {}, 'first'],
    ['the first fails its probe', { first: at('running', 'refuses connections') }, 1],
    ['the first has died', { first: at('created') }, 1],
    ['the first was cooled on purpose', { first: at('created'), wanted: false }, 'first'],
    ['its engine can not be asked', { first: at('unknown') }, 'first'],
    ['no spare stands by', { first: at('created'), spareReady: false }, 'first'],
    ['it is slower than it may be', { latencyMs: 300, latencyTargetMs: 100 }, 1],
    ['it is as fast as it must be', { latencyMs: 100, latencyTargetMs: 100 }, 'first'],
    ['it has no target', { latencyMs: 9999 }, 'first'],
  ])('%s', (_, seen, serving) => {
    expect(nextFleet(NEW_FLEET, { ...well, ...seen }, NOW).serving).toBe(serving);
  });

  it('says why, and makes a new spare', () => {
    const over = nextFleet(NEW_FLEET, { ...well, first: at('running', 'refuses connections') }, NOW);
    expect(over).toEqual({ serving: 1, spare: 2, because: 'it is running: refuses connections' });
    expect(nextFleet(over, { ...well, serving: { alive: false, connections: 0 } }, NOW)).toMatchObject({ serving: 2, spare: 3 });
  });

  it('goes back when the first has been well for a minute and nobody is connected', () => {
    const over: Fleet = { serving: 1, spare: 2, because: 'it is created' };
    const free = { alive: true, connections: 0 };
    const since = nextFleet(over, { ...well, serving: free }, NOW);
    expect(since).toEqual({ ...over, wellSince: NOW });
    expect(nextFleet(since, { ...well, serving: free }, NOW + MINUTE - 1).serving).toBe(1);
    expect(nextFleet(since, { ...well, serving: { alive: true, connections: 1 } }, NOW + MINUTE).serving).toBe(1);
    expect(nextFleet(since, { ...well, serving: free }, NOW + MINUTE)).toEqual({ serving: 'first', spare: 2 });
    const again = nextFleet(since, { ...well, first: at('created'), serving: free }, NOW + 1);
    expect(again).toEqual(over);
  });

  it('a first that nobody wants stays away, whatever its state', () => {
    const over: Fleet = { serving: 1, spare: 2, because: 'x', wellSince: NOW };
    expect(nextFleet(over, { ...well, first: at('created'), wanted: false, serving: { alive: true, connections: 0 } }, NOW)).toEqual({
      serving: 1,
      spare: 2,
      because: 'x',
    });
  });
});
