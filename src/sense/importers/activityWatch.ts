import type { UnixMs } from '../../domain/index.ts';
import { areaIn } from '../fileArea.ts';
import { aside, type Deed, type Entry, type Importer, misfit, type Row } from './importer.ts';
import { objectIn, ofJson, textIn } from './json.ts';
import { numberOf, quantity, timeOf } from './times.ts';

/**
 * ActivityWatch's export of buckets. What a watcher is for is told by what its events hold: of a window the program stays, not the title;
 * of a web page the host; of a file its area, as the live editor sensor gives it. Being away from the keyboard is not done.
 */
export const activityWatch: Importer = ofJson({
  summary: 'ActivityWatch’s export of buckets',
  paths: ['$.buckets.*.events.*', '$.events.*'],
  entryOf,
});

function entryOf({ timestamp, duration, data }: Row, line: number): Entry {
  const at = timeOf(timestamp);
  if (at === undefined) return misfit(line, 'no timestamp in it');
  const { app, url, file, project, status, incognito } = objectIn(data);
  const lasted = quantity('durationMs', Math.round(1000 * numberOf(duration)));
  if (incognito === true || incognito === 'true') return aside(line, 'private browsing');
  if (textIn(url) !== undefined) return pageEntry(url as string, line, at, lasted);
  if (textIn(file) !== undefined) return fileDeed(file as string, textIn(project), line, at, lasted);
  if (textIn(app) !== undefined) return deed(line, at, 'import', 'app.used', 'app:', app as string, lasted);
  return textIn(status) === undefined ? misfit(line, 'no event of a known watcher') : aside(line, 'presence at the keyboard');
}

type More = Pick<Deed, 'durationMs' | 'workspace'>;

function pageEntry(url: string, line: number, at: UnixMs, more: More): Entry {
  const host = url.match(/^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)/i)?.[1];
  return host === undefined
    ? aside(line, 'pages of the browser itself')
    : deed(line, at, 'import', 'page.visited', 'web:', host.toLowerCase(), more);
}

function fileDeed(file: string, project: string | undefined, line: number, at: UnixMs, more: More): Entry {
  const { area, name } = areaIn(file, project);
  return deed(line, at, 'editor', 'file.edited', 'editor:', area, name === undefined ? more : { ...more, workspace: name });
}

const deed = (line: number, at: UnixMs, source: Deed['source'], kind: string, prefix: string, name: string, more: More): Deed => ({
  is: 'deed',
  line,
  at,
  source,
  kind,
  prefix,
  as: 'name',
  name,
  ...more,
});
