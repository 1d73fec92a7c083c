import type { Result } from '../../domain/index.ts';
import type { RehearseOptions } from '../../simulate/model/rehearse.ts';
import { rehearsal } from '../../simulate/rehearsal.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { readPersonas } from '../../simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../simulate/scenario/readScenario.ts';
import { type NamedText, parsed } from './parsed.ts';
import { practicesWith } from './practicesWith.ts';

/** What is rehearsed, as plain data that can be handed to a thread. */
export interface RehearsalWork {
  /** A persona document; all of its personas are rehearsed together. */
  readonly document: NamedText;
  /** Beside those that are shipped. */
  readonly practices: readonly NamedText[];
  readonly durationMs: number;
  /** Times as many arrivals. */
  readonly scale: number;
  readonly seed: number;
  /** Undefined: as many as `rehearse` takes by itself. */
  readonly replications?: number;
}

/** From the text of a document to the result, by the same readers as `prewarm simulate`; all that can be warm is warm at the beginning. */
export async function rehearsed(
  { document, practices: sets, replications, ...setting }: RehearsalWork,
  hooks: Pick<RehearseOptions, 'pause' | 'cancelled' | 'progress'>,
): Promise<Result<RehearsalResult>> {
  const json = parsed(document, 'a persona document');
  const personas = json.ok ? readPersonas(json.value, document.name) : json;
  if (!personas.ok) return personas;
  const practices = practicesWith(sets);
  if (!practices.ok) return practices;
  const read = scenarioOf(personas.value, { ...setting, rung: 'ready' });
  if (!read.ok) return read;
  return rehearsal(read.value, {
    ...setting,
    ...hooks,
    ...(replications === undefined ? {} : { replications }),
    personas: personas.value.map((p) => p.name),
    injected: [],
    practices: practices.value,
  });
}
