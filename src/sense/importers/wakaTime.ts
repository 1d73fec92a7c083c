import { areaIn } from '../fileArea.ts';
import { aside, type Entry, type Importer, misfit, type Row } from './importer.ts';
import { ofJson, textIn } from './json.ts';
import { numberOf, timeOf } from './times.ts';

/**
 * WakaTime's data dump (`days` of `heartbeats`) and the answer of its heartbeats API: one file that was edited or looked at, as the live
 * editor sensor gives it. A dump of daily totals tells of no single thing that was done and is rejected as a whole.
 */
export const wakaTime: Importer = ofJson({
  summary: 'WakaTime’s data dump of heartbeats',
  paths: ['$.days.*.heartbeats.*', '$.heartbeats.*', '$.data.*'],
  entryOf,
});

function entryOf({ time, entity, type, project, project_root_count, is_write }: Row, line: number): Entry {
  const at = timeOf(time);
  if (at === undefined) return misfit(line, 'no time in it');
  if (textIn(entity) === undefined) return misfit(line, 'no entity in it');
  const common = { is: 'deed', line, at, as: 'name' } as const;
  if (type === 'app') return { ...common, source: 'import', kind: 'app.used', prefix: 'app:', name: entity as string };
  if (type === 'domain')
    return { ...common, source: 'import', kind: 'page.visited', prefix: 'web:', name: (entity as string).toLowerCase() };
  if (type !== 'file' && type !== undefined && type !== null) return aside(line, 'heartbeats of other things than files');
  const { area, name } = areaIn(entity as string, textIn(project), numberOf(project_root_count));
  return {
    ...common,
    source: 'editor',
    kind: is_write === true ? 'file.saved' : 'file.edited',
    prefix: 'editor:',
    name: area,
    ...(name === undefined ? {} : { workspace: name }),
  };
}
