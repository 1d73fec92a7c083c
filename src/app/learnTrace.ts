import { type Activity, failed, ok, type Persona, type Result, type UnixMs } from '../domain/index.ts';
import { noiseOf, type PersonaModel } from '../learn/personaModel.ts';
import { learnPersonas } from '../learn/personas.ts';
import { personasOf } from '../learn/personasOf.ts';
import { idleGaps } from '../sense/idleGap.ts';
import { sessionsOf } from '../sense/sessions.ts';

export interface LearntTrace {
  readonly sessions: number;
  /** Share of sessions that belong to no persona. */
  readonly noise: number;
  readonly model: PersonaModel;
  readonly personas: readonly Persona[];
  readonly elapsedMs: number;
}

export interface LearnTraceOptions {
  /** Until enough is known of an actor's own pauses. */
  readonly idleMs: number;
  readonly now: UnixMs;
  readonly zoneOffsetMs: number;
  readonly clock: () => number;
  /** Learnt before: its ids, names and what was fixed by hand survive. */
  readonly previous?: PersonaModel;
  readonly signal?: AbortSignal;
  readonly progress?: (text: string) => void;
}

const SEED = 20_261;

/** Personas from a whole trace. Sessions are split at pauses that are learnt per actor, or where the trace says. */
export async function learnTrace(trace: AsyncIterable<readonly Activity[]>, options: LearnTraceOptions): Promise<Result<LearntTrace>> {
  const begun = options.clock();
  const tell = options.progress ?? (() => {});
  const activities: Activity[] = [];
  let end = 0;
  for await (const batch of trace) {
    if (options.signal?.aborted) return failed('cancelled', 'never', 'Learning was stopped; nothing was written.');
    for (const activity of batch) {
      activities.push(activity);
      end = Math.max(end, activity.at);
    }
    tell(`reading … ${activities.length} activities`);
  }
  const sessions = sessionsOf(activities, { idleMs: idleGaps(activities, options.idleMs) });
  const model = learnPersonas(
    sessions.map((s) => s.activities),
    {
      now: options.now,
      seed: SEED,
      zoneOffsetMs: options.zoneOffsetMs,
      ...(options.previous ? { previous: options.previous } : {}),
      progress: (done) => tell(`learning from ${sessions.length} sessions … ${Math.round(100 * done)} %`),
    },
  );
  // How often and how surely is told as of the trace's end: it may be old, and its personas were no less regular then.
  const personas = personasOf(model, Math.min(end, options.now));
  return ok({ sessions: sessions.length, noise: noiseOf(model), model, personas, elapsedMs: options.clock() - begun });
}
