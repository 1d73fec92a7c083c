import Ajv from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../resources/schemas/practices.schema.json' with { type: 'json' };
import { assignments, deviations } from '../../src/simulate/practice/holdAgainst.ts';
import { CALL_FIGURES, LAWS, REMEDIES, RESOURCE_FIGURES, readPractices } from '../../src/simulate/practice/practice.ts';
import { practiceGraph } from '../../src/simulate/practice/practiceGraph.ts';
import shipped from '../../src/simulate/practice/practices.json' with { type: 'json' };
import { GRAPHS } from './graphs.ts';
import { rehearsed } from './personas.ts';

const { $schema: _, ...draft } = schema;
const valid = new Ajv({ strict: false }).compile(draft);
const practice = (more: object = {}) => ({
  id: 'p',
  title: 'T',
  resources: { a: {}, b: {} },
  calls: [{ from: 'a', to: 'b' }],
  holds: [{ figure: 'attempts', of: 'a -> b', atMost: 1 }],
  law: 'retry storm',
  because: 'B',
  ...more,
});
const set = (more: object = {}) => ({ version: 1, practices: [practice(more)] });

describe('practices', () => {
  it('the shipped set is valid by its schema and by the reader, and has at least 8', () => {
    expect(valid(shipped), JSON.stringify(valid.errors)).toBe(true);
    const read = readPractices(shipped, 'practices.json');
    expect(read.ok && read.value.length).toBeGreaterThanOrEqual(8);
  });

  it('schema and reader know the same words', () => {
    const { law, change, holds } = schema.definitions.practice.properties;
    expect(law.enum).toEqual(LAWS);
    expect(change.items.enum).toEqual(REMEDIES);
    expect(new Set(holds.items.properties.figure.enum)).toEqual(new Set([...RESOURCE_FIGURES, ...CALL_FIGURES]));
  });

  it.each([
    ['another version', { version: 3, practices: [] }, /"version" is 3/],
    ['no list', { version: 1 }, /"practices" is not a list/],
    ['a law that is none', set({ law: 'gravity' }), /law is “gravity”, and must be one of saturation/],
    ['a figure of another thing', set({ holds: [{ figure: 'utilization', of: 'a → b', atMost: 1 }] }), /figure is “utilization”/],
    ['a name that is not there', set({ holds: [{ figure: 'queue', of: 'c', atMost: 1 }] }), /must be a resource of the practice/],
    ['a call of a name that is not there', set({ calls: [{ from: 'a', to: 'z' }] }), /names “z”/],
    ['no limit', set({ holds: [{ figure: 'queue', of: 'a' }] }), /needs “atMost” or “atLeast”/],
    ['a remedy that is none', set({ change: ['pray'] }), /change\[0\] is "pray"/],
    ['an id twice', { version: 1, practices: [practice(), practice()] }, /for a second time/],
  ])('refuses %s, and says where', (_, json, message) => {
    expect(readPractices(json, 'p.json')).toMatchObject({
      ok: false,
      fault: { code: 'bad-file', message: expect.stringMatching(message) },
    });
  });

  it('what the reader takes, the schema takes too; whatever else is one message', () => {
    const word = fc.constantFrom('a', 'b', 'a → b', 'utilization', 'attempts', 'saturation', 'index', 'x', '');
    const any = fc.oneof(word, fc.double(), fc.constant(null), fc.constant([]), fc.constant({}));
    const json = fc.record({
      version: fc.constant(1),
      practices: fc.array(
        fc.record(
          {
            id: word,
            title: any,
            resources: fc.oneof(any, fc.constant({ a: {}, b: {} })),
            calls: fc.oneof(any, fc.constant([{ from: 'a', to: 'b' }])),
            holds: fc.oneof(any, fc.array(fc.record({ figure: word, of: word, atMost: any }, { requiredKeys: ['figure', 'of'] }))),
            law: word,
            because: word,
            change: fc.oneof(any, fc.array(word)),
          },
          { requiredKeys: [] },
        ),
      ),
    });
    fc.assert(
      fc.property(fc.oneof(json, fc.jsonValue()), (value) => {
        const read = readPractices(value, 'f');
        if (read.ok) expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
        else expect(read.fault.message).toMatch(/^f: /);
      }),
    );
  });

  it('fit wherever their calls and kinds are', () => {
    const shop = GRAPHS.shop as NonNullable<(typeof GRAPHS)['shop']>;
    const fits = (more: object) => {
      const read = readPractices(set(more), 'p');
      if (!read.ok) throw new Error(read.fault.message);
      return assignments(read.value[0] as (typeof read.value)[number], shop).map((at) => `${at.a} ${at.b}`);
    };
    expect(fits({})).toEqual(['web api', 'api db', 'api prices', 'api mail']);
    expect(fits({ resources: { a: {}, b: { kinds: ['database'] } } })).toEqual(['api db']);
    expect(fits({ resources: { a: { entry: true }, b: {} } })).toEqual(['web api']);
    expect(fits({ resources: { a: {}, b: { ids: ['mail'] } } })).toEqual(['api mail']);
  });

  it('of one persona are valid, hold where they come from, and do not at three times the load', async () => {
    const shop = GRAPHS.shop as NonNullable<(typeof GRAPHS)['shop']>;
    const { figures } = await rehearsed(shop, { durationMs: 10_000 });
    const own = practiceGraph('user', shop, figures);
    expect(valid(JSON.parse(JSON.stringify(own))), JSON.stringify(valid.errors)).toBe(true);
    const read = readPractices(JSON.parse(JSON.stringify(own)), 'own');
    if (!read.ok) throw new Error(read.fault.message);
    expect(deviations(shop, figures, read.value)).toEqual([]);
    const busy = { ...shop, visitors: shop.visitors.map((v) => ({ ...v, perSecond: v.perSecond.map((r) => 3 * r) })) };
    const later = await rehearsed(busy, { durationMs: 5000 });
    expect(deviations(busy, later.figures, read.value).length).toBeGreaterThan(0);
  });
});
