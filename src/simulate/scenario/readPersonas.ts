import { failed, ok, type Result, RUNGS, type Rung } from '../../domain/index.ts';
import { type Burst, type Peak, peakOf } from '../model/arrivals.ts';
import { Fields, shown } from './fields.ts';
import { isoMs } from './lengthOfTime.ts';
import { type Request, requestOf } from './request.ts';
import type { ProcessorLimit, VARIABLES, Variables } from './scenario.ts';
import type { ServiceTime } from './serviceTime.ts';

/** What a persona document (DESIGN §5.2) and the service model beside it say that a rehearsal needs; what is not said is absent. */
export interface ReadPersona {
  readonly name: string;
  readonly weight: number;
  readonly resources: readonly ReadResource[];
  readonly edges: readonly ReadEdge[];
  readonly patterns: readonly ReadPattern[];
  readonly profiles: ReadonlyMap<string, { readonly cpuCores?: number; readonly memoryGb?: number }>;
  readonly traffic: ReadTraffic;
  readonly perWeek?: number;
  readonly hourOfWeek?: readonly number[];
}

export interface ReadResource {
  readonly id: string;
  readonly kind?: string;
  readonly cpuCores?: number;
  readonly memoryGb?: number;
  /** Equally likely quantiles, ms. */
  readonly durationMs?: readonly number[];
  readonly latencyTargetMs?: number;
  readonly time?: ServiceTime;
  readonly concurrency?: number;
  readonly replicas?: number;
  readonly queueLimit?: number;
  readonly processor?: ProcessorLimit;
  readonly errorRate?: number;
  readonly stall?: { readonly share: number; readonly ms: number };
  readonly coldStartMs?: number;
  readonly rung?: Rung;
  readonly variables?: Variables;
  readonly request?: Request;
}

export interface ReadEdge {
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  readonly lagMs: { readonly p50: number; readonly p90: number };
  /** False: said to be none; undefined: not said. */
  readonly call?: ReadCall | false;
}

export interface ReadCall {
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly backoffMs?: number;
  readonly pool?: number;
  readonly optional?: boolean;
  readonly cache?: { readonly hitRate: number; readonly ms?: number };
  readonly variables?: Variables;
}

export interface ReadPattern {
  readonly name: string;
  readonly windowMs: number;
  readonly volume: number;
  readonly latencyTargetMs?: number;
  readonly entry?: string;
  readonly request?: Request;
}

export interface ReadTraffic {
  readonly requestsPerSecond?: number;
  readonly transferMs?: number;
  readonly errorRate?: number;
  readonly peaks: readonly Peak[];
  readonly burst?: Burst;
  readonly interactions?: number;
  readonly thinkMs?: number;
}

/** The edge from here to a resource says how likely a session uses it at all. */
export const SESSION = 'session';
/** Quantiles that a distribution is drawn by. */
const QUANTILES = 101;

/** All personas of a document. What is wrong is one fault with the first places. */
export function readPersonas(json: unknown, name: string): Result<readonly ReadPersona[]> {
  const problems: string[] = [];
  const document = new Fields(json, '', problems);
  if (document.raw('version') !== 1) problems.push(`"version" is ${shown(document.raw('version'))}, and only 1 is known`);
  if (!Array.isArray(document.raw('personas'))) problems.push('"personas" is not a list');
  const personas = problems.length > 0 ? [] : document.objects('personas').map(personaOf);
  if (problems.length === 0 && personas.length === 0) problems.push('"personas" is empty');
  if (problems.length === 0) return ok(personas);
  const more = problems.length > 3 ? `, and ${problems.length - 3} more` : '';
  return failed('bad-file', 'never', `${name}: ${problems.slice(0, 3).join('; ')}${more}. It should hold {"version": 1, "personas": […]}.`);
}

function personaOf(f: Fields): ReadPersona {
  const name = f.text('name');
  if (name === undefined && !f.has('name')) f.problem('name', 'is missing');
  const recurrence = f.object('recurrence');
  const hours = recurrence?.list('hour_of_week') as readonly number[] | undefined;
  if (hours?.length && (hours.length !== 168 || hours.some((h) => typeof h !== 'number' || !(h >= 0))))
    recurrence?.problem('hour_of_week', 'must be 168 probabilities, one for each hour of the week');
  return {
    name: name ?? '',
    weight: f.number('weight', 0, 1) ?? 1,
    resources: f.objects('resources').map(resourceOf),
    edges: f.objects('edges').map(edgeOf),
    patterns: f.objects('engagement_patterns').map(patternOf),
    profiles: new Map(
      f
        .objects('resource_profiles')
        .map((p) => [
          p.text('pattern_name') ?? '',
          { ...maybe('cpuCores', p.number('cpu_cores', 0)), ...maybe('memoryGb', p.number('memory_gb', 0)) },
        ]),
    ),
    traffic: trafficOf(f.object('traffic')),
    ...maybe('perWeek', recurrence?.number('per_week', 0)),
    ...maybe('hourOfWeek', hours?.length ? hours : undefined),
  };
}

