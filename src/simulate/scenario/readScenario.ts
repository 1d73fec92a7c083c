import { failed, ok, type Result, type Rung } from '../../domain/index.ts';
import { busiestDay, type Rhythm, ratesOf } from '../model/arrivals.ts';
import { exp, log } from '../model/elementary.ts';
import { longestChain, withoutCircles } from './cycles.ts';
import { CALL, CALL_LAG_MS, defaultsOf, REQUEST_MS, REQUESTS_PER_SECOND, SESSION as SESSION_DEFAULTS, START_FROM } from './defaults.ts';
import { maybe, type ReadEdge, type ReadPersona, type ReadResource, SESSION } from './readPersonas.ts';
import { callName, type Entry, type Link, type ModelledResource, type Scenario, type Visitors } from './scenario.ts';
import { meanOf, type ServiceTime } from './serviceTime.ts';

export interface ScenarioOptions {
  /** Times as many arrivals. */
  readonly scale: number;
  /** Wall clock, ms as if in UTC; undefined: the busiest hour of the week. */
  /** Undefined, and it is shorter than a day: the mean rate, whatever the hour; else from 00:00 of the busiest day of the week. */
  readonly startAt?: number;
  readonly durationMs: number;
  readonly seed: number;
  /** How warm all is at the beginning that does not say so itself. */
  readonly rung: Rung;
  /** How warm single resources are, by id, whatever they say themselves. */
  readonly rungs?: Readonly<Record<string, Rung>>;
}

export interface ReadScenario {
  readonly scenario: Scenario;
  /** Undefined: no time in particular. */
  readonly startAt?: number;
  /** What the document does not say and is taken for granted, in words. */
  readonly assumed: readonly string[];
}

const DAY = 86_400_000;
/** 1970-01-05, a Monday. */
const MONDAY = 4 * DAY;
const MOST_RATE = 1e6;
const LONGEST_CHAIN = 500;

/** Personas of a document, together, with all defaults filled in. One that uses no resource is left out where others do. */
export function scenarioOf(all: readonly ReadPersona[], options: ScenarioOptions): Result<ReadScenario> {
  const assumed: string[] = [];
  const able = all.filter((p) => collected([p]).resources.length > 0);
  const personas = able.length > 0 ? able : all;
  for (const p of all) if (!personas.includes(p)) assumed.push(`has no resources, so it is left out|${p.name}`);
  const first = personas[0] as ReadPersona;
  const startAt = options.startAt ?? (options.durationMs < DAY ? undefined : MONDAY + busiestDay(rhythmOf(first)));
  const read = collected(personas);
  const known = new Map(read.resources.map((r) => [r.id, r]));
  const sessionsOnly = personas.every((p) => p.patterns.length === 0 && p.traffic.requestsPerSecond === undefined);
  const { rung, rungs = {} } = options;
  const rungOf = (r: ReadResource): Rung => (Object.hasOwn(rungs, r.id) ? rungs[r.id] : r.rung) ?? rung;
  const resources = read.resources.map((r) => modelled(r, rungOf(r), sessionsOnly, assumed));
  const edges = read.edges.filter((e) => e.from !== SESSION && known.has(e.from) && known.has(e.to) && e.from !== e.to);
  const linked = edges.map((e) => linkOf(e, assumed));
  // Who calls each other never ends; who goes from one to the next stops some time, even where the document does not say so.
  const { kept: links, cut, endless } = withoutCircles(linked, (circle) => circle.every((l) => l.how === 'call' && l.probability >= 1));
  if (endless) {
    const circle = [...endless.map((e) => e.from), endless[0]?.from].join(' → ');
    return failed(
      'bad-file',
      'never',
      `These resources lead to each other for ever: ${circle}. Give one of these edges a probability below 1 or remove it.`,
    );
  }
  const chain = longestChain([...known.keys()], links);
  if (chain > LONGEST_CHAIN)
    return failed(
      'bad-file',
      'never',
      `A chain of ${chain} resources, each leading to the next, is longer than can be simulated (${LONGEST_CHAIN}).`,
    );
  for (const e of cut)
    assumed.push(`edges go in a circle, which is cut at its least likely one, ${callName(e)} (probability ${e.probability})`);
  const calls = new Set(links.filter((l) => l.how === 'call').map((l) => l.to));
  const visitors: Visitors[] = [];
  for (const persona of personas) {
    const these = visitorsOf(persona, { known, calls, startAt, options, weight: personas.length > 1 ? persona.weight : 1, assumed });
    if (!these.ok) return these;
    visitors.push(...these.value);
  }
  const rate = visitors.reduce((sum, v) => sum + Math.max(...v.perSecond) * v.interactions, 0);
  if (rate > MOST_RATE)
    return failed(
      'wrong-usage',
      'never',
      `${Math.round(rate)} interactions a second at the peak are more than can be simulated (${MOST_RATE}). Use a smaller scale.`,
    );
  return ok({
    scenario: { resources: resources.map(asSeen(personas, visitors, known, assumed)), links, visitors },
    ...maybe('startAt', startAt),
    assumed: grouped(assumed),
  });
}

