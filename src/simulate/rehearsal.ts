import { ok, type Result } from '../domain/index.ts';
import { advise } from './advice/advise.ts';
import { type Change, changed, changeText } from './advice/change.ts';
import { type RehearseOptions, rehearse } from './model/rehearse.ts';
import { causesOf } from './practice/causes.ts';
import { deviations } from './practice/holdAgainst.ts';
import type { Practice } from './practice/practice.ts';
import { practiceGraph } from './practice/practiceGraph.ts';
import { type RehearsalResult, resultOf } from './result/result.ts';
import type { ReadScenario } from './scenario/readScenario.ts';
import type { Case } from './scenario/usual.ts';

export interface RehearsalOptions extends RehearseOptions {
  readonly personas: readonly string[];
  readonly scale: number;
  readonly injected: readonly Change[];
  readonly practices: readonly Practice[];
}

/** A third of the progress belongs to the rehearsal, then the recommendations are tried. */
const FIRST = 1 / 3;

/** The whole of it: rehearsed, held against the practices, traced to its causes, and what would help tried. */
export async function rehearsal(read: ReadScenario, options: RehearsalOptions): Promise<Result<RehearsalResult>> {
  const scenario = options.injected.reduce(changed, read.scenario);
  const { progress = () => {} } = options;
  const rehearsed = await rehearse(scenario, { ...options, progress: (done) => progress(FIRST * done) });
  if (!rehearsed.ok) return rehearsed;
  const now: Case = { scenario, rehearsed: rehearsed.value };
  const found = deviations(scenario, rehearsed.value.figures, options.practices);
  const causes = causesOf(now, options.practices);
  const advised = await advise(now, causes, found, { ...options, progress: (done) => progress(FIRST + (1 - FIRST) * done) });
  if (!advised.ok) return advised;
  // Limits are taken from how it is where it is carried well: with what was recommended.
  const well =
    advised.value.scenario === scenario
      ? rehearsed
      : await rehearse(advised.value.scenario, { ...options, replications: 2, mostVisits: 200_000 });
  if (!well.ok) return well;
  return ok(
    resultOf({
      setting: {
        personas: options.personas,
        durationMs: options.durationMs,
        scale: options.scale,
        startAt: wallClock(read.startAt),
        seed: options.seed,
        engine: 'model',
        injected: options.injected.map(changeText),
      },
      now,
      assumed: read.assumed,
      found,
      causes,
      advised: advised.value,
      practiceGraph: practiceGraph(options.personas.join(', '), advised.value.scenario, well.value.figures),
    }),
  );
}

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const [DAY, YEAR] = [86_400_000, 365 * 86_400_000];

/** A date, or only the day of the week where none was said. */
export function wallClock(at: number | undefined): string {
  if (at === undefined) return 'any time';
  const iso = new Date(at).toISOString();
  return at < YEAR ? `${DAYS[Math.floor(at / DAY) % 7]} ${iso.slice(11, 16)}` : iso.slice(0, 16);
}
