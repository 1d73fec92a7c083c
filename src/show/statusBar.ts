import { isWarm } from '../domain/index.ts';
import { hitsWords, missesWords } from './gainWords.ts';
import { escaped } from './markdown.ts';
import type { Shown } from './shown.ts';
import { english, type Translate } from './translate.ts';

export interface StatusBarModel {
  readonly text: string;
  /** Markdown with theme icons; its only links are commands of `LINKS`. */
  readonly tooltip: string;
  readonly accessible: string;
}

/** What the tooltip may run, and nothing else. Only commands that are there are shown. */
export const LINKS = [
  'prewarm.resume',
  'prewarm.incognito',
  'prewarm.showWorkflow',
  'prewarm.why',
  'prewarm.setMode',
  'prewarm.showLedger',
  'prewarm.showLog',
] as const;

const MOST_PERSONAS = 3;
const MOST_WARM = 6;
const MOST_FAULTS = 2;

/** One item: persona, probability, warm count; spins while something is being warmed or learnt. */
export function statusBar(state: Shown, commands: ReadonlySet<string> = new Set(LINKS), t: Translate = english): StatusBarModel {
  const warm = state.resources.filter((r) => isWarm(r.rung) && r.owner === 'prewarm');
  const best = [...state.match.personas].sort((a, b) => b.probability - a.probability);
  const sure = state.active && best.find((p) => p.id === state.active?.id);
  const { pause, incognito } = standingOf(state);
  const who = sure && !pause ? `${sure.name} ${percent(sure.probability)}` : unsure(state, t);
  const count = t('{0} warm', warm.length);
  return {
    text: `${iconOf(state)} ${[who, incognito ? t('incognito') : '', warm.length > 0 ? count : ''].filter(Boolean).join(' · ')}`,
    accessible: accessible(state, sure && !pause ? `${sure.name}, ${percent(sure.probability)}` : who, count, t),
    tooltip: [
      heading(state, t),
      withheld(state, t),
      likely(best, t),
      warmth(warm, t),
      inTheWay(state),
      earned(state, t),
      links(state, commands, t),
    ]
      .filter(Boolean)
      .join('\n\n'),
  };
}

/** What is not recorded now; where all is off anyway, nothing is said of it. */
function standingOf({ mode, privacy }: Shown) {
  const pause = mode === 'off' ? undefined : privacy?.pause;
  return { pause, incognito: mode !== 'off' && !pause && privacy?.incognito === true };
}

function iconOf(state: Shown): string {
  const { pause, incognito } = standingOf(state);
  if (state.working) return '$(sync~spin)';
  if (state.mode === 'off') return '$(circle-slash)';
  if (pause) return '$(debug-pause)';
  if (unreachable(state).length > 0) return '$(warning)';
  return incognito ? '$(eye-closed)' : '$(flame)';
}

function unsure(state: Shown, t: Translate): string {
  const { pause, incognito } = standingOf(state);
  if (state.mode === 'off') return t('off');
  if (pause) return t('paused');
  return incognito ? '' : t('learning');
}

function accessible(state: Shown, who: string, count: string, t: Translate): string {
  const parts = [
    who,
    standingOf(state).incognito ? t('incognito') : '',
    count,
    state.working ? t('working') : '',
    t('mode {0}', state.mode),
    state.faults.length + unreachable(state).length > 0 ? t('something is in the way') : '',
  ];
  return `Prewarm: ${parts.filter(Boolean).join('; ')}`;
}

const heading = ({ mode, trusted }: Shown, t: Translate): string =>
  `**Prewarm** · ${t('mode *{0}*', mode)}${trusted ? '' : ` · ${t('Restricted Mode: nothing is started')}`}`;

function withheld(state: Shown, t: Translate): string {
  const { pause, incognito } = standingOf(state);
  if (pause) return t('Paused {0}: nothing is recorded, nothing is started on a prediction.', until(pause, t));
  return incognito ? t('Incognito: this window records and learns nothing, until you switch it off or close it.') : '';
}

function likely(best: Shown['match']['personas'], t: Translate): string {
  if (best.length === 0) return t('No persona is known yet; Prewarm is learning from what you do.');
  return lines(best.slice(0, MOST_PERSONAS).map((p) => `$(person) ${escaped(p.name)} **${percent(p.probability)}**`));
}

function warmth(warm: Shown['resources'], t: Translate): string {
  if (warm.length === 0) return t('Nothing is warm.');
  const more = warm.length > MOST_WARM ? [t('and {0} more', warm.length - MOST_WARM)] : [];
  return lines([
    ...warm
      .slice(0, MOST_WARM)
      .map((r) => `$(flame) ${escaped(r.resource.name)}${r.endpoint ? ` \`${r.endpoint.replaceAll('`', '')}\`` : ''}`),
    ...more,
  ]);
}

const inTheWay = (state: Shown): string =>
  lines(
    [...unreachable(state), ...new Set(state.faults.map((f) => f.message))]
      .slice(-MOST_FAULTS)
      .map((message) => `$(warning) ${escaped(message)}`),
  );

/** Why the engines do not answer from which resources would come; nothing where none would be asked. */
function unreachable({ mode, trusted, resources }: Shown): readonly string[] {
  if (!trusted || mode === 'off' || mode === 'shadow') return [];
  return [...new Set(resources.flatMap(({ decision }) => (decision?.reason.code === 'unknown-state' ? [decision.reason.text] : [])))];
}

function earned({ ledger: { hits, misses, savedMs } }: Shown, t: Translate): string {
  if (hits + misses === 0) return '';
  return t('Saved {0} s: {1}, {2}.', (savedMs / 1000).toFixed(1), hitsWords(hits, t), missesWords(misses, t));
}

function links(state: Shown, commands: ReadonlySet<string>, t: Translate): string {
  const { pause, incognito } = standingOf(state);
  const labels: Readonly<Record<(typeof LINKS)[number], string>> = {
    'prewarm.resume': pause ? t('Resume') : '',
    'prewarm.incognito': incognito ? t('End Incognito') : '',
    'prewarm.showWorkflow': t('Workflow'),
    'prewarm.why': t('Why…'),
    'prewarm.setMode': t('Mode…'),
    'prewarm.showLedger': t('Ledger'),
    'prewarm.showLog': t('Log'),
  };
  return LINKS.flatMap((id) => (labels[id] && commands.has(id) ? [`[${labels[id]}](command:${id})`] : [])).join(' · ');
}

/** In the time and the language of whoever reads it. */
export function until({ until: end }: { readonly until?: number }, t: Translate = english): string {
  return end === undefined
    ? t('until you resume it')
    : t('until {0}', new Date(end).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' }));
}

/** Two blanks at the end of a line are a line break. */
const lines = (all: readonly string[]): string => all.join('  \n');

const percent = (p: number): string => `${Math.round(100 * p)}%`;
