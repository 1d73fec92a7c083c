/** The words of one simple command, without their quotes. */
export interface ShellWords {
  readonly words: readonly string[];
  /** How many targets of redirections and here-documents were left aside. */
  readonly aside: number;
}

/**
 * Token recognition after POSIX.1-2017 XCU §2.3, tolerant of the unfinished. Every character falls into one group, so any
 * text is read to its end, in linear time. Parentheses and backquotes part commands like `;` does, so that what a subshell or
 * a substitution runs is seen too. `\` escapes only what a shell would treat specially: `api\report.js` is a path on Windows.
 */
const TOKEN =
  /(?<blank>[^\S\n]+|\\\r?\n|#[^\n]*)|<<-?[^\S\n]*(?<quote>['"\\]?)(?<mark>[A-Za-z_]\w*)\k<quote>|(?<redirect>\d*(?:<<<|&>>?|[<>]+[&|]?))|(?<newline>\n)|(?<end>[;|&()`]+)|(?<word>(?:'[^']*(?:'|$)|"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)|\\[\s\S]?|[^\s;|&()<>`'"\\])+)/y;
/** Most commands are words and blanks only, which a split tells apart ten times as fast. */
const PLAIN = /^[\w \t./:=@%+,~^$*?![\]{}-]*$/;
/** Where none of them stands there are no redirections, here-documents, comments or escapes: quotes and separators are all. */
const INTRICATE = /[<>#\\]/;
const SEPARATORS = /'[^']*(?:'|$)|"[^"]*(?:"|$)|[\n;|&()`]+/g;
const WORDS = /(?:'[^']*(?:'|$)|"[^"]*(?:"|$)|[^\s;|&()`'"])+|[\n;|&()`]/g;
const SEPARATOR = /^[\n;|&()`]/;
const SPECIAL = /[\s"'$`\\;&|<>()*?#~!{}[\]]/;

/**
 * The simple commands of a shell line as they were written: split at `|`, `||`, `&&`, `;`, `&`, parentheses and new lines outside
 * quotes, without the text of here-documents. Total on any string.
 */
export function shellCommands(line: string): readonly string[] {
  if (!/[\n;|&()`<]/.test(line)) return line.trim() === '' ? [] : [line];
  if (INTRICATE.test(line)) return commandsByGrammar(line);
  const commands: string[] = [];
  let from = 0;
  const keep = (to?: number): void => {
    const command = line.slice(from, to);
    if (command.trim() !== '') commands.push(command);
  };
  for (const match of line.matchAll(SEPARATORS)) {
    if (isQuote(match[0])) continue;
    keep(match.index);
    from = match.index + match[0].length;
  }
  keep();
  return commands;
}

/** Any line the long way: what the short one is held against. */
export function commandsByGrammar(line: string): readonly string[] {
  const commands: string[] = [];
  const marks: string[] = [];
  let from = 0;
  for (const { groups, at, next, jump } of tokens(line)) {
    if (groups.mark !== undefined) marks.push(groups.mark);
    if (groups.newline === undefined && groups.end === undefined) continue;
    commands.push(line.slice(from, at));
    from = groups.newline === undefined ? next : afterBodies(line, next, marks.splice(0));
    jump(from);
  }
  commands.push(line.slice(from));
  return commands.filter((command) => command.trim() !== '');
}

/** The words of the first simple command in this text. */
export function shellWords(text: string): ShellWords {
  if (PLAIN.test(text)) return { words: text.split(/[ \t]+/).filter((word) => word !== ''), aside: 0 };
  if (INTRICATE.test(text)) return wordsByGrammar(text);
  const words: string[] = [];
  for (const word of text.match(WORDS) ?? []) {
    if (SEPARATOR.test(word)) break;
    words.push(unquoted(word));
  }
  return { words, aside: 0 };
}

/** Any text the long way: what the short ones are held against. */
export function wordsByGrammar(text: string): ShellWords {
  const words: string[] = [];
  let aside = 0;
  let toTarget = false;
  for (const { groups } of tokens(text)) {
    if (groups.newline !== undefined || groups.end !== undefined) break;
    if (groups.mark !== undefined) aside++;
    if (groups.word !== undefined && toTarget) aside++;
    else if (groups.word !== undefined) words.push(unquoted(groups.word));
    if (groups.blank === undefined) toTarget = groups.redirect !== undefined;
  }
  return { words, aside };
}

/** The here-document that a line opens and does not close, if any: histories keep its lines one by one. */
export function openHereDocument(line: string): string | undefined {
  return [...tokens(line)].findLast(({ groups }) => groups.mark !== undefined)?.groups.mark;
}

/** Whether this line ends the here-document that `mark` opened; `<<-` lets tabs stand before. */
export const closesHereDocument = (line: string, mark: string): boolean => line.replace(/^\t+/, '').trimEnd() === mark;

interface Token {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly at: number;
  readonly next: number;
  /** Goes on reading from there. */
  readonly jump: (to: number) => void;
}

function* tokens(text: string): Iterable<Token> {
  const token = new RegExp(TOKEN);
  const jump = (to: number): void => {
    token.lastIndex = to;
  };
  for (let match = token.exec(text); match; match = token.exec(text))
    yield { groups: match.groups ?? {}, at: match.index, next: token.lastIndex, jump };
}

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

const isQuote = (text: string): boolean => text[0] === '"' || text[0] === "'";

function unquoted(word: string): string {
  if (!/['"\\]/.test(word)) return word;
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
