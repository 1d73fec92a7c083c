import { type Activity, failed, ok, type Result, type Session } from '../../domain/index.ts';
import { type Agreement, agreement } from '../../learn/clusters/agreement.ts';
import { learnWithOwners } from '../../learn/personas.ts';
import { idleGaps } from '../../sense/idleGap.ts';
import { sessionsOf } from '../../sense/sessions.ts';
import { byDensity, byKmeans, sessionVectors } from './challengers.ts';

export const METHODS = ['mixture', 'kmeans', 'dbscan'] as const;
export type Method = (typeof METHODS)[number];

export interface ClusterOptions {
  readonly idleMs: number;
  /** Actors with fewer activities are left out. */
  readonly actorsMin: number;
  readonly method: Method;
  /** How often it is done, each time with another seed; the first one is what is told. */
  readonly seeds: number;
  /** For k-means alone, which the others do without. */
  readonly k?: number;
  /** Of each actor. Never read by the learning. */
  readonly labels?: ReadonlyMap<string, string>;
}

export interface Assignment {
  readonly actor: string;
  /** The persona that most of the actor's sessions have; `none` where they have none. */
  readonly cluster: string;
  readonly sessions: number;
  readonly label?: string;
}

export interface Clustered {
  readonly method: Method;
  readonly clusters: number;
  readonly sessions: number;
  /** Share of sessions that belong to none. */
  readonly noise: number;
  readonly actors: number;
  /** Actors without a label; they are not scored. */
  readonly unlabelled?: number;
  readonly ari?: number;
  readonly nmi?: number;
  readonly stability?: Stability;
  readonly assignments: readonly Assignment[];
  readonly sessionClusters: readonly { readonly session: string; readonly actor: string; readonly cluster: string }[];
}

/** Over the seeds. `between`: mean adjusted Rand index of every two of them. */
export interface Stability {
  readonly seeds: number;
  readonly clusters: readonly number[];
  readonly between: number;
  readonly ari?: Spread;
  readonly nmi?: Spread;
}
interface Spread {
  readonly mean: number;
  readonly sd: number;
}

/** The challengers compare every pair of sessions, or all of them hundreds of times. */
const MOST_CHALLENGED = 6000;
const FIRST_SEED = 20_261;
const NONE = 'none';

/** Sessions to personas, actors to the persona that most of their sessions have, and that held against labels. */
export function clusterTrace(activities: readonly Activity[], options: ClusterOptions): Result<Clustered> {
  const busy = ofBusyActors(activities, options.actorsMin);
  const sessions = sessionsOf(busy, { idleMs: idleGaps(busy, options.idleMs) });
  if (options.method !== 'mixture' && sessions.length > MOST_CHALLENGED)
    return failed(
      'unsupported',
      'never',
      `${options.method} would take too long for ${sessions.length} sessions; it is for at most ${MOST_CHALLENGED}. Use --method mixture or a smaller trace.`,
    );
  const runs = Array.from({ length: options.seeds }, (_, i) => runOnce(sessions, FIRST_SEED + i, options));
  const { owners, assignments } = runs[0] as Run;
  return ok({
    method: options.method,
    clusters: countOf(owners),
    sessions: sessions.length,
    noise: sessions.length === 0 ? 0 : owners.filter((own) => own === NONE).length / sessions.length,
    actors: assignments.length,
    ...(options.labels ? { unlabelled: assignments.filter((a) => a.label === undefined).length, ...held(assignments) } : {}),
    ...(options.seeds > 1 ? { stability: stabilityOf(runs, options.labels !== undefined) } : {}),
    assignments,
    sessionClusters: sessions.map((s, i) => ({ session: s.id, actor: s.actor, cluster: owners[i] as string })),
  });
}

interface Run {
  readonly owners: readonly string[];
  readonly assignments: readonly Assignment[];
}

function runOnce(sessions: readonly Session[], seed: number, options: ClusterOptions): Run {
  const owners = ownersBy(sessions, seed, options);
  return { owners, assignments: assign(sessions, owners, options.labels) };
}

function ownersBy(sessions: readonly Session[], seed: number, { method, k }: ClusterOptions): readonly string[] {
  const all = sessions.map((s) => s.activities);
  const numbered = (owners: readonly (number | undefined)[]): readonly string[] =>
    owners.map((own) => (own === undefined ? NONE : `c${own + 1}`));
  switch (method) {
    case 'mixture':
      return learnWithOwners(all, { now: 0, seed }).owners.map((own) => own ?? NONE);
    case 'kmeans':
      return numbered(byKmeans(sessionVectors(all), seed, k));
    case 'dbscan':
      return numbered(byDensity(sessionVectors(all)));
  }
}

function ofBusyActors(activities: readonly Activity[], least: number): readonly Activity[] {
  const counts = new Map<string, number>();
  for (const { actor } of activities) counts.set(actor, (counts.get(actor) ?? 0) + 1);
  return activities.filter(({ actor }) => (counts.get(actor) as number) >= least);
}

function assign(sessions: readonly Session[], owners: readonly string[], labels: ClusterOptions['labels']): readonly Assignment[] {
  const byActor = new Map<string, Map<string, { sessions: number; activities: number }>>();
  for (const [i, session] of sessions.entries()) {
    const own = byActor.get(session.actor) ?? byActor.set(session.actor, new Map()).get(session.actor);
    const cluster = owners[i] as string;
    const votes = own?.get(cluster) ?? { sessions: 0, activities: 0 };
    own?.set(cluster, { sessions: votes.sessions + 1, activities: votes.activities + session.activities.length });
  }
  return [...byActor]
    .map(([actor, votes]) => {
      const label = labels?.get(actor);
      const sessionCount = [...votes.values()].reduce((sum, v) => sum + v.sessions, 0);
      return { actor, cluster: majority(votes), sessions: sessionCount, ...(label === undefined ? {} : { label }) };
    })
    .sort((a, b) => (a.actor < b.actor ? -1 : 1));
}

/** Most sessions; among equals most activities, then the name. `none` only where there is nothing else. */
function majority(votes: ReadonlyMap<string, { readonly sessions: number; readonly activities: number }>): string {
  const known = [...votes].filter(([cluster]) => cluster !== NONE);
  const best = known.sort(([a, x], [b, y]) => y.sessions - x.sessions || y.activities - x.activities || (a < b ? -1 : 1))[0];
  return best?.[0] ?? NONE;
}

function held(assignments: readonly Assignment[]): Agreement | Record<string, never> {
  const labelled = assignments.filter((a) => a.label !== undefined);
  if (labelled.length < 2) return {};
  return agreement(
    labelled.map((a) => a.cluster),
    labelled.map((a) => a.label as string),
  );
}

function stabilityOf(runs: readonly Run[], labelled: boolean): Stability {
  const between = runs.flatMap((a, i) => runs.slice(0, i).map((b) => agreement(a.owners, b.owners).ari));
  const scores = labelled ? runs.map((r) => held(r.assignments)).filter((s): s is Agreement => 'ari' in s) : [];
  return {
    seeds: runs.length,
    clusters: runs.map((r) => countOf(r.owners)),
    between: spread(between).mean,
    ...(scores.length > 0 ? { ari: spread(scores.map((s) => s.ari)), nmi: spread(scores.map((s) => s.nmi)) } : {}),
  };
}

const countOf = (owners: readonly string[]): number => new Set(owners.filter((own) => own !== NONE)).size;

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  return { mean, sd: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length)) };
}
