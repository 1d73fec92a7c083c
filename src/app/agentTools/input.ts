import { failed, ok, type Result } from '../../domain/index.ts';

/** The part of JSON Schema that the tools' inputs need; editor and MCP clients read it as it stands. */
export interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

export type FieldSchema =
  | { readonly type: 'string'; readonly minLength: number; readonly maxLength: number; readonly description: string }
  | {
      readonly type: 'array';
      readonly items: { readonly type: 'string'; readonly minLength: number; readonly maxLength: number };
      readonly minItems: number;
      readonly maxItems: number;
      readonly description: string;
    };

export type Input = Readonly<Record<string, string | readonly string[]>>;

/** What a model wrote is foreign: it fits the schema, or one sentence says what does not, so that it can be put right. */
export function parseInput(schema: InputSchema, raw: unknown): Result<Input> {
  const from = raw ?? {};
  if (typeof from !== 'object' || Array.isArray(from)) return wrong('The input must be a JSON object.');
  const fields = Object.keys(schema.properties);
  for (const name of schema.required ?? []) if (!Object.hasOwn(from, name)) return wrong(`“${name}” is missing.`);
  for (const [name, value] of Object.entries(from)) {
    const field = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (!field) return wrong(`There is no “${name}” here; it takes ${fields.join(', ') || 'nothing'}.`);
    const problem = problemOf(field, value);
    if (problem) return wrong(`“${name}” ${problem}.`);
  }
  return ok(from as Input);
}

function problemOf(field: FieldSchema, value: unknown): string | undefined {
  if (field.type === 'string')
    return isText(value, field) ? undefined : `must be a string of ${field.minLength} to ${field.maxLength} characters`;
  const { items, minItems, maxItems } = field;
  if (!Array.isArray(value) || value.length < minItems || value.length > maxItems)
    return `must be a list of ${minItems} to ${maxItems} strings`;
  return value.every((item) => isText(item, items))
    ? undefined
    : `must hold strings of ${items.minLength} to ${items.maxLength} characters`;
}

/** In characters, as JSON Schema counts them. */
function isText(value: unknown, { minLength, maxLength }: { readonly minLength: number; readonly maxLength: number }): boolean {
  if (typeof value !== 'string' || value.length > 2 * maxLength) return false;
  const length = [...value].length;
  return length >= minLength && length <= maxLength;
}

const wrong = (message: string): Result<never> => failed('wrong-usage', 'never', message);
