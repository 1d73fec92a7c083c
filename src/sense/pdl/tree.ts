import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { isTooDeep, TOO_DEEP } from '../scan/nesting.ts';
import type { Findings } from './finding.ts';

/** Characters. What people write is shorter by far; measured traffic of a resource is 6,000, and 20 personas of 20 resources may have it. */
const LONGEST = 4_000_000;

const LENIENT = { allowTrailingComma: true, allowEmptyContent: true } as const;

/** JSON with comments and trailing commas as a tree with positions. What can't be read is found fault with, and there is no tree. */
export function treeOf(text: string, findings: Findings): Node | undefined {
  const whole = { offset: 0, length: 0 };
  if (text.length > LONGEST) {
    findings.error(whole, [], `The document is longer than ${LONGEST} characters, so it is not read. Take out what nobody uses.`);
    return undefined;
  }
  if (isTooDeep(text)) {
    findings.error(whole, [], `This document cannot be read: ${TOO_DEEP}`);
    return undefined;
  }
  const errors: ParseError[] = [];
  // A byte order mark is no part of JSON; a space in its place keeps every offset.
  const root = parseTree(text.replace(/^\uFEFF/, ' '), errors, LENIENT);
  for (const { error, offset, length } of errors) {
    const what = SAID[printParseErrorCode(error)] ?? 'This is not JSON. Mend or remove it.';
    findings.error({ offset, length: Math.max(1, length) }, [], what);
  }
  return errors.length > 0 ? undefined : root;
}

/** The tree of a text that is known to be well-formed; undefined where it is not. */
export function wellFormed(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = isTooDeep(text) ? undefined : parseTree(text.replace(/^\uFEFF/, ' '), errors, LENIENT);
  return errors.length > 0 ? undefined : root;
}

const SAID: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This word is not JSON. Put texts in double quotes.',
  InvalidNumberFormat: 'This number cannot be read. Write it like 12 or 0.5.',
  PropertyNameExpected: 'A name in double quotes is expected here. Add one, or remove the comma.',
  ValueExpected: 'A value is expected here: a text, a number, a list or an object. Add it.',
  ColonExpected: 'A colon is expected here, between the name and its value. Add it.',
  CommaExpected: 'A comma is expected here, between two entries. Add it.',
  CloseBraceExpected: 'A closing brace } is missing. Add it.',
  CloseBracketExpected: 'A closing bracket ] is missing. Add it.',
  EndOfFileExpected: 'The document has ended before this. Remove the rest.',
  UnexpectedEndOfComment: 'This comment does not end. Close it with */.',
  UnexpectedEndOfString: 'This text does not end. Close it with a double quote.',
  UnexpectedEndOfNumber: 'This number does not end. Write it like 12 or 0.5.',
  InvalidUnicode: 'This escape is no character. Write \\u and four hexadecimal digits.',
  InvalidEscapeCharacter: 'This escape is not known in JSON. Write \\\\ for a backslash.',
  InvalidCharacter: 'This character may not stand in a text. Write it as an escape, such as \\n.',
};

export interface Member {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node;
  /** From the name to the end of the value. */
  readonly whole: Node;
}

/** The members of an object, in their order; of anything else none. */
export const membersOf = (node: Node | undefined): readonly Member[] =>
  node?.type !== 'object'
    ? []
    : (node.children ?? []).flatMap((whole) => {
        const [keyNode, value] = whole.children ?? [];
        return keyNode && value ? [{ key: keyNode.value as string, keyNode, value, whole }] : [];
      });

export const member = (node: Node | undefined, key: string): Node | undefined => membersOf(node).find((m) => m.key === key)?.value;

/** The entries of a list; of anything else none. */
export const itemsOf = (node: Node | undefined): readonly Node[] => (node?.type === 'array' ? (node.children ?? []) : []);

export const textOf = (node: Node | undefined): string | undefined => (node?.type === 'string' ? (node.value as string) : undefined);
export const numberOf = (node: Node | undefined): number | undefined => (node?.type === 'number' ? (node.value as number) : undefined);

/** What a node holds, as plain JSON; of names that stand twice the last holds. */
export function plainOf(node: Node): unknown {
  if (node.type === 'array') return itemsOf(node).map(plainOf);
  if (node.type === 'object') return Object.fromEntries(membersOf(node).map(({ key, value }) => [key, plainOf(value)]));
  return node.value;
}
