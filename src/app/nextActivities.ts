import type { Activity, Probability } from '../domain/index.ts';
import { tokenOf } from '../learn/personaModel.ts';
import { createBlend } from '../learn/sequence/blend/blend.ts';
import { numberOf } from './numbering.ts';

export interface NextActivity {
  readonly activity: string;
  readonly probability: Probability;
}

/** What comes next after these activities of one actor, in the order of time: the likeliest first, by the shipped model. */
export function nextActivities(past: readonly Activity[], most: number): readonly NextActivity[] {
  const blend = createBlend();
  const symbols = new Map<string, number>();
  const workspaces = new Map<string, number>();
  for (const activity of past) {
    const token = tokenOf(activity);
    if (token === undefined) continue;
    blend.observe(numberOf(symbols, token), { at: activity.at, workspace: numberOf(workspaces, activity.workspace ?? '') });
  }
  return [...symbols]
    .map(([activity, symbol]) => ({ activity, ...blend.score(symbol) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ activity, probability = 0 }) => ({ activity, probability }));
}