/** What was seen from outside, of those that are entered from outside: the errors of a persona's traffic, the machines of its profiles. */
function asSeen(
  personas: readonly ReadPersona[],
  visitors: readonly Visitors[],
  known: ReadonlyMap<string, ReadResource>,
  assumed: string[],
) {
  const entered = new Map<string, ReadPersona>();
  for (const v of visitors) for (const e of v.entries) entered.set(e.resource, personas.find((p) => p.name === v.persona) as ReadPersona);
  return (r: ModelledResource): ModelledResource => {
    const [said, persona] = [known.get(r.id), entered.get(r.id)];
    if (!persona) return r;
    const errorRate = said?.errorRate === undefined ? persona.traffic.errorRate : undefined;
    if (errorRate) assumed.push(`errors as in the traffic's error_rate|${r.id}`);
    const profiles = [...persona.profiles.values()];
    const sum = (of: (p: (typeof profiles)[number]) => number | undefined): number =>
      profiles.reduce((total, p) => total + (of(p) ?? 0), 0);
    const cpuCores = said?.cpuCores ? 0 : sum((p) => p.cpuCores);
    const memoryGb = said?.memoryGb === undefined ? sum((p) => p.memoryGb) : 0;
    if (cpuCores > 0 || memoryGb > 0) assumed.push(`machine as in resource_profiles|${r.id}`);
    return {
      ...r,
      ...maybe('errorRate', errorRate),
      ...(cpuCores > 0 ? { cpuCores, ...(said?.concurrency === undefined ? { concurrency: concurrencyOf(r.kind, cpuCores) } : {}) } : {}),
      ...(memoryGb > 0 ? { memoryBytes: memoryGb * 2 ** 30 } : {}),
    };
  };
}

const concurrencyOf = (kind: string, cpuCores: number): number => Math.max(1, Math.round(cpuCores * defaultsOf(kind).perCore));

/** What several personas say of one resource is one resource; the first to say something is right. */
function collected(personas: readonly ReadPersona[]): { resources: ReadResource[]; edges: ReadEdge[] } {
  const resources = new Map<string, ReadResource>();
  const edges = new Map<string, ReadEdge>();
  for (const p of personas) {
    for (const r of p.resources)
      if (r.kind !== undefined || r.time || !TOKEN.test(r.id)) resources.set(r.id, { ...r, ...resources.get(r.id) });
    // Edges may name a resource that has no entry of its own; a token of another kind (a command, a file) is no resource.
    for (const e of p.edges)
      for (const id of [e.from, e.to]) if (id !== SESSION && !resources.has(id) && !TOKEN.test(id)) resources.set(id, { id });
    for (const e of p.edges) {
      const name = callName(e);
      const before = edges.get(name);
      if (!before || before.call === undefined) edges.set(name, e);
    }
  }
  return { resources: [...resources.values()], edges: [...edges.values()] };
}

/** Tokens of the sequence that are what somebody does, not what serves. */
const TOKEN = /^(command|editor|file|task|debug|test|git|branch|terminal|api|http|GET|POST|PUT|PATCH|DELETE)[: ]/;

