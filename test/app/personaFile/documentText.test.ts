import { describe, expect, it } from 'vitest';
import { type PersonaDocument, readDocument, toDocument } from '../../../src/app/personaDocument.ts';
import { documentText, learntPart, plainText } from '../../../src/app/personaFile/documentText.ts';
import { fromFile } from '../../../src/app/personaFile/fromFile.ts';
import { type PersonaModel, sum } from '../../../src/learn/personaModel.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { personasOf } from '../../../src/learn/personasOf.ts';
import { checkPersonas } from '../../../src/sense/pdl/check.ts';
import { rewritten } from '../../../src/sense/pdl/rewritten.ts';
import { plantedSessions } from '../../learn/planted.ts';
import { damagedStructure, plain, randomOf } from '../../sense/pdl/damage.ts';
import { SAMPLE } from '../../sense/pdl/sample.ts';

const NOTHING: PersonaModel = { version: 1, components: [], background: {}, backgroundTotal: 0, sessions: 0 };
const loaded = (text: string): PersonaModel => fromFile(NOTHING, checkPersonas(text).document as PersonaDocument, []).model;
const known = (model: PersonaModel, now = 0): PersonaDocument => toDocument(personasOf(model, now));
const text = (result: ReturnType<typeof documentText>): string => {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};

/** Right documents of many forms, with comments. */
function* rightOnes(count: number): Generator<string> {
  const random = randomOf(23);
  const whole = plain(SAMPLE);
  for (let found = 0; found < count; ) {
    const one = rewritten(SAMPLE, damagedStructure(whole, random)) as string;
    if (checkPersonas(one).document === undefined) continue;
    found++;
    yield one;
  }
}

describe('a document that is loaded and saved', () => {
  it('without a change is the same, byte by byte: 300 documents', () => {
    for (const one of rightOnes(300)) {
      const ours = known(loaded(one));
      expect(text(documentText(ours, { text: one, name: 'x', base: ours }))).toBe(one);
    }
  }, 120_000);

  it('with a change of one persona says it, and leaves every other line', () => {
    for (const one of rightOnes(50)) {
      const ours = known(loaded(one));
      const next: PersonaDocument = { ...ours, personas: ours.personas.map((p, i) => (i === 0 ? { ...p, confidence: 0.123 } : p)) };
      const written = text(documentText(next, { text: one, name: 'x', base: ours }));
      if (ours.personas.length === 0) continue;
      const [before, after] = [one.split('\n'), written.split('\n')];
      expect(after.filter((line) => !before.includes(line)).length).toBeLessThanOrEqual(2);
      const named = (plain(written) as PersonaDocument).personas.find((p) => p.name === ours.personas[0]?.name);
      expect(named?.confidence).toBe(0.123);
    }
  }, 60_000);

  it('gives back what it said of demand, in its units', () => {
    const [entry] = known(loaded(SAMPLE)).personas;
    const [said] = (plain(SAMPLE) as PersonaDocument).personas;
    expect(entry?.engagement_patterns).toEqual([
      said?.engagement_patterns?.[0],
      { ...said?.engagement_patterns?.[1], time_window: 'PT36H' },
    ]);
    expect(entry?.resource_profiles).toEqual(said?.resource_profiles);
    expect(entry?.resources[0]?.requirements).toEqual(said?.resources[0]?.requirements);
    expect(entry?.resources[0]?.sla).toEqual(said?.resources[0]?.sla);
    expect(entry?.pins).toEqual(said?.pins);
  });

  it('a broken one is refused with its place', () => {
    const refused = documentText(known(NOTHING), { text: SAMPLE.replace('"weight": 0.4,', ''), name: 'x.json' });
    expect(refused.ok ? '' : refused.fault.message).toBe('x.json:6:5: “weight” is missing here. Add it. Mend it first.');
    const again = readDocument('{"version": 1', 'y.json');
    expect(again.ok ? '' : again.fault.message).toBe('y.json:1:14: A closing brace } is missing. Add it.');
  });
});

describe('what is learnt', () => {
  const sessions = plantedSessions(80, 71).map((s) => s.activities);
  const model = learnPersonas(sessions, { now: 10 ** 12, seed: 1 });

  it('is written so that nothing is wrong with it, and says what of it nobody decided', () => {
    const document = known(model, 10 ** 12);
    expect(checkPersonas(plainText(document)).findings).toEqual([]);
    const slas = document.personas.flatMap((p) => p.resources.flatMap((r) => r.sla ?? []));
    expect(slas.length).toBeGreaterThan(4);
    for (const sla of slas) expect(sla.learnt).toEqual(['priority', 'latency_target_ms']);
    const back = readDocument(plainText(document), 'x');
    expect(back.ok && back.value.components.every((c) => c.said === undefined)).toBe(true);
  });

  it('is written into a document in which people wrote, and leaves what they wrote', () => {
    const first = plainText(known(model, 10 ** 12));
    const edited = first
      .replace('{\n', '{\n  // Shop, learnt each Friday\n  "owner": "us",\n')
      .replace('"traffic"', '"traffic"')
      .replace('      "name": "', '      // the most frequent one\n      "name": "');
    const more = [...sessions, ...plantedSessions(80, 72).map((s) => s.activities)];
    const before = readDocument(edited, 'x');
    const next = learnPersonas(more, { now: 10 ** 12 + 1, seed: 1, ...(before.ok ? { previous: before.value } : {}) });
    const written = text(documentText(known(next, 10 ** 12 + 1), { text: edited, name: 'x', base: learntPart(edited) as PersonaDocument }));
    expect(written).toContain('// Shop, learnt each Friday');
    expect(written).toContain('"owner": "us"');
    expect(written).toContain('// the most frequent one');
    expect(checkPersonas(written).findings).toEqual([]);
    const personas = (plain(written) as PersonaDocument).personas;
    expect(personas.map((p) => p.name).sort()).toEqual(next.components.map((c) => c.name).sort());
    expect(sum(personas.map((p) => p.weight))).toBeCloseTo(sum(next.components.map((c) => c.weight)), 4);
  });
});
