import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../resources/schemas/persona.schema.json' with { type: 'json' };
import { measuredTraffic, withEarlier, writtenTraffic } from '../../src/app/knownTraffic.ts';
import { fromDocument, type PersonaDocument, toDocument } from '../../src/app/personaDocument.ts';
import type { Activity, Resource } from '../../src/domain/index.ts';
import { pinPersona } from '../../src/learn/personas/edit.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { personasOf } from '../../src/learn/personasOf.ts';
import { match } from '../../src/predict/match.ts';
import { checkPersonas } from '../../src/sense/pdl/check.ts';
import { readPersonas } from '../../src/simulate/scenario/readPersonas.ts';
import { PLANTED, plantedSessions } from '../learn/planted.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
const DB = 'compose:shop/db';
const db = { id: DB, kind: 'database', provider: 'compose', memoryBytes: 2 ** 28 } as Resource;

const connections = (at: number): readonly Activity[] => [
  { at, actor: 'a', resource: 'command:psql', kind: 'command.started' },
  { at: at + 1000, actor: 'a', resource: DB, kind: 'connection.opened' },
  { at: at + 9000, actor: 'a', resource: DB, kind: 'connection.closed', bytes: 1_000_000, durationMs: 8000 },
];
const sessions = [...plantedSessions(120, 61).map((s) => s.activities), ...Array.from({ length: 30 }, (_, i) => connections(i * 10 ** 8))];
const learnt = learnPersonas(sessions, { now: 2, seed: 1 });
const renamed = pinPersona(learnt, learnt.components[0]?.id as string, { field: 'name', value: 'Mine' });
const model = renamed.ok ? renamed.value : learnt;
const document = toDocument(personasOf(model, 2), [db]);
const plain = (): PersonaDocument => JSON.parse(JSON.stringify(document));

