import { isWarm, type ResourceKind } from '../domain/index.ts';
import { kindWord } from './kindWord.ts';
import { ladderText } from './ladder.ts';
import { rungWord } from './rungWord.ts';
import type { Shown, ShownResource } from './shown.ts';
import { english, type Translate } from './translate.ts';

/** `yours` is what the developer started: Prewarm observes it and changes nothing. */
export type ResourceStanding = 'ready' | 'warming' | 'yours' | 'stopped' | 'absent' | 'unknown';

export interface ResourceRow {
  readonly type: 'resource';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly state: ResourceStanding;
}

export interface ResourceGroup {
  readonly type: 'group';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly state: ResourceStanding;
  /** Folded up at first: there is nothing in it to look after. */
  readonly folded: boolean;
  readonly rows: readonly ResourceRow[];
}

const ICONS: Partial<Record<ResourceKind, string>> = {
  database: 'database',
  cache: 'zap',
  queue: 'list-ordered',
  search: 'search',
  'object-store': 'archive',
  proxy: 'globe',
  devcontainer: 'remote-explorer',
  job: 'checklist',
  observability: 'graph',
  admin: 'tools',
  process: 'terminal',
  dataset: 'file-binary',
};

export const iconOf = (kind: ResourceKind): string => ICONS[kind] ?? 'server-process';

/** In the order in which they are shown: what works for the developer first. */
const groupsIn = (t: Translate): readonly (readonly [ResourceStanding, string])[] => [
  ['ready', t('Ready')],
  ['warming', t('Warming')],
  ['yours', t('Started by You')],
  ['stopped', t('Paused or Stopped')],
  ['absent', t('Absent')],
  ['unknown', t('Unknown')],
];

/** As many rows as are seen at one glance need no headings. */
const MOST_UNGROUPED = 10;

/**
 * By state. A handful is a flat list, the warm first, since headings would be more than what is below them; more are in
 * groups, and what is absent is folded up. Data files are part of the database that loads them, so they have no row.
 */
export function resourceTree(state: Shown, t: Translate = english): readonly (ResourceRow | ResourceGroup)[] {
  const rows = state.resources
    .filter((r) => r.resource.spec.type !== 'data-file')
    .map((r) => row(r, state, t))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const groups = groupsIn(t)
    .map(([standing, label]) => group(standing, label, rows))
    .filter((g) => g.rows.length > 0);
  return rows.length > MOST_UNGROUPED && groups.length > 1 ? groups : groups.flatMap((g) => g.rows);
}

function group(state: ResourceStanding, label: string, all: readonly ResourceRow[]): ResourceGroup {
  const rows = all.filter((r) => r.state === state);
  return { type: 'group', id: `group:${state}`, label, description: String(rows.length), state, folded: state === 'absent', rows };
}

export function standingOf({ rung, owner, progress }: ShownResource): ResourceStanding {
  if (progress) return 'warming';
  if (rung === 'unknown') return 'unknown';
  if (owner === 'developer') return 'yours';
  if (isWarm(rung)) return 'ready';
  return rung === 'absent' || rung === 'fetched' ? 'absent' : 'stopped';
}

function row(r: ShownResource, state: Shown, t: Translate): ResourceRow {
  const need = state.needs.find((n) => n.resource === r.resource.id);
  const standing = standingOf(r);
  const word = standing === 'yours' ? t('{0}, started by you', rungWord(r.rung, t)) : (r.progress ?? rungWord(r.rung, t));
  const likely = need ? `${Math.round(100 * need.probability)}%` : '';
  return {
    type: 'resource',
    id: r.resource.id,
    label: r.resource.name,
    description: [word, likely, r.endpoint ?? ''].filter(Boolean).join(' · '),
    tooltip: tooltip(r, need && t('Needed within {0}: {1} likely', minutes(need.horizonMs), likely), t),
    icon: iconOf(r.resource.kind),
    state: standing,
  };
}

function tooltip(r: ShownResource, need: string | undefined, t: Translate): string {
  return [
    t('{0} ({1}), declared in {2}', r.resource.id, kindWord(r.resource.kind, t), r.resource.declaredIn),
    r.decision?.reason.text ?? '',
    need ?? '',
    r.readyInMs === undefined ? '' : t('Ready in {0} s', (r.readyInMs / 1000).toFixed(1)),
    ladderText(r.ladder ?? [], t),
    r.engine && r.engine !== r.resource.provider ? t('{0} stands in for {1}', r.engine, r.resource.provider) : '',
  ]
    .filter(Boolean)
    .join('\n');
}

const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`;
