import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../resources/schemas/persona.schema.json' with { type: 'json' };
import { fromDocument, type PersonaDocument, toDocument } from '../../src/app/personaDocument.ts';
import type { Activity, Resource } from '../../src/domain/index.ts';
import { pinPersona } from '../../src/learn/personas/edit.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { personasOf } from '../../src/learn/personasOf.ts';
import { match } from '../../src/predict/match.ts';
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