function modelled(r: ReadResource, at: Rung, sessionsOnly: boolean, assumed: string[]): ModelledResource {
  const usual = defaultsOf(r.kind ?? '');
  const cpuCores = r.cpuCores && r.cpuCores > 0 ? r.cpuCores : usual.cpuCores;
  const take = (what: string): void => void assumed.push(`${what}|${r.id}`);
  if (r.kind === undefined) take('of the kind nothing is said, so it is taken for a service of the usual kind');
  if (!r.cpuCores) take('cores by kind');
  if (r.memoryGb === undefined) take('memory by kind');
  if (r.concurrency === undefined) take('requests served at once by kind and cores');
  const time = r.time ?? ofDuration(r, sessionsOnly) ?? { shape: 'exponential', meanMs: usual.meanMs };
  if (!r.time)
    take(
      ofDuration(r, sessionsOnly)
        ? sessionsOnly
          ? 'used for as long as in duration_ms'
          : 'time of service as in duration_ms'
        : 'time of service by kind',
    );
  const coldMs = START_FROM[at] * (r.coldStartMs ?? usual.startMs);
  if (coldMs > 0 && r.coldStartMs === undefined) take('cold start by kind');
  if (r.errorRate === undefined) take('no errors of its own');
  return {
    id: r.id,
    kind: r.kind ?? 'service',
    concurrency: r.concurrency ?? concurrencyOf(r.kind ?? '', cpuCores),
    replicas: r.replicas ?? 1,
    ...maybe('queueLimit', r.queueLimit),
    ...maybe('processor', r.processor),
    ...maybe('request', r.request),
    time,
    ...(sessionsOnly && !r.time && ofDuration(r, sessionsOnly) ? { wholeUse: true as const } : {}),
    errorRate: r.errorRate ?? 0,
    ...(r.stall && r.stall.share > 0 ? { stall: r.stall } : {}),
    ...(coldMs > 0 ? { coldStart: { shape: 'gamma', meanMs: coldMs, cv: 0.2 } as const } : {}),
    cpuCores,
    memoryBytes: r.memoryGb === undefined ? usual.memoryBytes : r.memoryGb * 2 ** 30,
    ...maybe('variables', r.variables),
  };
}

function ofDuration(r: ReadResource, sessionsOnly: boolean): ServiceTime | undefined {
  if (!r.durationMs) return undefined;
  const time: ServiceTime = { shape: 'measured', quantilesMs: r.durationMs };
  const mean = meanOf(time);
  return mean > 0 && (sessionsOnly || mean <= REQUEST_MS) ? time : undefined;
}

function linkOf(e: ReadEdge, assumed: string[]): Link {
  const { from, to, probability } = e;
  const lag = lagOf(e);
  const isCall = e.call === undefined ? e.lagMs.p90 <= CALL_LAG_MS : e.call !== false;
  if (e.call === undefined) assumed.push(`${isCall ? 'a call that is waited for' : 'a step of a person'}, by its lag|${callName(e)}`);
  if (!isCall) return { how: 'step', from, to, probability, lag: lag ?? { shape: 'constant', meanMs: 0 } };
  const call = e.call === undefined || e.call === false ? {} : e.call;
  if (call.timeoutMs === undefined) assumed.push(`no time-out|${callName(e)}`);
  return {
    how: 'call',
    from,
    to,
    probability,
    ...maybe('lag', lag),
    ...maybe('timeoutMs', call.timeoutMs),
    retries: call.retries ?? CALL.retries,
    backoffMs: call.backoffMs ?? CALL.backoffMs,
    ...maybe('pool', call.pool),
    ...(call.cache ? { cache: { hitRate: call.cache.hitRate, ms: call.cache.ms ?? CALL.cacheMs } } : {}),
    optional: call.optional ?? false,
    ...maybe('variables', call.variables),
  };
}

/** Log-normal through the median and the 90 % quantile; undefined where there is none. */
function lagOf({ lagMs: { p50, p90 } }: ReadEdge): ServiceTime | undefined {
  if (p90 <= 0) return undefined;
  if (p50 <= 0 || p90 <= p50) return { shape: 'constant', meanMs: p50 > 0 ? p50 : p90 / 2 };
  const sigma = log(p90 / p50) / 1.2815515655446004;
  const variance = sigma * sigma;
  return { shape: 'lognormal', meanMs: p50 * exp(variance / 2), cv: Math.sqrt(exp(variance) - 1) };
}

const rhythmOf = (p: ReadPersona): Rhythm => ({
  ...maybe('hourOfWeek', p.hourOfWeek),
  peaks: p.traffic.peaks,
  ...maybe('burst', p.traffic.burst),
});

interface Context {
  readonly known: ReadonlyMap<string, ReadResource>;
  /** Resources that others call. */
  readonly calls: ReadonlySet<string>;
  readonly startAt: number | undefined;
  readonly options: ScenarioOptions;
  readonly weight: number;
  readonly assumed: string[];
}

