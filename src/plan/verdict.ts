import { type Need, type Reason, type ReasonCode, type Resource, type ResourceId, rungIndex } from '../domain/index.ts';
import { holdsMemory, warmRung } from './ladder.ts';
import { isReplica } from './replica.ts';
import { comparison, duration, type RungValue, rungValues } from './rungValues.ts';
import { rungOf, type Situation } from './situation.ts';
import { asEager } from './value.ts';

/** What speaks for or against one resource before dependencies and the budget are looked at. */
export interface Verdict {
  /** Rungs that it should be at, best first; empty: none above its rest. */
  readonly wants: readonly RungValue[];
  readonly certain: boolean;
  /** Let go at once instead of settling first: the developer said so. */
  readonly immediate: boolean;
  readonly reason: Reason;
  /** Of the best rung, or of being warm where none is worth it. */
  readonly valueS: number;
}

export function verdictOn(resource: Resource, s: Situation): Verdict {
  const values = valuesOf(resource, s);
  const said = spokenOf(resource.id, s);
  const no = (code: ReasonCode, text: string, immediate = 'later'): Verdict => ({
    wants: [],
    certain: false,
    immediate: immediate === 'at once',
    reason: { code, text },
    valueS: values[0]?.valueS ?? 0,
  });
  const certain = (code: ReasonCode, text: string): Verdict => ({
    ...no(code, text),
    wants: [topOf(resource, values, s)],
    certain: true,
  });
  const standby = s.standbys?.get(resource.id);
  if (standby === 'ready')
    return isReplica(resource) ? certain('replica', 'It serves beside the first.') : certain('standby', 'It serves in place of the first.');
  if (standby === 'paused') return { ...no('standby', 'It waits, paused, to take over from the first.'), wants: [waiting(resource, s)] };
  if (standby !== undefined && isReplica(resource)) return no('replica', 'The first is not warm, so none serves beside it.');
  if (standby !== undefined) return no('standby', 'Its first is not warm, so there is nothing to take over.');
  if (s.inUse.has(resource.id)) return certain('in-use', 'A client is connected to it.');
  switch (said) {
    case 'never':
      return no('never', 'You said never for this resource.', 'at once');
    case 'cooled':
      return no('not-now', 'You cooled it down; it is left alone until the next session.', 'at once');
    case 'asked':
      return certain('asked', 'You asked for it.');
    case 'not-now':
      return no('not-now', 'You said not now.');
    case 'always':
      if (s.mode !== 'off') return certain('pinned', 'You said always for this resource.');
  }
  const need = s.needs.get(resource.id);
  const worth = values.filter((v) => v.valueS > 0);
  const shown = worth[0] ?? values.find((v) => v.rung === topOf(resource, values, s).rung);
  if (!need || !shown) return no('abstained', 'Too little has been seen to say whether it will be needed.');
  const text = numbers(resource, need, shown, s);
  if (!worth[0]) return { ...no('not-worth-it', `${text}.`), valueS: shown.valueS };
  return {
    wants: worth,
    certain: false,
    immediate: false,
    reason: { code: 'worth-it', text: [`${text}.`, why(shown, values), need.because].filter(Boolean).join(' ') },
    valueS: shown.valueS,
  };
}

/** Worth a little: it is had where memory is left. */
function waiting({ id, memoryBytes }: Resource, s: Situation): RungValue {
  return { rung: 'paused', valueS: 1e-6, memoryBytes: s.costs.get(id)?.memoryBytes ?? memoryBytes, cores: 0, readyMs: 0 };
}

/** The developer's word that still holds. */
export function spokenOf(id: ResourceId, s: Situation) {
  const said = s.feedback.get(id);
  return said && (said.until === undefined || said.until > s.now) ? said.verdict : undefined;
}

/** What of its dependencies may not be started, for this wish. */
export function blockerOf(verdict: Verdict, dependencies: readonly ResourceId[], s: Situation): Reason | undefined {
  for (const id of dependencies) {
    const said = spokenOf(id, s);
    if (s.inUse.has(id)) continue;
    if (said === 'never') return { code: 'never', text: `It needs ${id}, for which you said never.` };
    if (said === 'cooled') return { code: 'not-now', text: `It needs ${id}, which you cooled down.` };
    if (said === 'not-now' && !verdict.certain) return { code: 'not-now', text: `It needs ${id}, for which you said not now.` };
  }
  return undefined;
}

function valuesOf(resource: Resource, s: Situation): readonly RungValue[] {
  const need = s.needs.get(resource.id);
  const cost = s.costs.get(resource.id);
  const seen = rungOf(resource.id, s);
  const rungs = s.engineOf(resource)?.rungs;
  if (!need || !cost || !rungs) return [];
  const prices = asEager(s.limits.prices, s.eagernessOf?.(resource.id) ?? 1);
  return rungValues({ at: seen === 'unknown' ? 'absent' : seen, rungs, need, cost, prices });
}

function topOf(resource: Resource, values: readonly RungValue[], s: Situation): RungValue {
  const rung = warmRung(s.engineOf(resource)?.rungs ?? ['ready']);
  const memoryBytes = s.costs.get(resource.id)?.memoryBytes ?? resource.memoryBytes;
  return values.find((v) => v.rung === rung) ?? { rung, memoryBytes, valueS: 0, cores: 0, readyMs: 0 };
}

function numbers(resource: Resource, need: Need, shown: RungValue, s: Situation): string {
  const cost = s.costs.get(resource.id);
  const saved = (cost?.coldMs ?? 0) - shown.readyMs;
  const what = shown.readyMs === 0 ? 'cold start' : `of a ${duration(cost?.coldMs ?? 0)} cold start saved`;
  const likely = `${Math.round(need.probability * 100)} % likely within ${Math.round(need.horizonMs / 60_000)} min`;
  const holding = holdsMemory(shown.rung) ? 'after memory' : 'and no memory held';
  return `${likely} × ${(saved / 1000).toFixed(1)} s ${what} ${cost?.measured ? '(measured)' : '(assumed)'} = ${shown.valueS.toFixed(1)} s expected gain ${holding}`;
}

/** Against the rung that one would think of first: the next warmer one, or from the top the next cooler one. */
function why(chosen: RungValue, values: readonly RungValue[]): string {
  const byRung = [...values].sort((a, b) => rungIndex(a.rung) - rungIndex(b.rung));
  const at = byRung.indexOf(chosen);
  const other = byRung[at + 1] ?? byRung[at - 1];
  return other ? comparison(chosen, other) : '';
}
