import { readFile } from 'node:fs/promises';
import { fromDocument } from '../../app/personaDocument.ts';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { learnPersonas } from '../../learn/personas.ts';
import { whyMatched } from '../../predict/explain.ts';
import { match } from '../../predict/match.ts';
import { type Forecast, need } from '../../predict/need.ts';
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
  const sessions = sessionsOf(activities, { idleMs: DEFAULT_SETTINGS.idleMs });
  const live = sessions.at(-1);
  if (!live) return failed('bad-file', 'never', `${positionals[0]} holds no activity.`);
  const model =
    typeof options.personas === 'string'
      ? await readPersonas(options.personas)
      : ok(
          learnPersonas(
            sessions.slice(0, -1).map((s) => s.activities),
            { now: Date.now(), seed: 1 },
          ),
        );
  if (!model.ok) return model;
  return ok(reportOn(model.value, live.activities));
}

function reportOn(model: PersonaModel, session: readonly Activity[]): Report {
  const { personas, none } = match(model, session);
  const ranked = [...personas].sort((a, b) => b.probability - a.probability);
  const resources = [...new Set(model.components.flatMap((c) => c.uses.map((u) => u.resource)))];
  const needs = need(model, session, resources, { now: session.at(-1)?.at ?? 0, horizonMs: DEFAULT_SETTINGS.horizonMs });
  const because = ranked[0] ? whyMatched(model, session, ranked[0].id) : [];
  return {
    json: {
      matches: ranked.map((p) => ({ persona: p.name, probability: p.probability, because: whyMatched(model, session, p.id) })),
      none,
      need: needs.map((n) => ({ ...n, etaMs: Math.round(n.etaMs) })),
      because,
    },
    lines: [
      ...(ranked.length > 0 ? [] : ['Too little is known to say who this is.']),
      ...ranked.slice(0, 10).map((p) => `${percent(p.probability)}  ${p.name}`),
      `${percent(none)}  none of them`,
      ...because.map((reason) => `       ${reason}`),
      ...needs.slice(0, 10).map(needLine),
    ],
  };
}

const needLine = (n: Forecast): string =>
  `need ${percent(n.probability)}  ${n.resource} in about ${span(n.etaMs)} (${span(n.etaQuantilesMs.p10)}–${span(n.etaQuantilesMs.p90)})${lasts(n)}`;
const lasts = ({ lastsMs }: Forecast): string => (lastsMs ? `, for ${span(lastsMs.p50)} (up to ${span(lastsMs.p90)})` : '');
const span = (ms: number): string => (ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

async function readPersonas(file: string): Promise<Result<PersonaModel>> {
  try {
    return fromDocument(JSON.parse(await readFile(file, 'utf8')), file);
  } catch (error) {
    return failed('bad-file', 'never', `${file} could not be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
}

const percent = (p: number): string => `${Math.round(100 * p)} %`.padStart(5);