function visitorsOf(persona: ReadPersona, context: Context): Result<readonly Visitors[]> {
  const { known, options, startAt, assumed } = context;
  const own = new Set(
    [...persona.resources.map((r) => r.id), ...persona.edges.flatMap((e) => [e.from, e.to])].filter((id) => known.has(id)),
  );
  if (own.size === 0)
    return failed(
      'bad-file',
      'never',
      `The persona “${persona.name}” has no resources, so there is nothing to rehearse. Add “resources” or edges that lead to some.`,
    );
  const begins = entriesOf(persona, own, context.calls);
  const { traffic } = persona;
  const interactions = traffic.interactions ?? SESSION_DEFAULTS.interactions;
  const common = {
    persona: persona.name,
    interactions,
    think: { shape: 'exponential', meanMs: Math.max(traffic.thinkMs ?? SESSION_DEFAULTS.thinkMs, 1e-3) } as const,
    transferMs: traffic.transferMs ?? 0,
  };
  const rhythm = rhythmOf(persona);
  if (startAt === undefined && (rhythm.hourOfWeek || rhythm.peaks.length > 0))
    assumed.push(`no time is named and it is shorter than a day, so the mean rate comes, without hours and peaks|${persona.name}`);
  const rates = (perSecond: number) =>
    startAt === undefined
      ? ratesOf((perSecond * options.scale) / interactions, { peaks: [], ...maybe('burst', rhythm.burst) }, 0, options.seed)
      : ratesOf((perSecond * options.scale) / interactions, rhythm, startAt, options.seed);
  const patterns = persona.patterns.map((p) => ({ ...p, perSecond: (1000 * p.volume) / p.windowMs }));
  const volume = patterns.reduce((sum, p) => sum + p.perSecond, 0);
  if (patterns.length > 0 && volume > 0) {
    // Where both are said, `requests_per_second` is how many come and the patterns are of which kind.
    const factor = traffic.requestsPerSecond === undefined ? 1 : traffic.requestsPerSecond / volume;
    if (traffic.requestsPerSecond !== undefined)
      assumed.push(`requests_per_second says how many come, the patterns' volumes of which kind|${persona.name}`);
    const all: Visitors[] = [];
    for (const p of patterns) {
      if (p.entry !== undefined && !known.has(p.entry))
        return failed(
          'bad-file',
          'never',
          `The pattern “${p.name}” of “${persona.name}” enters at “${p.entry}”, which is no resource of it.`,
        );
      if (p.entry === undefined && begins.chosen.length > 1) assumed.push(`enters where sessions do, by their probabilities|${p.name}`);
      const entries = p.entry === undefined ? begins.chosen : [{ resource: p.entry, probability: 1 }];
      all.push({
        ...common,
        pattern: p.name,
        ...rates(p.perSecond * factor),
        entries,
        choose: 'one',
        ...maybe('latencyTargetMs', p.latencyTargetMs),
        ...maybe('request', p.request),
      });
    }
    return ok(all);
  }
  if (traffic.requestsPerSecond !== undefined)
    return ok([{ ...common, pattern: 'requests', ...rates(traffic.requestsPerSecond), entries: begins.chosen, choose: 'one' }]);
  if (persona.perWeek !== undefined && persona.perWeek > 0) {
    assumed.push(`no traffic is said, so sessions come as in recurrence and each uses what its edges from “session” say|${persona.name}`);
    const { perSecond, stepMs } = rates((interactions * persona.perWeek) / 604_800);
    return ok([{ ...common, interactions: 1, pattern: 'sessions', perSecond, stepMs, entries: begins.each, choose: 'each' }]);
  }
  assumed.push(`no traffic is said, so ${REQUESTS_PER_SECOND} request a second comes|${persona.name}`);
  return ok([{ ...common, pattern: 'requests', ...rates(REQUESTS_PER_SECOND * context.weight), entries: begins.chosen, choose: 'one' }]);
}

/** Where sessions begin: edges from “session”; those that only other resources call are not entered from outside. */
function entriesOf(
  persona: ReadPersona,
  own: ReadonlySet<string>,
  called: ReadonlySet<string>,
): { chosen: readonly Entry[]; each: readonly Entry[] } {
  const edges = persona.edges.filter((e) => e.from === SESSION && own.has(e.to) && e.probability > 0);
  const each = edges.map((e) => ({ resource: e.to, probability: e.probability, ...maybe('lag', lagOf(e)) }));
  const stepped = new Set(persona.edges.filter((e) => e.from !== SESSION && own.has(e.from)).map((e) => e.to));
  const entry = (resource: string): Entry => ({ resource, probability: 1 });
  const roots = [...own].filter((id) => !called.has(id) && !stepped.has(id)).map(entry);
  const all = each.length > 0 ? each : roots.length > 0 ? roots : [...own].filter((id) => !called.has(id)).map(entry);
  const outer = all.filter((e) => !called.has(e.resource));
  return { chosen: outer.length > 0 ? outer : all, each: all };
}

/** `what|of whom` of many as one line. */
function grouped(assumed: readonly string[]): readonly string[] {
  const whom = new Map<string, Set<string>>();
  for (const line of assumed) {
    const at = line.indexOf('|');
    const [what, who] = at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    whom.set(what, (whom.get(what) ?? new Set()).add(who));
  }
  return [...whom].map(([what, who]) => (who.has('') ? what : `${named([...who])}: ${what}`));
}

const named = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
