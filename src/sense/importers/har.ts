import { type Entry, type Importer, misfit, type Row } from './importer.ts';
import { objectIn, ofJson, textIn } from './json.ts';
import { numberOf, quantity, timeOf } from './times.ts';

/**
 * HTTP Archive 1.2: what a browser or client sent. Only method, URL, status, time and size are read, never headers, cookies or
 * bodies. A request without an answer has status 0.
 */
export const har: Importer = ofJson({ summary: 'HTTP Archive (HAR) of a browser', paths: ['$.log.entries.*'], entryOf });

function entryOf({ startedDateTime, time, request: asked, response: answered }: Row, line: number): Entry {
  const at = timeOf(startedDateTime);
  const { method, url } = objectIn(asked);
  const { status, bodySize, _transferSize } = objectIn(answered);
  if (at === undefined) return misfit(line, 'no startedDateTime in it');
  if (textIn(method) === undefined || textIn(url) === undefined) return misfit(line, 'no request in it');
  const code = numberOf(status);
  const size = numberOf(bodySize);
  return {
    is: 'deed',
    line,
    at,
    source: 'api',
    kind: 'request.sent',
    prefix: 'api:',
    as: 'route',
    name: `${method} ${url}`,
    ...quantity('durationMs', numberOf(time)),
    ...quantity('bytes', size >= 0 ? size : numberOf(_transferSize)),
    ...(Number.isNaN(code) ? {} : { ok: code >= 100 && code < 400 }),
  };
}