describe('the persona document', () => {
  it('is what its schema says', () => {
    expect(validate(plain()), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...plain(), personas: [{ ...plain().personas[0], weight: 2 }] })).toBe(false);
    expect(validate({ ...plain(), personas: [{ ...plain().personas[0], pins: [{ field: 'weight', value: 1 }] }] })).toBe(false);
  });

  it('has requirements, duration and SLA of a resource', () => {
    const entry = document.personas.flatMap((p) => p.resources).find((r) => r.id === DB && r.requirements?.network_bandwidth_mbps);
    expect(entry).toMatchObject({
      kind: 'database',
      provider: 'compose',
      requirements: { memory_gb: [{ value: 0.25, probability: 1 }], network_bandwidth_mbps: [{ value: 1, probability: 1 }] },
      duration_ms: [{ value: 8000, probability: 1 }],
    });
    expect(entry?.sla?.latency_target_ms).toBe(1000);
  });

  it('has weights that leave room for noise, every resource in the order, and evidence for every attribute', () => {
    expect(document.personas.reduce((sum, p) => sum + p.weight, 0)).toBeLessThanOrEqual(1);
    for (const p of document.personas) {
      expect(p.resources.every((r) => p.provisioning_order?.includes(r.id))).toBe(true);
      expect(Object.values(p.attributes.evidence ?? {}).every((words) => words.length > 3)).toBe(true);
    }
  });

  it('comes back as a model that knows the same personas, with what was fixed by hand', () => {
    const back = fromDocument(plain(), 'personas.json');
    if (!back.ok) throw new Error(back.fault.message);
    expect(back.value.components.map((c) => c.name)).toEqual(model.components.map((c) => c.name));
    expect(back.value.components[0]?.pins).toEqual([{ field: 'name', value: 'Mine' }]);
    for (const { tokens } of PLANTED) {
      const session = tokens.map((resource, i): Activity => ({ at: i, actor: 'a', resource }));
      const best = (m: typeof model) => [...match(m, session).personas].sort((a, b) => b.probability - a.probability)[0]?.name;
      expect(best(back.value)).toBe(best(model));
    }
  });

  describe('with measured traffic', () => {
    const NOW = 31 * 10 ** 8;
    const written = toDocument(personasOf(model, 2), [db], measuredTraffic(sessions.flat(), NOW));
    const read = (): PersonaDocument => JSON.parse(JSON.stringify(written));
    const owner = written.personas.find((p) => p.resources.some((r) => r.id === DB && r.traffic));

    it('has that of each resource that had any, and of the persona, by the connections that the gateway saw', () => {
      expect(validate(read()), JSON.stringify(validate.errors)).toBe(true);
      expect(checkPersonas(JSON.stringify(written)).findings).toEqual([]);
      expect(readPersonas(read(), 'personas.json').ok).toBe(true);
      const entry = owner?.resources.find((r) => r.id === DB)?.traffic;
      expect(entry).toMatchObject({
        name: DB,
        interaction_type: 'query',
        requests: 30,
        request_size_bytes: [{ value: 1_000_000, probability: 1 }],
        data_age: 'P2D',
        measured_until: new Date(29 * 10 ** 8 + 9000).toISOString(),
      });
      // How long a connection was open is no latency, and nothing tells how it ended.
      expect(entry).not.toHaveProperty('latency_ms');
      expect(entry).not.toHaveProperty('error_rate');
      expect(owner?.traffic?.requests).toBeGreaterThanOrEqual(30);
      expect(owner?.resources.find((r) => r.id === 'command:psql')).not.toHaveProperty('traffic');
    });
    it('comes back as it went, and stands until something newer is known', () => {
      const kept = writtenTraffic(read());
      const fresh = measuredTraffic(sessions.flat(), NOW).of([DB]);
      expect(kept([DB])).toMatchObject({ requests: 30, from: fresh?.from, until: fresh?.until, requestSizeBytes: fresh?.requestSizeBytes });
      expect(kept(['compose:shop/none'])).toBeUndefined();
      const nothing = measuredTraffic([], NOW + 86_400_000);
      const again = toDocument(personasOf(model, 2), [db], withEarlier(nothing, read()));
      const of = (d: PersonaDocument) => d.personas.find((p) => p.name === owner?.name)?.resources.find((r) => r.id === DB)?.traffic;
      expect(of(again)).toEqual({ ...of(written), data_age: 'P3D' });
      const newer = withEarlier(measuredTraffic(connections(NOW), NOW), read());
      expect(newer.of([DB])?.requests).toBe(1);
    });
    it('that is broken is one fault that says where; what a person wrote by hand is left alone', () => {
      const broken = read();
      const at = broken.personas.indexOf(broken.personas.find((p) => p.traffic) as (typeof broken.personas)[number]);
      Object.assign(broken.personas[at]?.traffic ?? {}, { confidence: 3 });
      const result = fromDocument(broken, 'personas.json');
      expect(result.ok ? '' : result.fault.message).toContain(`personas[${at}].traffic needs "requests" (0 or more) and "confidence"`);
      const said = { version: 1, personas: [{ name: 'x', weight: 0.5, edges: [], traffic: { requests_per_second: 20, data_age: 'P7D' } }] };
      expect(fromDocument(said, 'personas.json').ok).toBe(true);
      expect(writtenTraffic(said)([])).toBeUndefined();
    });
    it('of anything at all is nothing', () => {
      for (const json of [undefined, null, 7, [], {}, { personas: 7 }, { personas: [null, { resources: [null, 7], traffic: [] }] }])
        expect(writtenTraffic(json)([DB])).toBeUndefined();
    });
  });

  const persona = { name: 'x', weight: 0.5, edges: [] };
  it.each<[string, unknown, string]>([
    ['no object', 7, 'not a JSON object'],
    ['another version', { version: 2, personas: [] }, '"version" is 2'],
    ['no list', { version: 1, personas: {} }, '"personas" is not a list'],
    ['no persona', { version: 1, personas: [null] }, 'personas[0] needs "name"'],
    ['an impossible weight', { version: 1, personas: [{ ...persona, weight: 7 }] }, '"weight" (0 to 1)'],
    ['a broken edge', { version: 1, personas: [persona, { ...persona, edges: [{ from: 'a' }] }] }, 'personas[1].edges[0] needs'],
    ['a pin that is none', { version: 1, personas: [{ ...persona, pins: [7] }] }, 'personas[0].pins[0]'],
    ['a pin of nothing', { version: 1, personas: [{ ...persona, pins: [{ field: 'weight', value: 1 }] }] }, 'cannot be fixed by hand'],
  ])('%s is one fault that says where', (_, json, words) => {
    const result = fromDocument(json, 'personas.json');
    expect(result.ok ? '' : result.fault.message).toContain(words);
    expect(result.ok ? '' : result.fault.message).toMatch(/^personas\.json: /);
  });
});
