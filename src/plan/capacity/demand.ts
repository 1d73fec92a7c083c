import type { Distribution, Priority, Probability, Requirements, UnixMs } from '../../domain/index.ts';
import type { Asks } from './dimension.ts';
import { type PatternDemand, patternAsks, volumeRatio } from './engagement.ts';

/** A persona by what it would ask for in the coming step. */
export interface PersonaDemand {
  readonly persona: string;
  /** That it is active in the coming step. */
  readonly probability: Probability;
  /** Personas of the same group are alternatives, such as those that one session may be; others come and go by themselves. */
  readonly oneOf?: string;
  /** Of each resource that it uses, with the probability of that use where it is active. */
  readonly requirements: readonly (Requirements & { readonly usedWith: Probability })[];
  /** What users do; it comes on top of what resources ask for at rest. */
  readonly patterns?: readonly PatternDemand[];
}

/** One thing that is asked for, and that can give way as a whole. */
export interface Claim {
  readonly persona: string;
  /** A resource, or the name of a pattern. */
  readonly what: string;
  readonly type: 'resource' | 'pattern';
  readonly probability: Probability;
  readonly priority: Priority;
  readonly latencyTargetMs: number;
  /** Where its persona is active. */
  readonly usedWith: Probability;
  readonly asks: Asks;
}

/** Claims as summands: those of one persona come together with it, and alternatives never come together. */
export interface Summand {
  readonly chances: readonly { readonly probability: Probability; readonly claims: readonly Claim[] }[];
}

export interface Span {
  readonly now: UnixMs;
  /** The coming step, or as long as it takes until more is there. */
  readonly aheadMs: number;
}

export function summandsOf(personas: readonly PersonaDemand[], span: Span): readonly Summand[] {
  const foreseen: Summand[] = [];
  const groups = new Map<string, Summand['chances'][number][]>();
  const alone: Summand[] = [];
  for (const p of personas) {
    const claims = p.requirements.map((r) => resourceClaim(p, r));
    for (const pattern of p.patterns ?? []) {
      const ratio = pattern.forecast && volumeRatio(pattern.pattern, pattern.forecast, span.now, span.now + span.aheadMs);
      if (ratio) foreseen.push({ chances: [{ probability: 1, claims: [patternClaim(p, pattern, ratio, 1)] }] });
      else claims.push(patternClaim(p, pattern, EXPECTED, p.probability));
    }
    if (claims.length === 0 || p.probability <= 0) continue;
    const chance = { probability: p.probability, claims };
    if (p.oneOf === undefined) alone.push({ chances: [chance] });
    else if (!groups.get(p.oneOf)?.push(chance)) groups.set(p.oneOf, [chance]);
  }
  return [...alone, ...[...groups.values()].map((chances) => ({ chances })), ...foreseen];
}

const EXPECTED: Distribution = [{ value: 1, probability: 1 }];

function resourceClaim(p: PersonaDemand, r: PersonaDemand['requirements'][number]): Claim {
  const { resource, priority, latencyTargetMs, usedWith } = r;
  return {
    persona: p.persona,
    what: resource,
    type: 'resource',
    probability: p.probability * usedWith,
    priority,
    latencyTargetMs,
    usedWith,
    asks: r,
  };
}

function patternClaim(p: PersonaDemand, demand: PatternDemand, ratio: Distribution, probability: Probability): Claim {
  const { pattern, profile, priority } = demand;
  const { name, latencyTargetMs } = pattern;
  const asks = patternAsks(profile, ratio);
  return { persona: p.persona, what: name, type: 'pattern', probability, priority, latencyTargetMs, usedWith: 1, asks };
}
