import type { Node } from 'jsonc-parser';
import type { TextEdit } from './finding.ts';
import { member } from './tree.ts';

/**
 * Edits that add to a list or an object, and take out of it, in the manner in which it is written: on one line or on many, with the
 * indentation that is there, and comments stay with what they stand beside. `modify` of jsonc-parser is not used for this: of a list on
 * one line it takes out the last entry and leaves what is no JSON, and it parses anew for each edit.
 */
export function containerEdits(text: string, node: Node, gone: ReadonlySet<Node>, come: readonly Addition[]): readonly TextEdit[] {
  const children = node.children ?? [];
  const style = styleOf(text, node);
  if (children.every((child) => gone.has(child))) return [interior(text, node, style, come)];
  const units = unitsOf(text, node);
  const last = units.findLastIndex((unit) => !gone.has(unit.child));
  const edits: TextEdit[] = [];
  for (let i = 0; i < units.length; i++) {
    if (!gone.has(units[i]?.child as Node)) continue;
    let end = i;
    while (end + 1 < units.length && gone.has(units[end + 1]?.child as Node)) end++;
    const [from, to] = [(units[i] as Unit).from, (units[end] as Unit).to];
    // What stood behind a line comment would become a part of it.
    const content = behindLineComment(text, from) && !/[\r\n]/.test(text[to] ?? '') ? style.eol + style.indent : '';
    edits.push({ offset: from, length: to - from, content });
    i = end;
  }
  const { child, comma, to } = units[last] as Unit;
  const trailing = units.at(-1)?.comma !== undefined;
  if (come.length > 0) {
    if (comma === undefined) edits.push({ offset: endOf(child), length: 0, content: ',' });
    const before = style.lines || behindLineComment(text, to) ? style.eol + style.indent : ' ';
    edits.push({ offset: to, length: 0, content: come.map((one) => before + one(style)).join(',') });
  } else if (comma !== undefined && last < units.length - 1 && !trailing) edits.push({ offset: comma, length: 1, content: '' });
  return joined(edits);
}

/** How it is written, for something that is to stand in there. */
export interface Style {
  readonly eol: string;
  readonly unit: string;
  /** Of what stands in the container. */
  readonly indent: string;
  /** Each child has a line of its own. */
  readonly lines: boolean;
}

export type Addition = (style: Style) => string;

/** Without this child. */
export const removal = (text: string, node: Node, child: Node): readonly TextEdit[] => containerEdits(text, node, new Set([child]), []);

/** An object with one more member. */
export const added = (text: string, node: Node, key: string, value: unknown): readonly TextEdit[] =>
  containerEdits(text, node, new Set(), [memberText(key, value)]);

/** The list under this name with one more entry; where there is none, or something else, there is one then. */
export function listed(text: string, node: Node, key: string, value: unknown): readonly TextEdit[] {
  const list = member(node, key);
  if (!list) return added(text, node, key, [value]);
  return list.type === 'array' ? containerEdits(text, list, new Set(), [entryText(value)]) : [replacement(text, list, [value])];
}

export const memberText =
  (key: string, value: unknown): Addition =>
  (style) =>
    `${JSON.stringify(key)}: ${valueText(value, style)}`;

export const entryText =
  (value: unknown): Addition =>
  (style) =>
    valueText(value, style);

/** In place of a value that is there. */
export function replacement(text: string, node: Node, value: unknown): TextEdit {
  const lines = text.slice(node.offset, endOf(node)).includes('\n') || node.children === undefined;
  const style = { eol: eolOf(text), unit: unitOf(text), indent: lineIndent(text, node.offset), lines };
  return { offset: node.offset, length: node.length, content: valueText(value, style) };
}

function valueText(value: unknown, { eol, unit, indent, lines }: Style): string {
  if (!lines) return JSON.stringify(value);
  return JSON.stringify(value, null, unit).replaceAll('\n', eol + indent);
}

interface Unit {
  readonly child: Node;
  /** With the comments before it, and those behind it on its line. */
  readonly from: number;
  readonly to: number;
  readonly comma: number | undefined;
}

/** A long list of which many entries have a fix is read once. */
const read = new WeakMap<Node, readonly Unit[]>();

function unitsOf(text: string, node: Node): readonly Unit[] {
  const before = read.get(node);
  if (before) return before;
  const children = node.children ?? [];
  let from = restOfLine(text, node.offset + 1);
  const units = children.map((child, i) => {
    const next = children[i + 1]?.offset ?? endOf(node) - 1;
    const comma = commaIn(text, endOf(child), next);
    const to = Math.min(next, restOfLine(text, comma === undefined ? endOf(child) : comma + 1));
    const unit = { child, from, to, comma };
    from = to;
    return unit;
  });
  read.set(node, units);
  return units;
}

/** The offset behind the comments that stand on the rest of the line; the same offset where something else stands there. */
function restOfLine(text: string, from: number): number {
  const comments = /(?:[ \t]*\/\*(?:[^*\r\n]|\*(?!\/))*\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/y;
  comments.lastIndex = from;
  const end = from + (comments.exec(text)?.[0].length ?? 0);
  const gap = /[ \t]*(?:[\r\n]|$)/y;
  gap.lastIndex = end;
  return gap.test(text) ? end : from;
}

function commaIn(text: string, from: number, to: number): number | undefined {
  for (const found of text.slice(from, to).matchAll(/\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|,/g)) if (found[0] === ',') return from + found.index;
  return undefined;
}

/** Whether a comment until the end of the line ends here. */
function behindLineComment(text: string, offset: number): boolean {
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1, offset);
  return [...line.matchAll(/"(?:[^"\\]|\\.)*"|\/\*.*?\*\/|\/\/.*/g)].some(([found]) => found.startsWith('//'));
}

function interior(text: string, node: Node, style: Style, come: readonly Addition[]): TextEdit {
  const at = { offset: node.offset + 1, length: node.length - 2 };
  if (come.length === 0) return { ...at, content: '' };
  const outer = lineIndent(text, node.offset);
  const inner = { ...style, indent: outer + style.unit, lines: true };
  return { ...at, content: `${come.map((one) => inner.eol + inner.indent + one(inner)).join(',')}${inner.eol}${outer}` };
}

function styleOf(text: string, node: Node): Style {
  const first = node.children?.[0];
  const [eol, unit] = [eolOf(text), unitOf(text)];
  const lines = first !== undefined && /[\r\n]/.test(text.slice(node.offset, first.offset));
  return { eol, unit, lines, indent: lines ? lineIndent(text, first.offset) : lineIndent(text, node.offset) + unit };
}

const eolOf = (text: string): string => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';

/** The first indentation that there is. */
const unitOf = (text: string): string => /[\r\n]([ \t]{1,8})["[{/\d]/.exec(text)?.[1] ?? '  ';

function lineIndent(text: string, offset: number): string {
  const begin = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(begin, offset))?.[0] ?? '';
}

const endOf = ({ offset, length }: Node): number => offset + length;

/** Edits that touch become one, so that nobody has to know in which order they come. */
function joined(edits: readonly TextEdit[]): readonly TextEdit[] {
  const all: TextEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.offset - b.offset || a.length - b.length)) {
    const before = all.at(-1);
    if (before && before.offset + before.length >= edit.offset)
      all[all.length - 1] = { offset: before.offset, length: before.length + edit.length, content: before.content + edit.content };
    else all.push(edit);
  }
  return all;
}
