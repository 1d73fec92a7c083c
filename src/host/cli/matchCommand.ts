import { readFile } from 'node:fs/promises';
import { fromDocument } from '../../app/personaDocument.ts';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { learnPersonas } from '../../learn/personas.ts';
import { match } from '../../predict/match.ts';
import { need } from '../../predict/need.ts';
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
  const matches = match(model.value, live.activities);
  const resources = [...new Set(model.value.components.flatMap((c) => c.uses.map((u) => u.resource)))];
  const needs = [
    ...need(model.value, matches, live.activities, resources, live.activities.at(-1)?.at ?? 0, DEFAULT_SETTINGS.horizonMs),
  ].sort((a, b) => b.probability - a.probability);
  const ranked = [...matches.personas].sort((a, b) => b.probability - a.probability);
  return ok({
    json: {
      matches: ranked.map((p) => ({ persona: p.name, probability: p.probability })),
      none: matches.none,
      need: needs.map((n) => ({ resource: n.resource, probability: n.probability, etaMs: Math.round(n.etaMs), because: n.because })),
    },
    lines: [
      ...ranked.map((p) => `${percent(p.probability)}  ${p.name}`),
      `${percent(matches.none)}  none of them`,
      ...needs.slice(0, 10).map((n) => `need ${percent(n.probability)}  ${n.resource} in about ${Math.round(n.etaMs / 1000)} s`),
    ],
  });
}

async function readPersonas(file: string): Promise<Result<PersonaModel>> {
  try {
    return fromDocument(JSON.parse(await readFile(file, 'utf8')), file);
  } catch (error) {
    return failed('bad-file', 'never', `${file} could not be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`);
  }
}

const percent = (p: number): string => `${Math.round(100 * p)} %`.padStart(5);
