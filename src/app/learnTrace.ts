import type { Activity, Persona, UnixMs } from '../domain/index.ts';
import { type PersonaModel, personasOf } from '../learn/personaModel.ts';
import { learnPersonas } from '../learn/personas.ts';
import { idleGaps } from '../sense/idleGap.ts';
import { sessionsOf } from '../sense/sessions.ts';

export interface LearntTrace {
  readonly sessions: number;
  readonly model: PersonaModel;
  readonly personas: readonly Persona[];
  readonly elapsedMs: number;
}

const SEED = 20_261;

/** Personas from a whole trace. Sessions are split at pauses that are learnt per actor (`idleMs` until then), or where the trace says. */
export async function learnTrace(
  trace: AsyncIterable<readonly Activity[]>,
  options: { readonly idleMs: number; readonly now: UnixMs; readonly clock: () => number },
): Promise<LearntTrace> {
  const begun = options.clock();
  const activities: Activity[] = [];
  for await (const batch of trace) for (const activity of batch) activities.push(activity);
  const sessions = sessionsOf(activities, { idleMs: idleGaps(activities, options.idleMs) });
  const model = learnPersonas(
    sessions.map((s) => s.activities),
    { now: options.now, seed: SEED },
  );
  return { sessions: sessions.length, model, personas: personasOf(model), elapsedMs: options.clock() - begun };
}
