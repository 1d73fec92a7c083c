import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../../resources/schemas/prices.schema.json' with { type: 'json' };
import { DEFAULT_PRICES, readPriceTable } from '../../../src/plan/cost/priceTable.ts';

const PROVIDER = { name: 'docker', as_of: '2026-11-28', source: 'the bill' };
const table = (more: object = {}, provider: object = {}) => ({
  version: 1,
  currency: 'EUR',
  providers: [{ ...PROVIDER, ...provider }],
  ...more,
});
const read = (json: unknown) => readPriceTable(JSON.stringify(json), 'prices.json');

describe('the price table', () => {
  it('that comes with Prewarm is read, fits the schema, and marks what is an example', () => {
    expect(read(DEFAULT_PRICES)).toEqual({ ok: true, value: DEFAULT_PRICES });
    for (const provider of DEFAULT_PRICES.providers) expect(provider.example === true).toBe(provider.elsewhere === true);
  });

  it('that README shows is read, and fits the schema', () => {
    const shown = readFileSync('README.md', 'utf8').match(/```json\n(\s*\{ "version": 1, "currency"[\s\S]*?)```/)?.[1] ?? '';
    const result = readPriceTable(shown, 'README.md');
    expect(result.ok && result.value.providers.map((p) => p.name)).toEqual(['*', 'our-cloud']);
    expect(new Ajv({ strict: false }).compile(schema)(result.ok && result.value)).toBe(true);
  });

  it.each([
    ['no object', [], 'it is not a JSON object'],
    ['another version', table({ version: 2 }), 'its “version” is 2, and this Prewarm reads version 1'],
    ['no currency', table({ currency: 'euro' }), '“currency” must be three capital letters, such as EUR'],
    ['no provider', table({ providers: [] }), '“providers” must be a list with at least one provider'],
    ['a price below 0', table({}, { per_gb_hour: -1 }), '“per_gb_hour” of the provider “docker” must be a number that is not below 0'],
    ['no day', table({}, { as_of: 'today' }), '“as_of” of the provider “docker” must be a day, such as 2026-11-28'],
    ['no source', table({}, { source: '' }), 'the provider “docker” needs “source”, a text'],
    ['elsewhere without sizes', table({}, { elsewhere: true }), 'the provider “docker” runs elsewhere, so it needs “sizes” and “start_ms”'],
    [
      'a size of nothing',
      table({}, { sizes: [{ cpu_cores: 0, memory_gb: 1 }] }),
      'sizes[0] of the provider “docker” needs “cpu_cores”, a number above 0',
    ],
    ['a flag that is none', table({}, { example: 'yes' }), '“example” of the provider “docker” must be true or false'],
  ])('%s: one message that says what, where and what to do', (_, json, problem) => {
    const result = read(json);
    expect(!result.ok && result.fault.message).toBe(
      `prices.json: ${problem}. The prices that come with Prewarm hold until this is mended.`,
    );
    expect(new Ajv({ strict: false }).compile(schema)(json)).toBe(false);
  });

  it('a slip of the pen is named with its line', () => {
    const result = readPriceTable('{\n  "version": 1,\n  "currency" "EUR"\n}', 'prices.json');
    expect(!result.ok && result.fault.message).toContain('prices.json: line 3 is not valid JSON (ColonExpected)');
  });

  it('a key that is not known is named with those that are', () => {
    const result = read(table({ per_kwhs: 0.3 }));
    expect(!result.ok && result.fault.message).toContain('it has “per_kwhs”, which is none of per_kwh, own_memory_gb_hour, own_core_hour');
  });

  it('takes nothing that the schema refuses, whatever it is given, and never throws', () => {
    const valid = new Ajv({ strict: false }).compile(schema);
    const amount = fc.oneof(fc.double({ min: -1, max: 10, noNaN: true }), fc.constantFrom('1', null, true));
    const some = (keys: readonly string[]) => fc.dictionary(fc.constantFrom(...keys), amount, { maxKeys: 3 });
    const size = fc.record({ cpu_cores: amount, memory_gb: amount }, { requiredKeys: [] });
    const provider = fc
      .tuple(
        fc.record({ sizes: fc.array(size, { maxLength: 2 }), elsewhere: fc.boolean() }, { requiredKeys: [] }),
        some(['per_core_hour', 'start_ms', 'x']),
      )
      .map(([own, prices]) => ({ ...PROVIDER, ...prices, ...own }));
    const document = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .tuple(fc.array(provider, { maxLength: 2 }), some(['per_kwh', 'y']))
        .map(([providers, more]) => JSON.stringify(table({ providers, ...more }))),
    );
    fc.assert(
      fc.property(document, (text) => {
        const result = readPriceTable(text, 'prices.json');
        if (result.ok) expect(valid(result.value)).toBe(true);
        else expect(result.fault.message).toMatch(/^prices\.json: .+\. The prices that come with Prewarm hold until this is mended\.$/);
      }),
    );
  });
});
