import { JSONParser } from '@streamparser/json';
import { type Entry, type Importer, misfit, type Row } from './importer.ts';
import { entriesOf, type LineFormat, textsOf } from './lines.ts';
import { peeked } from './peeked.ts';

export interface JsonFormat {
  readonly summary: string;
  /** Where the records stand in a document that is an object, such as `$.Records.*`; in one that is a list they are its items. */
  readonly paths: readonly string[];
  /** What one record tells; it is any object at all. */
  readonly entryOf: (record: Row, line: number) => Entry;
}

/** JSON documents of any size, read record by record, or JSON Lines; which of them is told by how it begins. */
export function ofJson(format: JsonFormat): Importer {
  return { summary: format.summary, times: 'kept', read: ({ bytes }) => jsonEntries(textsOf(bytes()), format) };
}

export async function* jsonEntries(texts: AsyncIterable<string>, format: JsonFormat): AsyncIterable<readonly Entry[]> {
  const { head, all } = await peeked(texts, seenEnough);
  if (areLines(head, format.paths)) yield* entriesOf(all, linesOf(format));
  else yield* documentEntries(all, /^\s*\[/.test(head) ? ['$.*'] : format.paths, format);
}

/** JSON Lines, one record a line; empty lines are nothing. */
export function linesOf({ entryOf }: Pick<JsonFormat, 'entryOf'>): LineFormat {
  return {
    push(text, line) {
      if (text.trim() === '') return [];
      const record = objectOf(text);
      return [record ? entryOf(record, line) : misfit(line, 'not a JSON object')];
    },
    end: () => [],
  };
}

/** Ten lines tell how a file is made. One longer than this is taken for a document without line ends. */
const LONGEST_HEAD = 2 ** 20;
const seenEnough = (head: string): boolean => head.length > LONGEST_HEAD || head.split('\n', 11).length > 10;

/** Lines, if the first is an object that is no container of records, or if it is broken and another is one. */
function areLines(head: string, paths: readonly string[]): boolean {
  const [first = '', ...more] = head.split('\n', 11).filter((line) => line.trim() !== '');
  if (/[[{,]\s*$/.test(first)) return false;
  const record = objectOf(first);
  if (record) return !paths.some((path) => Object.hasOwn(record, path.split('.')[1] as string));
  return !/^\s*[[{]/.test(first) || more.some((line) => objectOf(line) !== undefined);
}

/**
 * Feeds the parser line by line, so that an entry can say on which line its record ended. A document that breaks off or is no
 * JSON is read up to there; behind an error nothing can be told apart any more.
 */
async function* documentEntries(
  texts: AsyncIterable<string>,
  paths: readonly string[],
  { entryOf }: JsonFormat,
): AsyncIterable<readonly Entry[]> {
  let entries: Entry[] = [];
  let line = 1;
  let seen = 0;
  let broken = false;
  // An empty separator lets documents follow one another, as in `cat *.json`.
  const parser = new JSONParser({ paths: [...paths], keepStack: false, separator: '' });
  parser.onError = () => {
    if (!broken) entries.push(misfit(line, 'not JSON from here on'));
    broken = true;
  };
  parser.onValue = ({ value }) => {
    seen++;
    entries.push(isObject(value) ? entryOf(value, line) : misfit(line, 'a record that is not a JSON object'));
  };
  for await (const text of texts) {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0 && !broken; end = text.indexOf('\n', from)) {
      parser.write(text.slice(from, end + 1));
      from = end + 1;
      line++;
    }
    if (!broken) parser.write(text.slice(from));
    yield entries;
    entries = [];
    if (broken) return;
  }
  parser.end();
  if (seen === 0 && !broken) entries.push(misfit(line, 'no record in it'));
  yield entries;
}

export function objectOf(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
/** An object to look into, empty where there is none. */
export const objectIn = (value: unknown): Row => (isObject(value) ? value : {});
export const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
