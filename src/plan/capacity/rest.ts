import type { Claim, Summand } from './demand.ts';
import type { Dimension } from './dimension.ts';
import { type Chance, type Part, partOf, type Term, termOf } from './sum/term.ts';

/** What is left of all that is asked for. */
export interface Rest {
  /** In that dimension, of all but what is gone. */
  readonly without: (dimension: Dimension, gone: ReadonlySet<Claim>) => readonly Term[];
}

/** Who looks for what has to go asks again and again: only what differs from the time before is made anew. */
export function createRest(summands: readonly Summand[]): Rest {
  const last = new Map<Dimension, { readonly terms: (Term | undefined)[]; gone: ReadonlySet<Claim> }>();
  let places: ReadonlyMap<Claim, number> | undefined;

  function without(dimension: Dimension, gone: ReadonlySet<Claim>): readonly Term[] {
    const known = last.get(dimension) ?? { terms: summands.map((summand) => termFor(summand, dimension)), gone: NOTHING };
    for (const i of touched(known.gone, gone)) known.terms[i] = termFor(summands[i] as Summand, dimension, gone);
    known.gone = gone;
    last.set(dimension, known);
    return known.terms.filter((term) => term !== undefined);
  }

  function touched(before: ReadonlySet<Claim>, after: ReadonlySet<Claim>): ReadonlySet<number> {
    const all = new Set<number>();
    const differing = [...missing(after, before), ...missing(before, after)];
    if (differing.length > 0) places ??= placesOf(summands);
    for (const claim of differing) all.add(places?.get(claim) as number);
    return all;
  }
  return { without };
}

const NOTHING: ReadonlySet<Claim> = new Set();

const missing = (of: ReadonlySet<Claim>, from: ReadonlySet<Claim>): readonly Claim[] => [...of].filter((claim) => !from.has(claim));

function placesOf(summands: readonly Summand[]): ReadonlyMap<Claim, number> {
  const places = new Map<Claim, number>();
  for (const [i, { chances }] of summands.entries()) for (const { claims } of chances) for (const claim of claims) places.set(claim, i);
  return places;
}

/** Arrays that are made as long as they may get: one that grows by `push` holds room for sixteen more, tens of thousands of times. */
function termFor({ chances }: Summand, dimension: Dimension, gone?: ReadonlySet<Claim>): Term | undefined {
  const left = new Array<Chance>(chances.length);
  let count = 0;
  for (const { probability, claims } of chances) {
    const parts = partsOf(claims, dimension, gone);
    if (parts.length > 0) left[count++] = { probability, parts };
  }
  left.length = count;
  return count > 0 ? termOf(left) : undefined;
}

function partsOf(claims: readonly Claim[], dimension: Dimension, gone?: ReadonlySet<Claim>): readonly Part[] {
  const parts = new Array<Part>(claims.length);
  let count = 0;
  for (const claim of claims) {
    const asked = claim.asks[dimension];
    if (asked && !gone?.has(claim)) parts[count++] = partOf(asked, claim.usedWith);
  }
  parts.length = count;
  return parts;
}
