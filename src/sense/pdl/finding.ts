import type { Node } from 'jsonc-parser';
import { createLines } from './lines.ts';

/** What is wrong with one place of a persona document, and what to do. Line and column count from 1, offset and length are of the text. */
export interface Finding {
  /** An `error` keeps the document from being used; a `warning` does not. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Where in the document, such as `personas[0].edges[2].to`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly length: number;
  /** Ways to mend it, the likeliest first. */
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly title: string;
  /** Of the text that was checked; they do not overlap. Made when they are asked for: most fixes never are. */
  readonly edits: () => readonly TextEdit[];
}

/** `length` characters from `offset` become `content`. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** More than a person reads. */
const MOST_FINDINGS = 200;

export interface Findings {
  readonly list: readonly Finding[];
  /** No more is taken: who looks may stop. */
  full(): boolean;
  error(at: Place, path: Path, message: string, fixes?: readonly Fix[]): void;
  warning(at: Place, path: Path, message: string, fixes?: readonly Fix[]): void;
}

export type Place = Pick<Node, 'offset' | 'length'>;
export type Path = readonly (string | number)[];

export function createFindings(text: string): Findings {
  const lines = createLines(text);
  const list: Finding[] = [];
  const add =
    (severity: Finding['severity']) =>
    ({ offset, length }: Place, path: Path, message: string, fixes: readonly Fix[] = []): void => {
      if (list.length >= MOST_FINDINGS) return;
      const at = Math.max(0, Math.min(offset, text.length));
      const end = Math.min(text.length, at + Math.max(0, length));
      list.push({ severity, message, path: pathText(path), ...lines.at(at), offset: at, length: end - at, fixes });
    };
  return { list, full: () => list.length >= MOST_FINDINGS, error: add('error'), warning: add('warning') };
}

/** `personas[0].edges[2].to`; the document itself is the empty path. */
export const pathText = (path: Path): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');

/** The text with these edits; they are given in any order and do not overlap. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let [result, from] = ['', 0];
  for (const { offset, length, content } of [...edits].sort((a, b) => a.offset - b.offset)) {
    result += text.slice(from, offset) + content;
    from = offset + length;
  }
  return result + text.slice(from);
}
