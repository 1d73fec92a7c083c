import { isWarm, type ResourceKind } from '../domain/index.ts';
import type { Shown, ShownResource } from './shown.ts';

export interface ResourceRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly state: 'warm' | 'working' | 'cold' | 'unknown';
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

/** One row a resource, the warm ones first; data files are part of the database that loads them, so they have no row. */
export function resourceTree(state: Shown): readonly ResourceRow[] {
  const order = { warm: 0, working: 1, cold: 2, unknown: 3 } as const;
  return state.resources
    .filter((r) => r.resource.spec.type !== 'dataset')
    .map((r) => row(r, state))
    .sort((a, b) => order[a.state] - order[b.state] || (a.label < b.label ? -1 : 1));
}

function row(r: ShownResource, state: Shown): ResourceRow {
  const need = state.needs.find((n) => n.resource === r.resource.id);
  const warmth = r.progress ? 'working' : isWarm(r.rung) ? 'warm' : r.rung === 'unknown' ? 'unknown' : 'cold';
  const described = [r.progress ?? r.rung, need ? `${Math.round(100 * need.probability)}%` : '', r.endpoint ?? ''].filter(Boolean);
  return {
    id: r.resource.id,
    label: r.resource.name,
    description: described.join(' · '),
    tooltip: [
      r.resource.id,
      r.decision?.reason.text ?? '',
      r.engine && r.engine !== r.resource.provider ? `${r.engine} stands in for ${r.resource.provider}` : '',
    ]
      .filter(Boolean)
      .join('\n'),
    icon: iconOf(r.resource.kind),
    state: warmth,
  };
}
