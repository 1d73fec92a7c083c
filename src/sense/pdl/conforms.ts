import type { Node } from 'jsonc-parser';
import type { Findings, Fix, Path } from './finding.ts';
import { added, removal } from './layout.ts';
import { nearest } from './nearest.ts';
import { DISTRIBUTION, type Shape } from './shape.ts';
import { itemsOf, membersOf } from './tree.ts';

/** Whether everything is of the type that it should be, and within its bounds. What is not known may stand there. */
export function conforms(text: string, node: Node, shape: Shape, path: Path, findings: Findings): void {
  if (findings.full()) return;
  switch (shape.is) {
    case 'object':
      objectConforms(text, node, shape, path, findings);
      break;
    case 'list':
      listConforms(text, node, shape, path, findings);
      break;
    case 'number':
      numberConforms(node, shape, path, findings);
      break;
    case 'text':
      textConforms(node, shape, path, findings);
      break;
    case 'amount':
      conforms(text, node, node.type === 'array' ? DISTRIBUTION : { is: 'number', least: 0 }, path, findings);
      break;
    case 'scalar':
      if (node.type !== 'string' && node.type !== 'number') wrongType(node, 'a text or a number', path, findings);
      break;
    case 'version':
      if (node.value !== 1)
        findings.error(node, path, `“version” is ${shown(node)}, and only 1 is known. Write 1.`, [replaced(node, 'Write version 1', 1)]);
      break;
    case 'anything':
      break;
  }
}

function objectConforms(text: string, node: Node, shape: Shape & { is: 'object' }, path: Path, findings: Findings): void {
  if (node.type !== 'object') {
    wrongType(node, 'an object in braces', path, findings);
    return;
  }
  const members = membersOf(node);
  const present = new Set(members.map((m) => m.key));
  const absent = Object.keys(shape.fields).filter((field) => !present.has(field));
  const seen = new Map<string, Node>();
  for (const { key, keyNode, value, whole } of members) {
    if (seen.has(key))
      findings.error(keyNode, [...path, key], `“${key}” stands here twice. Remove one of them.`, [
        { title: `Remove the second “${key}”`, edits: () => removal(text, node, whole) },
      ]);
    seen.set(key, value);
    const known = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (known) conforms(text, value, known, [...path, key], findings);
    else mistyped(key, keyNode, absent, [...path, key], findings);
  }
  for (const key of shape.needs) {
    if (seen.has(key)) continue;
    const blank = blankOf(shape.fields[key] as Shape);
    const fixes = blank === undefined ? [] : [{ title: `Add “${key}”`, edits: () => added(text, node, key, blank) }];
    const message = path.length === 0 ? `The document has no “${key}”. Add it.` : `“${key}” is missing here. Add it.`;
    findings.error({ offset: node.offset, length: 1 }, path, message, fixes);
  }
}

/** What is not known is kept, and worth a word only where it looks like something that is. */
function mistyped(key: string, keyNode: Node, absent: readonly string[], path: Path, findings: Findings): void {
  const meant = nearest(key, absent);
  if (meant === undefined) return;
  findings.warning(keyNode, path, `“${key}” is not known and is left alone. If “${meant}” is meant, write that.`, [
    replaced(keyNode, `Change to “${meant}”`, meant),
  ]);
}

function listConforms(text: string, node: Node, shape: Shape & { is: 'list' }, path: Path, findings: Findings): void {
  if (node.type !== 'array') {
    wrongType(node, 'a list in brackets', path, findings);
    return;
  }
  const items = itemsOf(node);
  if (shape.length !== undefined && items.length !== shape.length)
    findings.error(
      node,
      path,
      `This list has ${items.length} entries, and needs ${shape.length}, one for each hour of the week. Complete it.`,
    );
  for (const [i, item] of items.entries()) conforms(text, item, shape.of, [...path, i], findings);
}

function numberConforms(node: Node, { least, most, whole }: Shape & { is: 'number' }, path: Path, findings: Findings): void {
  if (node.type !== 'number') {
    wrongType(node, whole ? 'a whole number' : 'a number', path, findings);
    return;
  }
  const value = node.value as number;
  const what = lastName(path);
  if (!Number.isFinite(value)) findings.error(node, path, `${what} is larger than any number that can be kept. Write a smaller one.`);
  else if (least !== undefined && value < least) {
    const bounds = most === undefined ? `at least ${least}` : `${least} to ${most}`;
    findings.error(node, path, `${what} is ${value}, and must be ${bounds}.`, [replaced(node, `Change to ${least}`, least)]);
  } else if (most !== undefined && value > most)
    findings.error(node, path, `${what} is ${value}, and must be ${least} to ${most}.`, [
      // Who writes 80 means 80 %.
      ...(value > 1.5 && value <= 100 ? [replaced(node, `Change to ${value / 100}`, value / 100)] : []),
      replaced(node, `Change to ${most}`, most),
    ]);
  else if (whole && !Number.isInteger(value))
    findings.error(node, path, `${what} is ${value}, and must be a whole number.`, [
      replaced(node, `Round to ${Math.round(value)}`, Math.round(value)),
    ]);
}

function textConforms(node: Node, { oneOf, filled, like }: Shape & { is: 'text' }, path: Path, findings: Findings): void {
  if (node.type !== 'string') {
    wrongType(node, 'a text in double quotes', path, findings);
    return;
  }
  const value = node.value as string;
  const what = lastName(path);
  if (oneOf && !oneOf.includes(value)) {
    const meant = nearest(value, oneOf);
    const words = meant !== undefined ? [meant] : oneOf.length < 5 ? oneOf : [];
    const fixes = words.map((word) => replaced(node, `Change to “${word}”`, word));
    findings.error(node, path, `${what} is ${shown(node)}, and must be ${orOf(oneOf)}.`, fixes);
  } else if (filled && value === '') findings.error(node, path, `${what} is empty. Write a text.`);
  else if (like && !(value.length < 200 && new RegExp(like.pattern).test(value)))
    findings.error(node, path, `${what} is ${shown(node)}, and must be ${like.said}.`);
}

function wrongType(node: Node, expected: string, path: Path, findings: Findings): void {
  const meant = node.type === 'string' && expected.endsWith('number') ? Number(node.value as string) : Number.NaN;
  const quoted = (node.value as string | undefined) !== '' && Number.isFinite(meant);
  const fixes = quoted ? [replaced(node, `Change to the number ${meant}`, meant)] : [];
  findings.error(node, path, `${lastName(path)} must be ${expected}, not ${shown(node)}.`, fixes);
}

const replaced = (node: Node, title: string, value: unknown): Fix => ({
  title,
  edits: () => [{ offset: node.offset, length: node.length, content: JSON.stringify(value) }],
});

const lastName = (path: Path): string => {
  const last = path.at(-1);
  return last === undefined ? 'The document' : typeof last === 'number' ? 'This entry' : `“${last}”`;
};

/** In a message: short, whatever stands there. */
function shown(node: Node): string {
  if (node.type === 'array') return 'a list';
  if (node.type === 'object') return 'an object';
  const text = JSON.stringify(node.value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const orOf = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** What can be put in place of what is missing without claiming anything. */
const blankOf = (shape: Shape): unknown => (shape.is === 'list' ? [] : shape.is === 'version' ? 1 : undefined);
