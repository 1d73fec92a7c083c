/** What a YAML or JSON file can hold. Foreign files are read as this and nothing more. */
export type Json = null | string | number | boolean | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

export function record(value: Json | undefined): JsonMap | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonMap) : undefined;
}

/** A single value stands for a list of one; nothing for the empty list. */
export function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  return value === undefined || value === null ? [] : [value];
}

export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
