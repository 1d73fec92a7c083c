import { type Entry, type Importer, misfit, type Opened } from './importer.ts';

/** A state machine over the lines of one format, since some entries are more than one line. */
export interface LineFormat {
  /** The entries that are complete with this line, misfits among them. */
  readonly push: (text: string, line: number) => readonly Entry[];
  readonly end: () => readonly Entry[];
}

type Bytes = AsyncIterable<Uint8Array>;

/** An importer of a format that is made of lines. `decoded` undoes what the format does to its bytes. */
export function ofLines(
  create: () => LineFormat,
  {
    summary,
    times = 'kept',
    decoded = (bytes) => bytes,
  }: Pick<Importer, 'summary'> & Partial<Importer> & { decoded?: (bytes: Bytes) => Bytes },
): Importer {
  return { summary, times, read: (opened: Opened) => entriesOf(textsOf(decoded(opened.bytes())), create()) };
}

/** Longer than any line of these formats should be; a line is the most that is held of a file. */
const LONGEST_LINE = 4 * 2 ** 20;

export async function* entriesOf(texts: AsyncIterable<string>, format: LineFormat): AsyncIterable<readonly Entry[]> {
  let line = 0;
  for await (const lines of linesOf(texts)) {
    const entries: Entry[] = [];
    for (const text of lines) {
      line++;
      const complete = text === TOO_LONG ? [misfit(line, `longer than ${LONGEST_LINE} characters`)] : format.push(text, line);
      for (const entry of complete) entries.push(entry);
    }
    yield entries;
  }
  yield format.end();
}

const TOO_LONG: unique symbol = Symbol('too long');

/** The lines of a text that comes in pieces, as many at a time as a piece completes; `\r` before the end of a line is dropped. */
async function* linesOf(texts: AsyncIterable<string>): AsyncIterable<readonly (string | typeof TOO_LONG)[]> {
  let rest = '';
  let tooLong = false;
  for await (const text of texts) {
    const lines: (string | typeof TOO_LONG)[] = (rest + text).split('\n');
    rest = lines.pop() as string;
    if (tooLong && lines.length > 0) {
      lines[0] = TOO_LONG;
      tooLong = false;
    }
    if (tooLong || rest.length > LONGEST_LINE) {
      tooLong = true;
      rest = '';
    }
    yield lines.map((line) => (line !== TOO_LONG && line.endsWith('\r') ? line.slice(0, -1) : line));
  }
  if (tooLong) yield [TOO_LONG];
  else if (rest !== '') yield [rest];
}

/** UTF-8, or UTF-16 where the file begins with its mark, as files that PowerShell redirected to do. */
export async function* textsOf(bytes: Bytes): AsyncIterable<string> {
  let decoder: TextDecoder | undefined;
  let first = new Uint8Array();
  for await (const chunk of bytes) {
    if (!decoder) {
      first = joined(first, chunk);
      if (first.length < 2) continue;
      decoder = new TextDecoder(first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : 'utf-8');
      yield decoder.decode(first, { stream: true });
    } else yield decoder.decode(chunk, { stream: true });
  }
  yield decoder ? decoder.decode() : new TextDecoder().decode(first);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
