import type { Activity, DemandSubject, ResourceId, Series, Session, UnixMs } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { match } from '../../predict/match.ts';
import { createFreshUses, isUse } from '../rhythms.ts';

/** What is counted, over which steps. Plain data, for the learner’s thread. */
export interface DemandAsk {
  readonly workspace: string;
  readonly model: PersonaModel | undefined;
  readonly resources: readonly { readonly id: ResourceId; readonly name: string }[];
  readonly stepMs: number;
  /** Only whole steps before it are counted. */
  readonly now: UnixMs;
}

export interface DemandSeries {
  readonly subject: DemandSubject;
  readonly series: Series;
}

export interface DemandHistory {
  /** The busiest first. */
  readonly series: readonly DemandSeries[];
  readonly silent: readonly { readonly subject: DemandSubject; readonly because: string }[];
}

/** Steps of the past that are counted at most: two weeks of five minutes, half a year of hours. */
const MOST_STEPS = 4096;
/** Fewer uses or sessions are not worth a forecast. */
const LEAST = 5;
/** A session belongs to the persona that it is more likely to be than not. */
const BELONGS = 0.5;

/** How many sessions each persona had, and how often each resource was used, in even steps up to now. */
export function demandSeries(sessions: readonly Session[], heard: readonly Activity[], ask: DemandAsk): DemandHistory {
  const until = Math.floor(ask.now / ask.stepMs) * ask.stepMs;
  const since = until - MOST_STEPS * ask.stepMs;
  const within = (at: UnixMs): boolean => at >= since && at < until;
  const lately = sessions.filter((s) => within(s.activities[0]?.at ?? Number.NaN));
  // What has not begun to be watched is no demand of nothing.
  const begun = lately.reduce((first, s) => Math.min(first, s.activities[0]?.at ?? first), until);
  const startAt = Math.floor(begun / ask.stepMs) * ask.stepMs;
  const counted = (id: string, times: readonly UnixMs[]): Series => {
    const values = new Float64Array((until - startAt) / ask.stepMs);
    for (const at of times) if (at >= startAt && at < until) values[Math.floor((at - startAt) / ask.stepMs)]!++;
    return { id, quantity: 'volume', startAt, stepMs: ask.stepMs, values };
  };
  const subjects = [...personas(lately, ask.model), ...resources(heard, ask)].map(({ subject, times }) => ({
    subject,
    times: times.filter(within),
  }));
  const [enough, few] = [subjects.filter((s) => s.times.length >= LEAST), subjects.filter((s) => s.times.length < LEAST)];
  return {
    series: enough
      .sort((a, b) => b.times.length - a.times.length)
      .map(({ subject, times }) => ({ subject, series: counted(`${subject.kind}:${subject.id}`, times) })),
    silent: few.map(({ subject, times }) => ({
      subject,
      because: `It was ${subject.kind === 'persona' ? 'seen' : 'used'} ${times.length} of the ${LEAST} times without which nothing is said.`,
    })),
  };
}

interface Times {
  readonly subject: DemandSubject;
  readonly times: readonly UnixMs[];
}

function personas(sessions: readonly Session[], model: PersonaModel | undefined): readonly Times[] {
  if (!model) return [];
  const times = new Map<string, UnixMs[]>(model.components.map(({ id }) => [id, []]));
  for (const { activities } of sessions) {
    const own = match(model, activities).personas.find((p) => p.probability > BELONGS);
    if (own) times.get(own.id)?.push((activities[0] as Activity).at);
  }
  return model.components.map(({ id, name }) => ({ subject: { kind: 'persona', id, name }, times: times.get(id) ?? [] }));
}

function resources(heard: readonly Activity[], { workspace, resources: declared }: DemandAsk): readonly Times[] {
  const fresh = createFreshUses();
  const times = new Map<string, UnixMs[]>(declared.map(({ id }) => [id, []]));
  for (const activity of [...heard].sort((a, b) => a.at - b.at))
    if (activity.workspace === workspace && isUse(activity) && fresh.is(activity)) times.get(activity.resource)?.push(activity.at);
  return declared.map(({ id, name }) => ({ subject: { kind: 'resource', id, name }, times: times.get(id) ?? [] }));
}
