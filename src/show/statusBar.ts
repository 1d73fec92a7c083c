import { isWarm } from '../domain/index.ts';
import type { Shown } from './shown.ts';

export interface StatusBarModel {
  readonly text: string;
  readonly tooltip: readonly string[];
  readonly accessible: string;
}

/** One item: persona, probability, warm count; spins while something is being warmed. */
export function statusBar(state: Shown): StatusBarModel {
  const warm = state.resources.filter((r) => isWarm(r.rung) && r.owner === 'prewarm');
  const best = [...state.match.personas].sort((a, b) => b.probability - a.probability);
  const sure = state.active && best.find((p) => p.id === state.active?.id);
  const icon = state.working ? '$(sync~spin)' : state.mode === 'off' ? '$(circle-slash)' : '$(flame)';
  const who = sure ? `${sure.name} ${percent(sure.probability)}` : state.mode === 'off' ? 'off' : 'learning';
  return {
    text: `${icon} ${who}${warm.length > 0 ? ` · ${warm.length} warm` : ''}`,
    accessible: `Prewarm: ${sure ? `${sure.name}, ${percent(sure.probability)}` : who}; ${warm.length} warm; mode ${state.mode}`,
    tooltip: [
      `**Prewarm** · mode *${state.mode}*${state.trusted ? '' : ' · Restricted Mode: nothing is started'}`,
      ...(best.length > 0
        ? best.slice(0, 3).map((p) => `${percent(p.probability)} ${p.name}`)
        : ['No persona is known yet; Prewarm is learning from what you do.']),
      warm.length > 0
        ? `Warm: ${warm.map((r) => `${r.resource.name}${r.endpoint ? ` (${r.endpoint})` : ''}`).join(', ')}`
        : 'Nothing is warm.',
      `Saved ${(state.ledger.savedMs / 1000).toFixed(1)} s in ${state.ledger.hits} hits, ${state.ledger.misses} misses.`,
    ],
  };
}

const percent = (p: number): string => `${Math.round(100 * p)}%`;