/** Nothing where the value is undefined: the types tell absent from undefined. */
export function maybe<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

function resourceOf(f: Fields): ReadResource {
  const id = f.text('id');
  if (!f.has('id')) f.problem('id', 'is missing');
  const requirements = f.object('requirements');
  const service = f.object('service');
  const stall = service?.object('stall');
  const rung = service?.text('rung');
  if (rung !== undefined && !RUNGS.includes(rung as Rung)) service?.problem('rung', `is “${rung}”, and must be one of ${RUNGS.join(', ')}`);
  return {
    id: id ?? '',
    ...maybe('kind', f.text('kind')),
    ...maybe('cpuCores', requirements?.amount('cpu_cores')),
    ...maybe('memoryGb', requirements?.amount('memory_gb')),
    ...maybe('durationMs', quantilesOf(f, 'duration_ms')),
    ...maybe('latencyTargetMs', f.object('sla')?.number('latency_target_ms', 0)),
    ...maybe('time', service && timeOf(service)),
    ...maybe('concurrency', service?.whole('concurrency', 1)),
    ...maybe('replicas', service?.whole('replicas', 1)),
    ...maybe('queueLimit', service?.whole('queue_limit', 0)),
    ...maybe('processor', processorOf(service?.object('cpu'))),
    ...maybe('errorRate', service?.number('error_rate', 0, 1)),
    ...maybe('coldStartMs', service?.number('cold_start_ms', 0)),
    ...maybe('rung', rung as Rung | undefined),
    ...maybe('variables', variablesOf(service, ['concurrency', 'queue_limit'])),
    ...maybe('request', requestOf(f.object('request'))),
    ...(stall ? { stall: { share: stall.number('share', 0, 1) ?? 0, ms: stall.positive('ms') ?? 0 } } : {}),
  };
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `environment`: the variable that means each; that of a cache with the value that switches it on. */
function variablesOf(f: Fields | undefined, known: readonly (typeof VARIABLES)[number][]): Variables | undefined {
  const environment = f?.object('environment');
  if (!environment) return undefined;
  const entries = known.flatMap((key) => {
    const said = environment.text(key);
    if (said === undefined) return [];
    const [name, value] = key === 'cache' ? said.split(/=(.*)/s) : [said, ''];
    if (VARIABLE.test(name as string) && value !== undefined) return [[key, said]];
    return (
      environment.problem(
        key,
        `is “${said}”, and must be ${key === 'cache' ? 'like CACHE_URL=redis://cache' : 'the name of a variable, like POOL_SIZE'}`,
      ) ?? []
    );
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** A limit alone: the kernel lets as many threads run as the machine has cores, of which two are the least that is usual. */
function processorOf(f: Fields | undefined): ProcessorLimit | undefined {
  if (!f) return undefined;
  const limit = f.positive('limit');
  const cores = f.whole('cores', 1) ?? Math.max(LEAST_CORES, Math.ceil(limit ?? 1));
  return { cores, ...maybe('limit', limit) };
}

const LEAST_CORES = 2;
const SHAPES = ['constant', 'exponential', 'gamma', 'lognormal'] as const;

function timeOf(service: Fields): ServiceTime | undefined {
  const quantiles = service.list('quantiles_ms') as readonly number[];
  if (quantiles.length > 0) {
    if (quantiles.every((q, i) => typeof q === 'number' && q >= (quantiles[i - 1] ?? 0)) && (quantiles.at(-1) as number) > 0)
      return { shape: 'measured', quantilesMs: quantiles };
    return service.problem('quantiles_ms', 'must be times that ascend, the last more than 0');
  }
  const meanMs = service.positive('mean_ms');
  if (meanMs === undefined) return undefined;
  const cv = service.positive('cv');
  const shape = service.text('shape') ?? (cv === undefined ? 'exponential' : 'lognormal');
  if (!SHAPES.includes(shape as (typeof SHAPES)[number]))
    return service.problem('shape', `is “${shape}”, and must be one of ${SHAPES.join(', ')}`);
  if (shape === 'constant' || shape === 'exponential') return { shape, meanMs };
  return { shape: shape as 'gamma' | 'lognormal', meanMs, cv: cv ?? 1 };
}

/** Of a discrete distribution; undefined where there is none. */
function quantilesOf(f: Fields, name: string): readonly number[] | undefined {
  const points = f.objects(name).map((p) => ({ value: p.number('value', 0) ?? 0, probability: p.number('probability', 0, 1) ?? 0 }));
  const total = points.reduce((sum, p) => sum + p.probability, 0);
  if (total <= 0) return undefined;
  points.sort((a, b) => a.value - b.value);
  let [i, sum] = [0, points[0]?.probability as number];
  return Array.from({ length: QUANTILES }, (_, q) => {
    while (i < points.length - 1 && sum < (total * (q + 0.5)) / QUANTILES) sum += points[++i]?.probability as number;
    return points[i]?.value as number;
  });
}

function edgeOf(f: Fields): ReadEdge {
  for (const name of ['from', 'to']) if (!f.has(name)) f.problem(name, 'is missing');
  const lag = f.object('lag_ms');
  const p50 = lag?.number('p50', 0) ?? 0;
  return {
    from: f.text('from') ?? '',
    to: f.text('to') ?? '',
    probability: f.number('probability', 0, 1) ?? 1,
    lagMs: { p50, p90: Math.max(p50, lag?.number('p90', 0) ?? p50) },
    ...maybe('call', f.raw('call') === false ? (false as const) : f.has('call') ? callOf(f.object('call')) : undefined),
  };
}

function callOf(f: Fields | undefined): ReadCall | undefined {
  if (!f) return undefined;
  const cache = f.object('cache');
  return {
    ...maybe('timeoutMs', f.positive('timeout_ms')),
    ...maybe('retries', f.whole('retries', 0)),
    ...maybe('backoffMs', f.number('backoff_ms', 0)),
    ...maybe('pool', f.whole('pool', 1)),
    ...maybe('optional', f.raw('optional') === undefined ? undefined : f.raw('optional') === true),
    ...maybe('variables', variablesOf(f, ['pool', 'timeout_ms', 'retries', 'backoff_ms', 'cache'])),
    ...(cache ? { cache: { hitRate: cache.number('hit_rate', 0, 1) ?? 0, ...maybe('ms', cache.number('ms', 0)) } } : {}),
  };
}

function patternOf(f: Fields): ReadPattern {
  for (const name of ['name', 'expected_volume']) if (!f.has(name)) f.problem(name, 'is missing');
  const window = f.text('time_window') ?? 'PT1H';
  const windowMs = isoMs(window);
  if (!windowMs) f.problem('time_window', `is “${window}”, and must be an ISO 8601 duration of more than 0, such as PT1H`);
  return {
    name: f.text('name') ?? '',
    windowMs: windowMs || 1,
    volume: f.number('expected_volume', 0) ?? 0,
    ...maybe('latencyTargetMs', f.number('latency_target_ms', 0)),
    ...maybe('entry', f.text('entry')),
    ...maybe('request', requestOf(f.object('request'))),
  };
}

function trafficOf(f: Fields | undefined): ReadTraffic {
  if (!f) return { peaks: [] };
  const peaks = f.list('peak_times').map((text, i) => {
    const peak = typeof text === 'string' ? peakOf(text) : undefined;
    if (!peak) f.problem(`peak_times[${i}]`, `is ${shown(text)}, and must be a time of day such as "Mon-Fri 09:00-11:30"`);
    return peak;
  });
  const [size, bps] = [f.amount('request_size_bytes'), f.amount('transfer_rate_bps')];
  const burst = f.object('burst');
  const sessions = f.object('sessions');
  return {
    peaks: peaks.filter((p) => p !== undefined),
    ...maybe('requestsPerSecond', f.amount('requests_per_second')),
    ...maybe('transferMs', size !== undefined && bps ? (8000 * size) / bps : undefined),
    ...maybe('errorRate', f.number('error_rate', 0, 1)),
    ...(burst ? { burst: burstOf(burst) } : {}),
    ...maybe('interactions', sessions?.number('interactions', 1)),
    ...maybe('thinkMs', sessions?.number('think_ms', 0)),
  };
}

function burstOf(f: Fields): Burst {
  const share = f.number('share', 0.001, 0.999) ?? 0.1;
  return { factor: f.number('factor', 1) ?? 5, share, meanMs: f.number('mean_ms', 1000) ?? 60_000 };
}
