import type { LedgerEntry, Resource, ResourceId } from '../domain/index.ts';
import { type Bandit, type BanditOptions, type Choice, choose, learn } from '../learn/value/bandit.ts';
import { offPolicy } from '../learn/value/offPolicy.ts';
import { DEFAULT_PRICES, worthS } from '../plan/value.ts';
import type { Memory } from './ports.ts';

/** What may be tried: how many times as eager to warm as the prices say. */
export const EAGERNESS = [0.5, 0.75, 1, 1.5, 2] as const;
const OPTIONS: BanditOptions = { arms: EAGERNESS.length, favourite: EAGERNESS.indexOf(1) };
const MOST_CHOICES = 500;

export interface EagernessPorts {
  readonly random: () => number;
  readonly resource: (id: ResourceId) => Resource | undefined;
  readonly memory: () => Pick<Memory, 'bandit' | 'choices'>;
  readonly remember: (change: Pick<Memory, 'bandit' | 'choices'>) => void;
  /** Where a test decides it, or has decided it, nothing is tried, and the session teaches nothing. */
  readonly fixed?: () => number | undefined;
}

/**
 * What the value rule should assume is learnt from the ledger: each session tries one eagerness per resource, and what the
 * resource's ledger lines of that session are worth together is its reward (nothing happened: 0).
 */
export function createEagerness({ random, resource, memory, remember, fixed = () => undefined }: EagernessPorts) {
  const current = new Map<ResourceId, Choice & { readonly context: string; rewardS: number }>();
  return {
    /** The same throughout a session. */
    of(id: ResourceId): number {
      const decided = fixed();
      if (decided !== undefined) {
        current.delete(id);
        return decided;
      }
      let choice = current.get(id);
      if (!choice) {
        const context = resource(id)?.kind ?? 'unknown';
        choice = { ...choose(memory().bandit, context, OPTIONS, random), context, rewardS: 0 };
        current.set(id, choice);
      }
      return EAGERNESS[choice.arm] ?? 1;
    },
    settled(entry: LedgerEntry): void {
      const choice = current.get(entry.resource);
      if (choice) choice.rewardS += worthS(entry, resource(entry.resource)?.memoryBytes ?? 0, DEFAULT_PRICES);
    },
    endSession(): void {
      let { bandit } = memory();
      for (const { context, arm, rewardS } of current.values()) bandit = learn(bandit, context, arm, rewardS, OPTIONS);
      const logged = [...current.values()].map(({ context, arm, propensity, rewardS }) => ({ context, arm, propensity, rewardS }));
      if (logged.length > 0) remember({ bandit, choices: [...memory().choices, ...logged].slice(-MOST_CHOICES) });
      current.clear();
    },
    /** As if the session had taught nothing. */
    forget: (): void => current.clear(),
  };
}

/** One that would be tried next for resources of this kind. */
export const eagernessDrawn = (bandit: Bandit, kind: string, random: () => number): number =>
  EAGERNESS[choose(bandit, kind, OPTIONS, random).arm] ?? 1;

export interface EagernessEstimate {
  readonly eagerness: number;
  /** Seconds a session and resource, had it always been this eager; undefined where that was never tried. */
  readonly meanS: number | undefined;
  readonly errorS: number | undefined;
  readonly tried: number;
}

/** What each eagerness would have earned over the logged sessions. */
export function eagernessEstimates(choices: Memory['choices']): readonly EagernessEstimate[] {
  return EAGERNESS.map((eagerness, arm) => {
    const estimate = offPolicy(choices, (_, other) => (other === arm ? 1 : 0));
    return { eagerness, meanS: estimate?.meanS, errorS: estimate?.errorS, tried: choices.filter((c) => c.arm === arm).length };
  });
}
