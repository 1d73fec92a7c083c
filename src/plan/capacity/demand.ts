import type { Distribution, Priority, Probability, Requirements, UnixMs } from '../../domain/index.ts';
import { type Asks, DIMENSIONS, type Dimension } from './dimension.ts';
import { type PatternDemand, patternAsks, volumeRatio } from './engagement.ts';
import { type Chance, type Part, partOf, type Term, termOf } from './sum/term.ts';

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
  readonly asks: Readonly<Partial<Record<Dimension, Part>>>;
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
    const claims: Claim[] = p.requirements.map((r) => resourceClaim(p, r));
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
    asks: partsOf(r, usedWith),
  };
}

function patternClaim(p: PersonaDemand, demand: PatternDemand, ratio: Distribution, probability: Probability): Claim {
  const { pattern, profile, priority } = demand;
  const { name, latencyTargetMs } = pattern;
  const asks = partsOf(patternAsks(profile, ratio), 1);
  return { persona: p.persona, what: name, type: 'pattern', probability, priority, latencyTargetMs, asks };
}

function partsOf(asks: Asks, usedWith: Probability): Claim['asks'] {
  const parts: Partial<Record<Dimension, Part>> = {};
  for (const d of DIMENSIONS) if (asks[d]) parts[d] = partOf(asks[d], usedWith);
  return parts;
}

/** The summands in one dimension. */
export function termsOf(summands: readonly Summand[], dimension: Dimension): readonly (Term | undefined)[] {
  return summands.map((summand) => termFor(summand, dimension));
}

/** The same without what has given way; only what is touched by that is made anew. */
export function termsWithout(
  summands: readonly Summand[],
  terms: readonly (Term | undefined)[],
  dimension: Dimension,
  gone: ReadonlySet<Claim>,
): readonly Term[] {
  const left: Term[] = [];
  for (const [i, term] of terms.entries()) {
    if (!term) continue;
    const summand = summands[i] as Summand;
    const own = gone.size > 0 && isTouched(summand, gone) ? termFor(summand, dimension, gone) : term;
    if (own) left.push(own);
  }
  return left;
}

function isTouched({ chances }: Summand, gone: ReadonlySet<Claim>): boolean {
  for (const { claims } of chances) for (const claim of claims) if (gone.has(claim)) return true;
  return false;
}

function termFor({ chances }: Summand, dimension: Dimension, gone?: ReadonlySet<Claim>): Term | undefined {
  const left: Chance[] = [];
  for (const { probability, claims } of chances) {
    const parts: Part[] = [];
    for (const claim of claims) {
      const asked = claim.asks[dimension];
      if (asked && !gone?.has(claim)) parts.push(asked);
    }
    if (parts.length > 0) left.push({ probability, parts });
  }
  return left.length > 0 ? termOf(left) : undefined;
}
