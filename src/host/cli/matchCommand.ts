import { readFile } from 'node:fs/promises';
import { type NextActivity, nextActivities } from '../../app/nextActivities.ts';
import { readDocument } from '../../app/personaDocument.ts';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import { inWords } from '../../learn/names.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import type { CalibratedModel } from '../../predict/calibrate.ts';
import { whyMatched } from '../../predict/explain.ts';
import { match } from '../../predict/match.ts';
import { type Forecast, need, type Quantiles } from '../../predict/need.ts';
import { learnCalibrated } from '../../predict/replay.ts';
import { idleGaps } from '../../sense/idleGap.ts';
import { sessionsOf } from '../../sense/sessions.ts';
import { DEFAULT_SETTINGS } from '../node/openApp.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

/** The last session of the trace is the one in question; `now` is its last activity. */
export async function matchCommand({ positionals, options }: Invocation): Promise<Result<Report>> {
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  const activities: Activity[] = [];
  for await (const batch of traces.value.activities) activities.push(...batch);
  const sessions = sessionsOf(activities, { idleMs: idleGaps(activities, DEFAULT_SETTINGS.idleMs) });
  const live = sessions.at(-1);
  if (!live)
    return failed(
      'bad-file',
      'never',
      `${positionals[0]} holds no activity, so there is no session to match. Give it a trace with at least one.`,
    );
  const model =
    typeof options.personas === 'string'
      ? await readPersonas(options.personas)
      : ok(
          learnCalibrated(
            sessions.slice(0, -1).map((s) => s.activities),
            { now: Date.now(), seed: 1 },
          ),
        );
  if (!model.ok) return model;
  const own = sessions.filter((s) => s.actor === live.actor).flatMap((s) => s.activities);
  return ok(reportOn(model.value, live.activities, nextActivities(own, MOST_NEXT)));
}

const MOST_NEXT = 5;
/** Below this a persona or a need is no line for people; the JSON has them all. */
const WORTH_A_LINE = 0.01;

function reportOn(model: CalibratedModel, session: readonly Activity[], next: readonly NextActivity[]): Report {
  const { personas, none } = match(model, session);
  const matches = [...personas]
    .sort((a, b) => b.probability - a.probability)
    .map((p) => ({ persona: p.name, probability: p.probability, because: whyMatched(model, session, p.id) }));
  const resources = [...new Set(model.components.flatMap((c) => c.uses.map((u) => u.resource)))];
  const needs = need(model, session, resources, { now: session.at(-1)?.at ?? 0, horizonMs: DEFAULT_SETTINGS.horizonMs });
  return {
    json: { matches, none, need: needs.map(inWholeMs), next, because: matches[0]?.because ?? [] },
    lines: [
      ...(matches.length > 0 ? [] : ['Too little is known to say who this is.']),
      ...matches
        .filter((m) => m.probability >= WORTH_A_LINE)
        .flatMap((m) => [`${percent(m.probability)}  ${m.persona}`, ...m.because.map(indented)]),
      `${percent(none)}  none of them`,
      ...needs
        .filter((n) => n.probability >= WORTH_A_LINE)
        .slice(0, 10)
        .flatMap((n) => [needLine(n), indented(n.because)]),
      ...next.filter((n) => n.probability >= 0.1).map((n) => `next ${percent(n.probability)}  ${inWords(n.activity)}`),
    ],
  };
}

const inWholeMs = ({ etaMs, etaQuantilesMs, lastsMs, ...n }: Forecast) => ({
  ...n,
  etaMs: Math.round(etaMs),
  etaQuantilesMs: rounded(etaQuantilesMs),
  ...(lastsMs ? { lastsMs: rounded(lastsMs) } : {}),
});
const rounded = ({ p10, p50, p90 }: Quantiles): Quantiles => ({ p10: Math.round(p10), p50: Math.round(p50), p90: Math.round(p90) });

const indented = (line: string): string => `       ${line}`;
const needLine = (n: Forecast): string =>
  `need ${percent(n.probability)}  ${n.resource} in about ${span(n.etaMs)} (${span(n.etaQuantilesMs.p10)} to ${span(n.etaQuantilesMs.p90)})${lasts(n)}`;
const lasts = ({ lastsMs }: Forecast): string => (lastsMs ? `, for ${span(lastsMs.p50)} (up to ${span(lastsMs.p90)})` : '');
const span = (ms: number): string => (ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

async function readPersonas(file: string): Promise<Result<PersonaModel>> {
  try {
    return readDocument(await readFile(file, 'utf8'), file);
  } catch (error) {
    return failed('bad-file', 'never', `${file} could not be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
}

const percent = (p: number): string => `${Math.round(100 * p)} %`.padStart(5);
