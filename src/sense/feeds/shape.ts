/** What a foreign value must be: gives it back, typed, or throws a `Misshapen` that says where it is something else. */
export type Shape<T> = (value: unknown, path: string) => T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** The value as its shape says, or one sentence that says where it is something else. Never quotes the value. */
export function shaped<T>(shape: Shape<T>, value: unknown): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: shape(value, '') };
  } catch (error) {
    if (error instanceof Misshapen) return { problem: error.message };
    throw error;
  }
}

class Misshapen extends Error {}

function wrong(path: string, wanted: string): never {
  throw new Misshapen(`${path === '' ? 'it' : `“${path}”`} should be ${wanted}`);
}

export const text: Shape<string> = (value, path) => (typeof value === 'string' ? value : wrong(path, 'a text'));

export const number: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(path, 'a number');

export const truth: Shape<boolean> = (value, path) => (typeof value === 'boolean' ? value : wrong(path, 'true or false'));

export const numberWithin =
  (least: number, most: number): Shape<number> =>
  (value, path) =>
    typeof value === 'number' && value >= least && value <= most ? value : wrong(path, `a number from ${least} to ${most}`);

export const textLike =
  (pattern: RegExp, wanted: string): Shape<string> =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : wrong(path, wanted);

export const oneOf =
  <const T extends string>(...choices: readonly T[]): Shape<T> =>
  (value, path) =>
    choices.includes(value as T) ? (value as T) : wrong(path, choices.length === 1 ? `“${choices[0]}”` : `one of ${choices.join(', ')}`);

export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value, path) =>
    value === undefined || value === null ? undefined : shape(value, path);

export const listOf =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value, path) =>
    Array.isArray(value) ? value.map((one, i) => shape(one, `${path}[${i}]`)) : wrong(path, 'a list');

export const pairOf =
  <A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> =>
  (value, path) =>
    Array.isArray(value) && value.length === 2 ? [first(value[0], `${path}[0]`), second(value[1], `${path}[1]`)] : wrong(path, 'a pair');

/** Values under names of any kind. */
export const mapOf =
  <T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  (value, path) =>
    Object.fromEntries(Object.entries(object(value, path)).map(([key, one]) => [key, shape(one, within(path, key))]));

/** These fields; others are ignored, since foreign programs may add some at any time. */
export const objectWith =
  <S extends Readonly<Record<string, Shape<unknown>>>>(fields: S): Shape<{ readonly [K in keyof S]: Shaped<S[K]> }> =>
  (value, path) => {
    const given = object(value, path);
    return Object.fromEntries(
      Object.entries(fields).map(([key, shape]) => [key, shape(Object.hasOwn(given, key) ? given[key] : undefined, within(path, key))]),
    ) as { readonly [K in keyof S]: Shaped<S[K]> };
  };

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : wrong(path, 'an object');
}

const within = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
