import type { Ahead } from '../domain/index.ts';
import { AHEADS, type DemandView } from './demand.ts';

/** From the extension to the demand view. */
export type ToDemand =
  | { readonly type: 'busy'; readonly ahead: Ahead }
  | { readonly type: 'demand'; readonly view: DemandView }
  /** Called off by a person: what was there before stays. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string };

/** From the view: how far it looks; that this is called off; how much a developer expects of a persona in that window. */
export type FromDemand =
  | { readonly type: 'look'; readonly ahead: Ahead }
  | { readonly type: 'cancel' }
  | { readonly type: 'expect'; readonly persona: string; readonly windowMs: number; readonly volume: number };

/** More than a year or a milliard of sessions is nobody's wish. */
export const MOST_VOLUME = 1e9;
const MOST_WINDOW_MS = 366 * 86_400_000;

/** What comes from a webview is foreign. */
export function parseFromDemand(raw: unknown): FromDemand | undefined {
  const { type, ...it } = (typeof raw === 'object' && raw !== null ? { ...raw } : {}) as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'cancel':
      return { type };
    case 'look': {
      const ahead = AHEADS.find((a) => a === it.ahead);
      return ahead && { type, ahead };
    }
    case 'expect': {
      const { persona, windowMs, volume } = it;
      if (!isId(persona) || !isWhole(windowMs, 1, MOST_WINDOW_MS) || !isWhole(volume, 0, MOST_VOLUME)) return undefined;
      return { type, persona, windowMs, volume };
    }
    default:
      return undefined;
  }
}

const isId = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 500;
const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
