/** One simple command of a shell line: its words without their quotes. */
export interface Segment {
  readonly words: readonly string[];
  /** What was left aside already: targets of redirections, here-documents. */
  readonly aside: number;
}

/**
 * Token recognition after POSIX.1-2017 XCU §2.3, tolerant of the unfinished. Every character falls into one group, so any
 * text is read to its end, in linear time. Parentheses and backquotes part commands like `;` does, so that what a subshell or
 * a substitution runs is seen too. `\` escapes only what a shell would treat specially: `api\report.js` is a path on Windows.
 */
const TOKEN =
  /(?<blank>[^\S\n]+|\\\r?\n|#[^\n]*)|<<-?[^\S\n]*(?<quote>['"\\]?)(?<mark>[A-Za-z_]\w*)\k<quote>|(?<redirect>\d*(?:<<<|&>>?|[<>]+[&|]?))|(?<newline>\n)|(?<end>[;|&()`]+)|(?<word>(?:'[^']*(?:'|$)|"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)|\\[\s\S]?|[^\s;|&()<>`'"\\])+)/y;
const SPECIAL = /[\s"'$`\\;&|<>()*?#~!{}[\]]/;

/** Splits at `|`, `||`, `&&`, `;`, `&`, parentheses and new lines outside quotes. Total on any string. */
export function shellSegments(line: string): readonly Segment[] {
  const token = new RegExp(TOKEN);
  const segments: { words: string[]; aside: number }[] = [{ words: [], aside: 0 }];
  const bodies: string[] = [];
  let toTarget = false;
  for (let match = token.exec(line); match; match = token.exec(line)) {
    const { mark, redirect, newline, end, word } = match.groups as Readonly<Record<string, string | undefined>>;
    const current = segments.at(-1) as { words: string[]; aside: number };
    if (mark !== undefined) {
      bodies.push(mark);
      current.aside++;
    } else if (newline !== undefined || end !== undefined) {
      segments.push({ words: [], aside: 0 });
      toTarget = false;
    } else if (redirect !== undefined) toTarget = true;
    else if (word !== undefined && toTarget) {
      current.aside++;
      toTarget = false;
    } else if (word !== undefined) current.words.push(unquoted(word));
    if (newline !== undefined) token.lastIndex = afterBodies(line, token.lastIndex, bodies.splice(0));
  }
  return segments.filter(({ words }) => words.length > 0);
}

/** The here-document that a line opens and does not close, if any: histories keep its lines one by one. */
export function openHereDocument(line: string): string | undefined {
  const token = new RegExp(TOKEN);
  let open: string | undefined;
  for (let match = token.exec(line); match; match = token.exec(line)) {
    open = match.groups?.mark ?? open;
    if (match.groups?.newline !== undefined) open = undefined;
  }
  return open;
}

/** Whether this line ends the here-document that `mark` opened; `<<-` lets tabs stand before. */
export const closesHereDocument = (line: string, mark: string): boolean => line.replace(/^\t+/, '').trimEnd() === mark;

/** Past the here-documents that begin here. One without an end reaches to the end of the text, as in a shell. */
function afterBodies(text: string, from: number, marks: readonly string[]): number {
  let at = from;
  for (const mark of marks) {
    while (at < text.length) {
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end < 0 ? undefined : end);
      at = end < 0 ? text.length : end + 1;
      if (closesHereDocument(line, mark)) break;
    }
  }
  return at;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)(?:"|\\?$)|\\([\s\S]?)/g,
    (_, single: string | undefined, double: string | undefined, escaped: string | undefined) =>
      single ?? double?.replace(/\\\n/g, '').replace(/\\(["$`\\])/g, '$1') ?? literal(escaped ?? ''),
  );
}

function literal(escaped: string): string {
  if (escaped === '\n') return '';
  return SPECIAL.test(escaped) ? escaped : `\\${escaped}`;
}
