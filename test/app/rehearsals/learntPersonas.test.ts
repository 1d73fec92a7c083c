import { describe, expect, it } from 'vitest';
import { toDocument } from '../../../src/app/personaDocument.ts';
import { rehearsalText } from '../../../src/app/rehearsals/rehearsalText.ts';
import { rehearsed } from '../../../src/app/rehearsals/rehearsed.ts';
import type { Resource } from '../../../src/domain/index.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { personasOf } from '../../../src/learn/personasOf.ts';
import { plantedSessions } from '../../learn/planted.ts';

const declared = { id: 'compose:shop/db', kind: 'database', provider: 'compose', memoryBytes: 2 ** 28 } as Resource;
const learnt = personasOf(
  learnPersonas(
    plantedSessions(120, 61).map((s) => s.activities),
    { now: 2, seed: 1 },
  ),
  2,
);

/** As the command hands it over: the app's own document as text. */
const rehearse = (personas: typeof learnt, durationMs: number) =>
  rehearsed(
    {
      document: { name: 'ours', text: JSON.stringify(toDocument(personas, [declared])) },
      practices: [],
      durationMs,
      scale: 1,
      seed: 1,
      replications: 2,
    },
    { pause: async () => {}, cancelled: () => false },
  );

describe('personas that the app has learnt', () => {
  const able = learnt.filter((p) => p.uses.some((u) => u.resource === declared.id));
  const idle = learnt.filter((p) => !able.includes(p));

  it('are rehearsed as it writes them, each and all together; one that only runs commands is left out', async () => {
    expect([able.length > 0, idle.length > 0]).toEqual([true, true]);
    for (const personas of [...able.map((p) => [p]), learnt]) {
      const result = await rehearse(personas, 7 * 86_400_000);
      if (!result.ok) throw new Error(result.fault.message);
      expect(result.value.rehearsal.requests).toBeGreaterThan(0);
      expect(result.value.resources.map((r) => r.id)).toEqual([declared.id]);
      const text = rehearsalText(result.value).join('\n');
      expect(text).not.toMatch(/null|NaN|undefined/);
      expect(text.includes('has no resources, so it is left out')).toBe(personas === learnt);
    }
  });

  it('of which none uses a resource are refused', async () => {
    expect(await rehearse(idle, 7 * 86_400_000)).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/has no resources/) },
    });
  });
});
