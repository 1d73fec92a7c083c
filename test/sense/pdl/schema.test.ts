import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../../resources/schemas/persona.schema.json' with { type: 'json' };
import { INTERACTION_TYPES, KINDS } from '../../../src/domain/index.ts';
import { conforms } from '../../../src/sense/pdl/conforms.ts';
import { createFindings } from '../../../src/sense/pdl/finding.ts';
import { PERSONA_DOCUMENT, type Shape } from '../../../src/sense/pdl/shape.ts';
import { wellFormed } from '../../../src/sense/pdl/tree.ts';
import { damagedStructure, plain, randomOf } from './damage.ts';
import { SAMPLE } from './sample.ts';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

const LOOSE = { strict: false, validateFormats: false } as const;
const validate = new Ajv(LOOSE).compile(schema);
const root = schema as unknown as Schema & { readonly definitions: Readonly<Record<string, Schema>> };

const resolved = (one: Schema): Schema => {
  const next = one.$ref ? root.definitions[one.$ref.replace('#/definitions/', '')] : one.allOf?.[0];
  return next ? { ...resolved(next), ...one } : one;
};

/** Whether the document is of the right types, by the schema and by the code. */
function verdicts(value: unknown): { readonly schema: boolean; readonly code: boolean; readonly said: string } {
  const text = JSON.stringify(value);
  const node = wellFormed(text);
  if (!node) throw new Error(text);
  const findings = createFindings(text);
  conforms(text, node, PERSONA_DOCUMENT, [], findings);
  const errors = findings.list.filter((f) => f.severity === 'error').map((f) => `${f.path}: ${f.message}`);
  return { schema: validate(JSON.parse(text)), code: errors.length === 0, said: `${JSON.stringify(validate.errors?.[0])} / ${errors[0]}` };
}

describe('the schema of the editor and the check in code', () => {
  it('know the same fields, and need the same', () => {
    const together = (shape: Shape, given: Schema, path: string): void => {
      const one = resolved(given);
      if (shape.is === 'object') {
        expect(Object.keys(one.properties ?? {}).sort(), path).toEqual(Object.keys(shape.fields).sort());
        expect([...(one.required ?? [])].sort(), path).toEqual([...shape.needs].sort());
        for (const [key, field] of Object.entries(shape.fields)) together(field, one.properties?.[key] as Schema, `${path}.${key}`);
      } else if (shape.is === 'list') together(shape.of, one.items as Schema, `${path}[]`);
      else if (shape.is === 'text' && shape.oneOf) expect(one.enum, path).toEqual(shape.oneOf);
    };
    together(PERSONA_DOCUMENT, root, '');
  });

  it('offer the words that the code knows', () => {
    const persona = root.properties?.personas?.items?.properties ?? {};
    expect(persona.resources?.items?.properties?.kind?.examples).toEqual(KINDS);
    expect(persona.engagement_patterns?.items?.properties?.interaction_type?.examples).toEqual(INTERACTION_TYPES);
  });

  it('agree on a document with every field', () => {
    expect(verdicts(plain(SAMPLE))).toMatchObject({ schema: true, code: true });
  });

  it('agree on 3,000 documents that are damaged in one place', () => {
    const random = randomOf(42);
    const whole = plain(SAMPLE);
    const counts = { right: 0, wrong: 0 };
    for (let i = 0; i < 3000; i++) {
      const value = damagedStructure(whole, random);
      const { schema: bySchema, code, said } = verdicts(value);
      if (bySchema !== code) expect.fail(`${said} in ${JSON.stringify(value)}`);
      counts[code ? 'right' : 'wrong']++;
    }
    expect(counts.right).toBeGreaterThan(150);
    expect(counts.wrong).toBeGreaterThan(1000);
  }, 120_000);

  it('has words for every field that a person may write, and examples that are right', () => {
    const bare: string[] = [];
    const walk = (given: Schema, path: string): void => {
      const one = resolved(given);
      if (one.description === undefined && !/evidence\./.test(path)) bare.push(path);
      const examples = one.examples ?? [];
      const check = examples.length > 0 ? new Ajv(LOOSE).compile({ ...given, definitions: root.definitions }) : undefined;
      for (const example of examples) expect(check?.(example), `${path}: ${JSON.stringify(example)}`).toBe(true);
      for (const [key, field] of Object.entries(one.properties ?? {})) walk(field, `${path}.${key}`);
      if (one.items) walk(one.items, `${path}[]`);
    };
    walk(root, '');
    expect(bare).toEqual([]);
  });
});
