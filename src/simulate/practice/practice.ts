import { failed, ok, type Result } from '../../domain/index.ts';
import { Fields, shown } from '../scenario/fields.ts';

/** Why load is not carried well. */
export const LAWS = [
  'saturation',
  'slow service',
  'queueing',
  'cold start',
  'cold cache',
  'error amplification',
  'retry storm',
  'time-out',
] as const;
export type Law = (typeof LAWS)[number];

/** Of a resource, and of a call: what a practice can set a limit to. */
export const RESOURCE_FIGURES = [
  'utilization',
  'queue',
  'wait_ms',
  'wait_share',
  'own_ms',
  'own_error_rate',
  'turned_away_rate',
  'cold_share',
  'latency_over_target',
  'replicas',
  'queue_limit',
] as const;
export const CALL_FIGURES = [
  'attempts',
  'error_rate',
  'timeout_rate',
  'hit_rate',
  'pool_utilization',
  'pool_wait_share',
  'tail',
  'timeout_ms',
  'timeout_over_p99',
  'retries',
] as const;
export type ResourceFigure = (typeof RESOURCE_FIGURES)[number];
export type CallFigure = (typeof CALL_FIGURES)[number];

/** What a practice recommends; `src/simulate/advice/candidates.ts` says how much of it. */
export const REMEDIES = [
  'raise-cpu',
  'raise-concurrency',
  'add-replica',
  'standby',
  'limit-queue',
  'index',
  'cache',
  'grow-pool',
  'fewer-retries',
  'retry-once',
  'set-timeout',
  'keep-warm',
  'keep-paused',
  'warm-cache',
] as const;
export type Remedy = (typeof REMEDIES)[number];

/** A best practice as data: where in a resource graph it applies, what should hold there, and what to change where it does not. */
export interface Practice {
  readonly id: string;
  readonly title: string;
  /** The book, paper or standard that it comes from. */
  readonly source?: string;
  /** Names of resources with what they must be; every assignment that fits is held to it. */
  readonly resources: Readonly<
    Record<string, { readonly kinds?: readonly string[]; readonly ids?: readonly string[]; readonly entry?: boolean }>
  >;
  /** Calls between them that must be there. */
  readonly calls: readonly { readonly from: string; readonly to: string }[];
  readonly holds: readonly Threshold[];
  readonly law: Law;
  readonly because: string;
  readonly change: readonly Remedy[];
}

export interface Threshold {
  readonly figure: ResourceFigure | CallFigure;
  /** A resource of the pattern, or a call as `from → to`. */
  readonly of: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A set of practices (`resources/schemas/practices.schema.json`). */
export function readPractices(json: unknown, name: string): Result<readonly Practice[]> {
  const problems: string[] = [];
  const document = new Fields(json, '', problems);
  if (document.raw('version') !== 1) problems.push(`"version" is ${shown(document.raw('version'))}, and only 1 is known`);
  if (!Array.isArray(document.raw('practices'))) problems.push('"practices" is not a list');
  const practices = problems.length > 0 ? [] : document.objects('practices').map(practiceOf);
  for (const [i, { id }] of practices.entries())
    if (practices.findIndex((p) => p.id === id) !== i) problems.push(`practices[${i}].id is “${id}” for a second time`);
  if (problems.length === 0) return ok(practices);
  return failed('bad-file', 'never', `${name}: ${problems.slice(0, 3).join('; ')}. It should hold {"version": 1, "practices": […]}.`);
}

function practiceOf(f: Fields): Practice {
  for (const name of ['id', 'title', 'law', 'because']) if (!f.has(name)) f.problem(name, 'is missing');
  const resourcesField = f.object('resources');
  const named = resourcesField ? Object.keys(f.raw('resources') as object) : [];
  if (named.length === 0) f.problem('resources', 'must name at least one resource');
  const calls = f.objects('calls').map((c) => ({ from: c.text('from') ?? '', to: c.text('to') ?? '' }));
  for (const c of calls)
    for (const end of [c.from, c.to]) if (!named.includes(end)) f.problem('calls', `names “${end}”, which is not in “resources”`);
  const holds = f.objects('holds').map((h) => thresholdOf(h, named, calls));
  if (holds.length === 0) f.problem('holds', 'must have at least one threshold');
  const source = f.text('source');
  return {
    id: f.text('id') ?? '',
    title: f.text('title') ?? '',
    ...(source === undefined ? {} : { source }),
    resources: Object.fromEntries(named.map((n) => [n, wantedOf(resourcesField?.object(n))])),
    calls,
    holds,
    law: oneOf(f, 'law', LAWS),
    because: f.text('because') ?? '',
    change: f.list('change').map((remedy, i) => {
      if (!REMEDIES.includes(remedy as Remedy)) f.problem(`change[${i}]`, `is ${shown(remedy)}, and must be one of ${REMEDIES.join(', ')}`);
      return remedy as Remedy;
    }),
  };
}

function wantedOf(f: Fields | undefined): Practice['resources'][string] {
  if (!f) return {};
  const texts = (name: string): readonly string[] => {
    const list = f.list(name);
    if (list.some((x) => typeof x !== 'string')) f.problem(name, 'must be a list of texts');
    return list as readonly string[];
  };
  const entry = f.raw('entry');
  if (entry !== undefined && typeof entry !== 'boolean') f.problem('entry', 'must be true or false');
  return {
    ...(f.has('kinds') ? { kinds: texts('kinds') } : {}),
    ...(f.has('ids') ? { ids: texts('ids') } : {}),
    ...(typeof entry === 'boolean' ? { entry } : {}),
  };
}

function thresholdOf(f: Fields, named: readonly string[], calls: Practice['calls']): Threshold {
  const of = f.text('of') ?? '';
  const isCall = calls.some((c) => of === `${c.from} → ${c.to}` || of === `${c.from} -> ${c.to}`);
  if (!isCall && !named.includes(of))
    f.problem('of', `is ${shown(of)}, and must be a resource of the practice or one of its calls as “from → to”`);
  const figure = oneOf<Threshold['figure']>(f, 'figure', isCall ? CALL_FIGURES : RESOURCE_FIGURES);
  const [atMost, atLeast] = [f.number('atMost', 0), f.number('atLeast', 0)];
  if (atMost === undefined && atLeast === undefined) f.problem('', 'needs “atMost” or “atLeast”');
  return {
    figure,
    of: of.replace(' -> ', ' → '),
    ...(atMost === undefined ? {} : { atMost }),
    ...(atLeast === undefined ? {} : { atLeast }),
  };
}

function oneOf<T extends string>(f: Fields, name: string, allowed: readonly T[]): T {
  const value = f.text(name);
  if (value !== undefined && !allowed.includes(value as T)) f.problem(name, `is “${value}”, and must be one of ${allowed.join(', ')}`);
  return value as T;
}
