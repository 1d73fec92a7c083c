import { failed, ok, type Result, type UnixMs } from '../domain/index.ts';
import type { Variant, VersionVariant } from '../learn/experiment/experiment.ts';
import type { Component } from '../learn/personaModel.ts';
import type { PersonaVersion } from './ports.ts';

/** What an arm is to be: a version of the persona by its number, as it is `now`, or how eager Prewarm is for it. */
export type Side = { readonly version: number | 'now' } | { readonly eagerness: number | 'learnt' };

const LEAST_EAGERNESS = 0.25;
const MOST_EAGERNESS = 4;

export interface Known {
  readonly living: Component;
  readonly versions: readonly PersonaVersion[];
  readonly now: UnixMs;
}

/** Both arms as they are kept; one sentence where they can't be compared. */
export function armsOf(a: Side, b: Side, known: Known): Result<{ readonly A: Variant; readonly B: Variant }> {
  const [A, B] = [variantOf(a, known), variantOf(b, known)];
  if (!A.ok) return A;
  if (!B.ok) return B;
  const problem = problemOf(A.value, B.value);
  return problem ? failed('wrong-usage', 'never', problem) : ok({ A: A.value, B: B.value });
}

function variantOf(side: Side, { living, versions, now }: Known): Result<Variant> {
  if ('eagerness' in side) {
    const { eagerness } = side;
    return eagerness === 'learnt' || (eagerness >= LEAST_EAGERNESS && eagerness <= MOST_EAGERNESS)
      ? ok({ kind: 'eagerness', eagerness })
      : failed('wrong-usage', 'never', `An eagerness is ${LEAST_EAGERNESS} to ${MOST_EAGERNESS}, or “learnt”; not ${eagerness}.`);
  }
  if (side.version === 'now') return ok({ kind: 'version', version: 'now', at: now, isLiving: true, snapshot: living });
  const found = versions.find((v) => v.number === side.version);
  const numbers = versions.map((v) => v.number).join(', ');
  if (!found)
    return failed('not-found', 'never', `There is no version ${side.version} of this persona. Kept: ${numbers || 'none'}, and “now”.`);
  const isLiving = same(found.snapshot, living);
  return ok({ kind: 'version', version: found.number, at: found.at, snapshot: found.snapshot, ...(isLiving ? { isLiving } : {}) });
}

function problemOf(a: Variant, b: Variant): string | undefined {
  if (a.kind !== b.kind) return 'A test compares two versions, or two values of one setting; not one with the other.';
  if (a.kind === 'eagerness') return same(a, b) ? 'Both arms have the same eagerness, so there is nothing to find.' : undefined;
  return same(a.snapshot, (b as VersionVariant).snapshot) ? 'Both versions are the same, so there is nothing to find.' : undefined;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
