import { type Entry, type Importer, misfit, type Row } from './importer.ts';
import { ofJson } from './json.ts';
import { type LineFormat, ofLines } from './lines.ts';
import { requestEntry } from './requests.ts';

/** Apache's and nginx's access logs: Common and Combined Log Format, or columns with tabs between them and a header. */
export const accessLog: Importer = ofLines(accessLines, { summary: 'Access logs: Common and Combined Log Format, or TSV with a header' });

/** nginx's access log as JSON Lines; the names of fields are the administrator's, so the usual ones are tried in turn. */
export const nginxJson: Importer = ofJson({ summary: 'Access logs as JSON Lines', paths: [], entryOf: fieldsEntry });

/**
 * `client identity user [time] "request" status bytes`, then what the combined format and others add; before it there may be the
 * virtual host (Apache's vhost_combined). Quotes inside quotes are written `\"`. Every repetition is bounded by what it may not hold.
 */
const COMMON =
  /^(?:\S{1,255}:\d{1,5} )?(\S{1,255}) \S{1,255} .{1,255}? \[([^\]\n]{1,40})\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d{1,16}|-)(?: |$)/;

function accessLines(): LineFormat {
  let columns: readonly string[] | undefined;
  return {
    push(text, line) {
      if (text.trim() === '') return [];
      if (line === 1 && isHeader(text)) {
        columns = text.split('\t');
        return [];
      }
      return [columns ? columnsEntry(columns, text, line) : commonEntry(text, line)];
    },
    end: () => [],
  };
}

const isHeader = (text: string): boolean => text.split('\t').some((name) => TIMES.includes(name.toLowerCase()));

function commonEntry(text: string, line: number): Entry {
  const [, client, time, request, status, bytes] = text.match(COMMON) ?? [];
  if (time === undefined) return misfit(line, 'not a line of the Common or Combined Log Format');
  return requestEntry({ time, client, request, status, bytes }, line);
}

function columnsEntry(columns: readonly string[], text: string, line: number): Entry {
  const cells = text.split('\t');
  if (cells.length > columns.length) return misfit(line, `${cells.length} columns where the header has ${columns.length}`);
  return fieldsEntry(Object.fromEntries(cells.map((cell, i) => [(columns[i] as string).toLowerCase(), cell])), line);
}

const TIMES = ['msec', 'time_iso8601', 'time_local', 'time', '@timestamp', 'timestamp', 'ts', 'date'];
const CLIENTS = ['remote_addr', 'remote_ip', 'client_ip', 'client', 'clientip', 'ip', 'host'];
const TARGETS = ['request_uri', 'uri', 'url', 'path', 'target'];

function fieldsEntry(fields: Row, line: number): Entry {
  const first = (names: readonly string[]): unknown =>
    names.map((name) => fields[name]).find((value) => value !== undefined && value !== '');
  return requestEntry(
    {
      time: first(TIMES),
      client: first(CLIENTS),
      request: fields.request,
      method: first(['request_method', 'method', 'verb']),
      target: first(TARGETS),
      status: first(['status', 'response', 'status_code', 'code']),
      bytes: first(['body_bytes_sent', 'bytes_sent', 'bytes', 'size']),
      seconds: first(['request_time', 'duration']),
    },
    line,
  );
}
