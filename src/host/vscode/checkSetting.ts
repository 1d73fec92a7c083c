/** What a setting's value may be; the same facts stand in package.json's JSON schema. */
export type Rule =
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'number'; readonly minimum: number; readonly maximum: number; readonly default: number }
  | { readonly type: 'string'; readonly pattern: string; readonly default: string }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
  /** Of texts, in the order in which they stand. */
  | { readonly type: 'list'; readonly default: readonly string[] }
  /** Of objects; who reads them says what is wrong with one. */
  | { readonly type: 'objects'; readonly default: readonly object[] };

export type ValueOf<R extends Rule> = R extends { readonly type: 'choice'; readonly choices: readonly (infer C)[] }
  ? C
  : R extends { readonly type: 'boolean' }
    ? boolean
    : R extends { readonly type: 'number' }
      ? number
      : R extends { readonly type: 'list' }
        ? readonly string[]
        : R extends { readonly type: 'objects' }
          ? readonly object[]
          : string;

/** Why a value can't be used; the words for it are the editor's. */
export type Problem =
  | { readonly code: 'wrong-type'; readonly expected: 'boolean' | 'number' | 'string' | 'list' | 'objects' }
  | { readonly code: 'out-of-range'; readonly minimum: number; readonly maximum: number }
  | { readonly code: 'not-a-choice'; readonly choices: readonly string[] }
  | { readonly code: 'wrong-form' };

export interface Checked<R extends Rule> {
  readonly value: ValueOf<R>;
  readonly problem?: Problem;
}

/** The value where the rule allows it, else the default and why. Absent is the default, without a problem. */
export function checkSetting<R extends Rule>(rule: R, raw: unknown): Checked<R> {
  const problem = raw === undefined ? undefined : problemOf(rule, raw);
  if (problem) return { value: rule.default as ValueOf<R>, problem };
  return { value: (raw ?? rule.default) as ValueOf<R> };
}

function problemOf(rule: Rule, raw: unknown): Problem | undefined {
  if (rule.type === 'list') return isList(raw) ? undefined : { code: 'wrong-type', expected: 'list' };
  if (rule.type === 'objects') return areObjects(raw) ? undefined : { code: 'wrong-type', expected: 'objects' };
  const expected = rule.type === 'choice' ? 'string' : rule.type;
  // One of three names of types.
  if (typeof raw !== expected) return { code: 'wrong-type', expected };
  switch (rule.type) {
    case 'boolean':
      return undefined;
    case 'number':
      return isWithin(raw as number, rule) ? undefined : { code: 'out-of-range', minimum: rule.minimum, maximum: rule.maximum };
    case 'choice':
      return rule.choices.includes(raw as string) ? undefined : { code: 'not-a-choice', choices: rule.choices };
    case 'string':
      return new RegExp(rule.pattern).test(raw as string) ? undefined : { code: 'wrong-form' };
  }
}

/** False for NaN, too. */
const isWithin = (value: number, { minimum, maximum }: { readonly minimum: number; readonly maximum: number }): boolean =>
  value >= minimum && value <= maximum;

const isList = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');
const areObjects = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
