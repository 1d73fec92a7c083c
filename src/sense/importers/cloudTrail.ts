import { parse as parseCsv } from 'csv-parse/sync';
import { type Entry, type Importer, misfit, type Row } from './importer.ts';
import { type JsonFormat, jsonEntries, objectIn, objectOf, textIn } from './json.ts';
import { entriesOf, type LineFormat, textsOf } from './lines.ts';
import { peeked } from './peeked.ts';
import { numberOf, quantity, timeOf } from './times.ts';

/** AWS CloudTrail: log files (`{"Records": […]}`), events as JSON Lines, and CSV with a header, as the console and Athena give it. */
export const cloudTrail: Importer = {
  summary: 'AWS CloudTrail: log files, JSON Lines or CSV',
  times: 'kept',
  read: async function* ({ bytes }) {
    const { head, all } = await peeked(textsOf(bytes()), (text) => text.trim() !== '');
    if (/^\s*[[{]/.test(head)) yield* jsonEntries(all, JSON_FORMAT);
    else yield* entriesOf(all, csvLines());
  },
};

const JSON_FORMAT: JsonFormat = {
  summary: '',
  paths: ['$.Records.*'],
  entryOf: (event, line) => {
    const { bytesTransferredIn, bytesTransferredOut } = objectIn(event.additionalEventData);
    const bytes = (numberOf(bytesTransferredIn) || 0) + (numberOf(bytesTransferredOut) || 0);
    return eventEntry({ ...event, identity: identityIn(objectIn(event.userIdentity)), ...(bytes > 0 ? { bytes } : {}) }, line);
  },
};

/** Who called: a user's name, or the ARN, in which a role's session is named. */
const identityIn = ({ userName, arn, principalId, invokedBy, type }: Row): string | undefined =>
  [userName, arn, principalId, invokedBy, type].map(textIn).find((name) => name !== undefined);

interface Event {
  readonly eventTime?: unknown;
  readonly eventSource?: unknown;
  readonly eventName?: unknown;
  readonly errorCode?: unknown;
  readonly identity?: string | undefined;
  readonly bytes?: number;
}

function eventEntry({ eventTime, eventSource, eventName, errorCode, identity, bytes }: Event, line: number): Entry {
  const at = timeOf(eventTime);
  if (at === undefined) return misfit(line, 'no eventTime in it');
  if (!isWord(eventSource) || !isWord(eventName)) return misfit(line, 'no eventSource and eventName in it');
  return {
    is: 'deed',
    line,
    at,
    source: 'api',
    kind: 'api.called',
    prefix: 'api:',
    as: 'name',
    name: `${eventSource}/${eventName}`,
    ...(identity === undefined ? {} : { client: identity }),
    ...quantity('bytes', bytes ?? Number.NaN),
    ok: errorCode === undefined || errorCode === null || errorCode === '',
  };
}

const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value);

/** A quoted value may go on for so many lines. */
const MOST_LINES = 100;

function csvLines(): LineFormat {
  let names: readonly string[] | undefined;
  let open: { text: string; readonly line: number; lines: number } | undefined;
  const record = (text: string, line: number): readonly Entry[] => {
    const cells = cellsOf(text);
    if (!cells) return [misfit(line, 'quotes that do not fit')];
    if (!names) {
      names = cells.map(columnOf);
      return names.includes('eventtime') ? [] : [misfit(line, 'no column eventTime in the header')];
    }
    if (cells.length > names.length) return [misfit(line, `${cells.length} fields where the header has ${names.length}`)];
    return [csvEntry(new Map(names.map((name, i) => [name, cells[i] ?? ''])), line)];
  };
  const close = (): readonly Entry[] => {
    if (!open) return [];
    const { text, line } = open;
    open = undefined;
    return record(text, line);
  };
  return {
    push(text, line) {
      if (!open && text.trim() === '') return [];
      open = open ? { ...open, text: `${open.text}\n${text}`, lines: open.lines + 1 } : { text, line, lines: 1 };
      return isClosed(open.text) || open.lines >= MOST_LINES ? close() : [];
    },
    end: close,
  };
}

const isClosed = (text: string): boolean => !text.includes('"') || text.split('"').length % 2 === 1;

/** Plain lines are split by hand, which is several times faster; a line with a quote goes through the CSV library (RFC 4180). */
function cellsOf(text: string): readonly string[] | undefined {
  if (!text.includes('"')) return text.split(',');
  try {
    return (parseCsv(text, { relax_column_count: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}

/** `Event time`, `eventTime` and `event_time` are one column. */
const columnOf = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

function csvEntry(cells: ReadonlyMap<string, string>, line: number): Entry {
  const cell = (...names: readonly string[]): string | undefined => names.map((name) => cells.get(name)).find((value) => value);
  return eventEntry(
    {
      eventTime: cell('eventtime'),
      eventSource: cell('eventsource'),
      eventName: cell('eventname'),
      errorCode: cell('errorcode'),
      identity:
        identityIn(objectOf(cell('useridentity') ?? '') ?? {}) ??
        cell('identity', 'useridentityusername', 'username', 'useridentityarn', 'useridentityprincipalid', 'useridentity'),
    },
    line,
  );
}
