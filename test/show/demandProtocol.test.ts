import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_VOLUME, parseFromDemand } from '../../src/show/demandProtocol.ts';

const expectation = { type: 'expect', persona: 'p1', windowMs: 3_600_000, volume: 12 } as const;

it.each([
  [
    { type: 'look', ahead: 'week' },
    { type: 'look', ahead: 'week' },
  ],
  [{ type: 'look', ahead: 'year' }, undefined],
  [{ type: 'look' }, undefined],
  [{ type: 'cancel', more: 1 }, { type: 'cancel' }],
  [{ ...expectation, more: 1 }, expectation],
  [
    { ...expectation, volume: 0 },
    { ...expectation, volume: 0 },
  ],
  [{ ...expectation, volume: -1 }, undefined],
  [{ ...expectation, volume: 1.5 }, undefined],
  [{ ...expectation, volume: MOST_VOLUME + 1 }, undefined],
  [{ ...expectation, volume: Number.NaN }, undefined],
  [{ ...expectation, windowMs: 0 }, undefined],
  [{ ...expectation, windowMs: 400 * 86_400_000 }, undefined],
  [{ ...expectation, persona: '' }, undefined],
  [{ ...expectation, persona: 'x'.repeat(501) }, undefined],
  [{ type: 'erase' }, undefined],
  ['cancel', undefined],
  [null, undefined],
  [undefined, undefined],
])('a message of the page %j is read as %j', (raw, message) => expect(parseFromDemand(raw)).toEqual(message));

it('what gets through is what was named, whatever comes', () =>
  fc.assert(
    fc.property(
      fc.record(
        {
          type: fc.oneof(fc.constantFrom('look', 'cancel', 'expect'), fc.anything()),
          ahead: fc.anything(),
          persona: fc.anything(),
          windowMs: fc.anything(),
          volume: fc.anything(),
        },
        { requiredKeys: [] },
      ),
      (raw) => {
        const message = parseFromDemand(raw);
        if (message) expect(['look', 'cancel', 'expect']).toContain(message.type);
        if (message?.type === 'expect') expect(Number.isSafeInteger(message.volume) && message.volume >= 0).toBe(true);
      },
    ),
  ));
