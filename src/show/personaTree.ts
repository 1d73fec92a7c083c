import { type Persona, quantile } from '../domain/index.ts';
import { agoOf } from './ago.ts';
import { iconOf, standingOf } from './resourceTree.ts';
import type { Shown } from './shown.ts';
import { english, type Translate } from './translate.ts';

export interface PersonaRow {
  readonly type: 'persona';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** The one that this session is most like. */
  readonly active: boolean;
  readonly held: boolean;
  readonly uses: readonly UseRow[];
}

/** What a persona uses: a resource, or an activity such as a command. */
export interface UseRow {
  readonly type: 'use';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  readonly warm: boolean;
}

export interface ShownPersonas extends Pick<Shown, 'active' | 'match' | 'resources'> {
  readonly personas: readonly Persona[];
}

const MOST_USES = 15;
const ACTIVITY_ICONS: Readonly<Record<string, string>> = {
  command: 'terminal',
  editor: 'file',
  task: 'tools',
  debug: 'debug',
  branch: 'git-branch',
  test: 'beaker',
};

/** The active one first, then by weight; below each what its sessions use, resources before activities, the likeliest first. */
export function personaTree(state: ShownPersonas, now: number, t: Translate = english): readonly PersonaRow[] {
  return [...state.personas]
    .sort((a, b) => Number(b.id === state.active?.id) - Number(a.id === state.active?.id) || b.weight - a.weight)
    .map((p) => personaRow(p, state, now, t));
}

function personaRow(p: Persona, state: ShownPersonas, now: number, t: Translate): PersonaRow {
  const active = p.id === state.active?.id;
  const probability = state.match.personas.find((m) => m.id === p.id)?.probability;
  const seen = p.lastAt === undefined ? '' : agoOf(now - p.lastAt, t);
  return {
    type: 'persona',
    id: p.id,
    label: p.name,
    active,
    held: p.held === true,
    description: [active && probability !== undefined ? t('now {0}', percent(probability)) : '', percent(p.weight), seen]
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      p.support === 1
        ? t('{0} of sessions (1 session)', percent(p.weight))
        : t('{0} of sessions ({1} sessions)', percent(p.weight), p.support),
      seen ? t('Confidence {0}, last seen {1}', percent(p.confidence), seen) : t('Confidence {0}', percent(p.confidence)),
      ...attributes(p),
      p.held ? t('Held at an earlier version: it is not learnt anew from history') : '',
      ...(p.profile?.pins ?? []).map(({ field, resource, value }) =>
        t('Set by you: {0} is {1}', resource ? `${plain(field)} (${resource})` : plain(field), String(value)),
      ),
    ]
      .filter(Boolean)
      .join('\n'),
    uses: usesOf(p, state, t),
  };
}

function usesOf(p: Persona, { resources }: ShownPersonas, t: Translate): readonly UseRow[] {
  const known = new Map(resources.map((r) => [r.resource.id, r]));
  const rows = p.uses.map((use): UseRow & { readonly rank: number; readonly probability: number } => {
    const declared = known.get(use.resource);
    const kind = use.resource.split(':')[0] ?? '';
    const first = quantile(use.firstUseMs, 0.5);
    const when = first === undefined ? '' : first < 60_000 ? t('at once') : t('after {0} min', Math.round(first / 60_000));
    return {
      type: 'use',
      id: `${p.id}/${use.resource}`,
      label: declared?.resource.name ?? use.resource.replace(/^[a-z-]+:/, ''),
      description: [percent(use.probability), when].filter(Boolean).join(' · '),
      tooltip: when
        ? t('{0}: in {1} of its sessions, usually first {2}', use.resource, percent(use.probability), when)
        : t('{0}: in {1} of its sessions', use.resource, percent(use.probability)),
      icon: declared ? iconOf(declared.resource.kind) : (ACTIVITY_ICONS[kind] ?? 'circle-small-filled'),
      warm: declared !== undefined && standingOf(declared) === 'ready',
      rank: declared ? 0 : 1,
      probability: use.probability,
    };
  });
  return rows
    .sort((a, b) => a.rank - b.rank || b.probability - a.probability)
    .slice(0, MOST_USES)
    .map(({ rank: _rank, probability: _p, ...row }) => row);
}

const attributes = ({ profile }: Persona): readonly string[] =>
  Object.entries(profile?.attributes ?? {}).flatMap(([name, { value, evidence }]) =>
    value === 'unknown' ? [] : [`${capital(plain(name))}: ${value} (${evidence})`],
  );

const percent = (p: number): string => `${Math.round(100 * p)} %`;
const plain = (field: string): string => field.replaceAll('_', ' ');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
