import type { ComparisonView, FaultRow, RehearsalForm, RehearsalView } from './rehearsalView.ts';

/** What can be done about a recommendation, where the host knows how. */
export const ADVICE_ACTIONS = ['apply'] as const;
export type AdviceAction = (typeof ADVICE_ACTIONS)[number];

/** From the extension to the rehearsal view. */
export type ToRehearsal =
  /** `done`: 0–1. What is in sight stays there meanwhile. */
  | { readonly type: 'busy'; readonly title: string; readonly done: number }
  | { readonly type: 'rehearsal'; readonly view: RehearsalView; readonly actions: readonly AdviceAction[] }
  | { readonly type: 'comparison'; readonly comparison: ComparisonView }
  /** Something was done that was asked for, in words. */
  | { readonly type: 'done'; readonly message: string }
  /** Called off by a person: what was there before stays. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string }
  /** There is nothing to show yet, or it was not saved. */
  | { readonly type: 'nothing' };

/** From the view. `ready` tells which saved rehearsal an earlier life of the page showed. */
export type FromRehearsal =
  | { readonly type: 'ready'; readonly saved?: string }
  | { readonly type: 'simulate'; readonly form: RehearsalForm }
  | { readonly type: AdviceAction; readonly index: number }
  | { readonly type: 'cancel' | 'save' | 'export' | 'compare' | 'choose' | 'list' };

const LONGEST = 500;
const MOST = 1000;

/** What comes from a webview is foreign. */
export function parseFromRehearsal(raw: unknown): FromRehearsal | undefined {
  const it = recordOf(raw);
  switch (it.type) {
    case 'cancel':
    case 'save':
    case 'export':
    case 'compare':
    case 'choose':
    case 'list':
      return { type: it.type };
    case 'apply':
      return Number.isInteger(it.index) && (it.index as number) >= 0 && (it.index as number) < MOST
        ? { type: it.type, index: it.index as number }
        : undefined;
    case 'ready':
      if (it.saved === undefined) return { type: 'ready' };
      return isText(it.saved) ? { type: 'ready', saved: it.saved } : undefined;
    case 'simulate': {
      const form = formOf(it.form);
      return form && { type: 'simulate', form };
    }
    default:
      return undefined;
  }
}

function formOf(raw: unknown): RehearsalForm | undefined {
  const { duration, scale, start, seed, replications, rung, rungs, faults } = recordOf(raw);
  const warmth = Object.entries(recordOf(rungs));
  if (![duration, scale, start, seed, replications, rung].every(isText)) return undefined;
  if (warmth.length > MOST || !warmth.flat().every(isText)) return undefined;
  if (!Array.isArray(faults) || faults.length > MOST || !faults.every(isFault)) return undefined;
  return {
    duration: duration as string,
    scale: scale as string,
    start: start as string,
    seed: seed as string,
    replications: replications as string,
    rung: rung as string,
    rungs: Object.fromEntries(warmth) as Readonly<Record<string, string>>,
    faults: faults.map(({ do: how, of, value }) => ({ do: how, of, value })),
  };
}

function isFault(raw: unknown): raw is FaultRow {
  const { do: how, of, value } = recordOf(raw);
  return (how === 'slow' || how === 'fail') && isText(of) && isText(value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST;
const recordOf = (raw: unknown): Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw } : {};
