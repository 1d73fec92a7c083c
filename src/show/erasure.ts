import type { Snapshot } from '../domain/index.ts';
import { english, type Translate } from './translate.ts';

/** What there is to erase. */
export interface ErasureSource {
  readonly journalBytes: number;
  readonly importedHistories: number;
  readonly savedRehearsals: number;
  readonly memoryBytes: number;
  readonly otherWorkspaces: number;
  readonly datasetCacheBytes: number;
}

export interface ErasureChoice {
  readonly id: 'everywhere' | 'datasetCache' | 'snapshots';
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly picked: false;
}

/** What may be erased besides what is recorded here; nothing of it unless it is ticked, and only what is there. */
export function erasureChoices(source: ErasureSource, snapshots: readonly Snapshot[], t: Translate = english): readonly ErasureChoice[] {
  const { otherWorkspaces, datasetCacheBytes } = source;
  return [
    ...(otherWorkspaces > 0
      ? [
          choice(
            'everywhere',
            t('Other workspaces'),
            `${otherWorkspaces}`,
            t('What was recorded and learnt in every other workspace, too.'),
          ),
        ]
      : []),
    ...(datasetCacheBytes > 0
      ? [
          choice(
            'datasetCache',
            t('Cache of datasets'),
            size(datasetCacheBytes),
            t('Files that were fetched; they are fetched again when needed.'),
          ),
        ]
      : []),
    ...(snapshots.length > 0
      ? [
          choice(
            'snapshots',
            t('Snapshots'),
            `${snapshots.length}, ${size(bytesOf(snapshots))}`,
            t('Seeded states of databases and their copies, with what was changed in them. Those in use stay.'),
          ),
        ]
      : []),
  ];
}

/** What goes and what stays, a line each: the last word before it is done. */
export function erasureWords(
  what: { readonly scope: 'workspace' | 'everywhere'; readonly datasetCache: 'erase' | 'keep'; readonly snapshots: 'erase' | 'keep' },
  source: ErasureSource,
  snapshots: readonly Snapshot[],
  t: Translate = english,
): readonly string[] {
  const { otherWorkspaces, importedHistories, savedRehearsals } = source;
  const others = otherWorkspaces === 1 ? t('1 other workspace') : t('{0} other workspaces', otherWorkspaces);
  const everywhere = what.scope === 'everywhere' ? t(', here and in {0}', others) : '';
  const histories = importedHistories === 1 ? t('1 history') : t('{0} histories', importedHistories);
  const seeded = snapshots.length === 1 ? t('1 snapshot') : t('{0} snapshots', snapshots.length);
  return [
    `${t('The journal ({0})', size(source.journalBytes))}${everywhere}`,
    ...(importedHistories > 0 || everywhere ? [`${t('What was imported from {0}', histories)}${everywhere}`] : []),
    `${t('Personas and their versions, what was measured and what you taught, the ledger ({0})', size(source.memoryBytes))}${everywhere}`,
    ...(savedRehearsals > 0 || everywhere ? [`${t('Saved rehearsals ({0})', savedRehearsals)}${everywhere}`] : []),
    ...(what.datasetCache === 'erase' ? [t('The cache of datasets ({0})', size(source.datasetCacheBytes))] : []),
    ...(what.snapshots === 'erase' ? [t('{0} ({1}), with what was changed in them', seeded, size(bytesOf(snapshots)))] : []),
    '',
    t(
      'What stays: settings and mode, {0}, passwords of generated roles, and files in your workspace such as .prewarm/personas.json.',
      what.snapshots === 'erase' ? t('volumes that are in use or your own') : t('volumes and snapshots'),
    ),
  ];
}

const choice = (id: ErasureChoice['id'], label: string, description: string, detail: string): ErasureChoice => ({
  id,
  label,
  description,
  detail,
  picked: false,
});

const bytesOf = (snapshots: readonly Snapshot[]): number => snapshots.reduce((sum, s) => sum + s.bytes, 0);

function size(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GB`;
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${Math.ceil(bytes / 2 ** 10)} kB`;
}
