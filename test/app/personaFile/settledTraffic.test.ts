import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PersonaDocument } from '../../../src/app/personaDocument.ts';
import { documentText, learntPart } from '../../../src/app/personaFile/documentText.ts';
import { checkPersonas } from '../../../src/sense/pdl/check.ts';
import { type TrafficEntry, toTraffic } from '../../../src/sense/pdl/traffic.ts';
import { plain } from '../../sense/pdl/damage.ts';
import { SAMPLE } from '../../sense/pdl/sample.ts';

const DB = 'compose:shop/db';
const AGE = 86_400_000;
const measured = (until: number, requests = 7): TrafficEntry =>
  toTraffic(
    {
      name: DB,
      interactionType: 'query',
      requests,
      resources: [{ resource: DB, requests }],
      windowMs: 60_000,
      requestsPerSecond: [{ value: 1, probability: 1 }],
      peakTimes: [],
      busiest: { at: until, requestsPerSecond: 1 },
      from: until - 1000,
      until,
      confidence: 0.5,
    },
    until + AGE,
  );
const SAMPLE_UNTIL = Date.parse('2024-05-08T17:00:00.000Z');

type Entry = Record<string, unknown> & { readonly resources: readonly (Record<string, unknown> & { readonly id: string })[] };
/** What is known of the sample's personas, with this traffic of the database and of the first persona. */
function known(ofResource: unknown, ofPersona?: unknown): PersonaDocument {
  const document = plain(SAMPLE) as { personas: Entry[] };
  const personas = document.personas.map(({ traffic: _, ...persona }, i) => ({
    ...persona,
    ...(persona.resources ? { resources: persona.resources.map((r) => ofResources(r, ofResource)) } : {}),
    ...(i === 0 && ofPersona ? { traffic: ofPersona } : {}),
  }));
  return { ...document, personas } as unknown as PersonaDocument;
}
const ofResources = ({ traffic: _, ...r }: Entry['resources'][number], traffic: unknown) =>
  r.id === DB && traffic ? { ...r, traffic } : r;
const over = (document: PersonaDocument, text = SAMPLE, base?: PersonaDocument): string => {
  const done = documentText(document, { text, name: 'personas.json', base });
  if (!done.ok) throw new Error(done.fault.message);
  return done.value;
};
const entries = (text: string): readonly Entry[] => (plain(text) as { personas: Entry[] }).personas;
const ofDb = (text: string) => entries(text)[0]?.resources.find((r) => r.id === DB)?.traffic;

describe('traffic in a document that is there', () => {
  it('stays where nothing is measured, or nothing newer, byte by byte', () => {
    expect(over(known(undefined))).toBe(SAMPLE);
    expect(over(known(measured(SAMPLE_UNTIL)))).toBe(SAMPLE);
    expect(over(known(measured(SAMPLE_UNTIL - 1)))).toBe(SAMPLE);
    expect(over(known(undefined), SAMPLE, learntPart(SAMPLE))).toBe(SAMPLE);
  });

  it('that is newer takes the place of what was measured as a whole; comments and what nobody knows stay', () => {
    const text = over(known(measured(SAMPLE_UNTIL + 1)));
    expect(ofDb(text)).toEqual({ ...measured(SAMPLE_UNTIL + 1), seen_by: 'the proxy' });
    expect(text).toContain('"seen_by": "the proxy" // not ours: kept');
    expect(text).toContain('/* measured in May */');
    expect(checkPersonas(text).findings).toEqual(checkPersonas(SAMPLE).findings);
    // In a base it was known before: the newer one still holds.
    expect(ofDb(over(known(measured(SAMPLE_UNTIL + 1)), SAMPLE, known(measured(SAMPLE_UNTIL))))).toEqual(ofDb(text));
  });

  it('that a person wrote by hand stays, whatever is measured', () => {
    const text = over(known(undefined, measured(SAMPLE_UNTIL + 1)));
    expect(text).toBe(SAMPLE);
    expect(over(known(undefined, measured(SAMPLE_UNTIL + 1)), SAMPLE, known(undefined, measured(SAMPLE_UNTIL)))).toBe(SAMPLE);
  });

  it('comes in where there is none', () => {
    const bare = over(known(undefined), JSON.stringify(known(undefined), null, 2));
    const text = over(known(measured(5), measured(6)), bare, known(undefined));
    expect(ofDb(text)).toEqual(measured(5));
    expect(entries(text)[0]?.traffic).toEqual(measured(6));
    expect(checkPersonas(text).findings).toEqual(checkPersonas(bare).findings);
  });

  it('does not keep a persona in the document that learning finds no more', () => {
    // As learning wrote it: nothing that only people say.
    const learnt = learntPart(SAMPLE) as PersonaDocument;
    const text = JSON.stringify(learnt, null, 2);
    expect(text).toContain('measured_until');
    const gone: PersonaDocument = { version: 1, personas: learnt.personas.slice(1) };
    const names = gone.personas.map((p) => p.name);
    expect(entries(over(gone, text, learntPart(text))).map((p) => p.name)).toEqual(names);
    // What the app remembers of it has no traffic.
    const remembered = JSON.parse(text, (key, value) => (key === 'traffic' ? undefined : value)) as PersonaDocument;
    expect(entries(over(gone, text, remembered)).map((p) => p.name)).toEqual(names);
  });

  it('written again is written once, whichever is newer', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.boolean(), (a, b, withBase) => {
        const one = over(known(measured(SAMPLE_UNTIL + a, 3)), SAMPLE, withBase ? known(undefined) : undefined);
        const two = over(known(measured(SAMPLE_UNTIL + b, 4)), one, withBase ? known(undefined) : undefined);
        expect(over(known(measured(SAMPLE_UNTIL + b, 4)), two)).toBe(two);
        const newest = Math.max(0, a, b);
        expect((ofDb(two) as TrafficEntry).measured_until).toBe(new Date(SAMPLE_UNTIL + newest).toISOString());
      }),
    );
  });
});
