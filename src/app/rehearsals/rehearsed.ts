import { failed, ok, type Result } from '../../domain/index.ts';
import type { RehearseOptions } from '../../simulate/model/rehearse.ts';
import { rehearsal } from '../../simulate/rehearsal.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { type ReadPersona, readPersonas } from '../../simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../simulate/scenario/readScenario.ts';
import { injectedBy } from './faults.ts';
import { type NamedText, parsed } from './parsed.ts';
import { practicesWith } from './practicesWith.ts';
import type { RehearsalSetting } from './rehearsalSetting.ts';

/** What is rehearsed, as plain data that can be handed to a thread. */
export interface RehearsalWork extends RehearsalSetting {
  /** A persona document. */
  readonly document: NamedText;
  /** Those of it that are rehearsed, together; undefined: all. */
  readonly personas?: readonly string[];
  /** Beside those that are shipped. */
  readonly practices: readonly NamedText[];
}

/** From the text of a document to the result, by the same readers as `prewarm simulate`. */
export async function rehearsed(
  work: RehearsalWork,
  hooks: Pick<RehearseOptions, 'pause' | 'cancelled' | 'progress'>,
): Promise<Result<RehearsalResult>> {
  const personas = personasIn(work);
  if (!personas.ok) return personas;
  const practices = practicesWith(work.practices);
  if (!practices.ok) return practices;
  const { durationMs, scale, seed, replications, startAt, rung = 'ready', rungs, faults = [] } = work;
  const setting = { durationMs, scale, seed };
  const read = scenarioOf(personas.value, {
    ...setting,
    rung,
    ...(startAt === undefined ? {} : { startAt }),
    ...(rungs === undefined ? {} : { rungs }),
  });
  if (!read.ok) return read;
  const injected = injectedBy(faults, read.value.scenario);
  if (!injected.ok) return injected;
  return rehearsal(read.value, {
    ...hooks,
    ...setting,
    ...(replications === undefined ? {} : { replications }),
    personas: personas.value.map((p) => p.name),
    injected: injected.value,
    practices: practices.value,
  });
}

/** The personas that a work names. */
export function personasIn({ document, personas: names }: Pick<RehearsalWork, 'document' | 'personas'>): Result<readonly ReadPersona[]> {
  const json = parsed(document, 'a persona document');
  const all = json.ok ? readPersonas(json.value, document.name) : json;
  if (!all.ok || !names) return all;
  const chosen = all.value.filter((p) => names.includes(p.name));
  const missing = names.find((name) => !chosen.some((p) => p.name === name));
  return missing === undefined ? ok(chosen) : failed('not-found', 'never', `${document.name} has no persona “${missing}”.`);
}
