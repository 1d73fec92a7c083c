import { type Backend, failed, isWarm, ok, type ResourceId, type Result, type Usage } from '../../domain/index.ts';
import type { Change } from '../../simulate/advice/change.ts';
import { liveResult } from '../../simulate/live/liveResult.ts';
import { Recorder } from '../../simulate/live/recorder.ts';
import { type Session, scheduleOf } from '../../simulate/live/schedule.ts';
import { isSteady } from '../../simulate/model/arrivals.ts';
import type { Practice } from '../../simulate/practice/practice.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import type { ReadScenario } from '../../simulate/scenario/readScenario.ts';
import type { Request } from '../../simulate/scenario/request.ts';
import type { Scenario } from '../../simulate/scenario/scenario.ts';
import type { App, ResourceState } from '../app.ts';

/** What is rehearsed with real requests; `read` as `scenarioOf` gives it. */
export interface LiveWork {
  readonly read: ReadScenario;
  readonly personas: readonly string[];
  readonly durationMs: number;
  readonly scale: number;
  readonly seed: number;
  /** Delays and errors of resources that are entered from outside; no others pass a gateway. */
  readonly injected: readonly Change[];
  readonly practices: readonly Practice[];
  /** What was warmed for it: `before` cools it again. */
  readonly leave: 'before' | 'warm';
}

export interface LiveHooks {
  readonly play: Play;
  readonly signal: AbortSignal;
  /** `warming`, `rehearsing`: the share that is done, 0–1; `cooling`. */
  readonly progress: (step: 'warming' | 'rehearsing' | 'cooling', done: number) => void;
  /** Lets others have a turn. */
  readonly pause: () => Promise<void>;
  /** Of this machine. */
  readonly cores: number;
  /** Calls again and again until the returned function is called. */
  readonly every: (ms: number, look: () => void) => () => void;
}

/** Where the requests for a resource go, and how. */
export interface Target {
  readonly resource: ResourceId;
  readonly by: Request['by'];
  readonly backend: Backend;
  readonly login: { readonly user: string; readonly password: string; readonly database: string };
  readonly inject?: { readonly delayMs: number; readonly errorShare: number };
}

/** Plays sessions as real requests and tells the recorder of each answer. Ended by the signal, at once. */
export type Play = (
  work: { readonly sessions: readonly Session[]; readonly targets: readonly Target[]; readonly durationMs: number },
  hooks: { readonly recorder: Pick<Recorder, 'answered'>; readonly signal: AbortSignal; readonly progress: (done: number) => void },
) => Promise<Result<{ readonly end: 'done' | 'overloaded'; readonly playedMs: number; readonly lateMs: number }>>;

/** Of the usual state nothing is known before: a tenth of the time is left out. */
const WARM_UP = 0.1;
const MEASURE_EVERY_MS = 1000;
const COOL_WITHIN_MS = 60_000;

/** Warms what is needed, plays the arrivals as real requests, measures, and leaves all as it was. */
export async function rehearsedLive(app: App, work: LiveWork, hooks: LiveHooks): Promise<Result<RehearsalResult>> {
  const { read, durationMs, seed } = work;
  const { signal, progress, pause } = hooks;
  const sessions = await scheduleOf(read.scenario, { durationMs, seed, pause, cancelled: () => signal.aborted });
  if (!sessions.ok) return sessions;
  const asked = askedOf(sessions.value);
  if (!asked.ok) return asked;
  const problem = problemOf(app, read.scenario, asked.value, work.injected);
  if (problem) return problem;
  const known = app.state().resources;
  const needed = read.scenario.resources.flatMap(({ id }) => known.find((r) => r.resource.id === id) ?? []);
  const cold = needed.filter((r) => !isWarm(r.rung)).map((r) => r.resource.id);
  try {
    progress('warming', 0);
    const faults = cold.length > 0 ? await app.warm(cold, signal) : [];
    if (signal.aborted) return failed('cancelled', 'now', 'The rehearsal was cancelled before it began.');
    if (faults[0]) return { ok: false, fault: faults[0] };
    return await measured(app, work, hooks, sessions.value, asked.value);
  } finally {
    if (work.leave === 'before' && cold.length > 0) {
      progress('cooling', 0);
      await app.cool(cold, AbortSignal.timeout(COOL_WITHIN_MS));
    }
  }
}

async function measured(
  app: App,
  work: LiveWork,
  { play, signal, progress, cores, every }: LiveHooks,
  sessions: readonly Session[],
  asked: ReadonlyMap<ResourceId, Request['by']>,
): Promise<Result<RehearsalResult>> {
  const { read, durationMs } = work;
  const { scenario } = read;
  const targets: Target[] = [];
  for (const [resource, by] of asked) {
    const target = targetOf(app, resource, by, work.injected);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  const steady = scenario.visitors.every(isSteady);
  const warmUpMs = steady ? Math.round(WARM_UP * durationMs) : 0;
  const recorder = new Recorder(scenario.visitors.length, durationMs, warmUpMs);
  const ids = scenario.resources.map((r) => r.id);
  let done = 0;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const usage: ReadonlyMap<ResourceId, Usage> = await app.inRehearsal(ids);
    recorder.measured(done * durationMs, usage);
  };
  await look();
  const stop = every(MEASURE_EVERY_MS, () => {
    // An engine may take a second or two for it.
    looking ??= look().finally(() => {
      looking = undefined;
    });
  });
  try {
    const played = await play(
      { sessions, targets, durationMs },
      {
        recorder,
        signal,
        progress: (share) => {
          done = share;
          progress('rehearsing', share);
        },
      },
    );
    if (!played.ok) return played;
    return ok(liveResult({ ...work, ...played.value, recorder, warmUpMs, cores }));
  } finally {
    stop();
    await looking;
  }
}

/** By which protocol each resource is asked. */
function askedOf(sessions: readonly Session[]): Result<ReadonlyMap<ResourceId, Request['by']>> {
  const asked = new Map<ResourceId, Request['by']>();
  for (const { asks } of sessions)
    for (const { resource, request } of asks) {
      const before = asked.get(resource);
      if (before !== undefined && before !== request.by)
        return failed(
          'bad-file',
          'never',
          `${resource} is asked by ${before} and by ${request.by}; it speaks one of them. Change one “request”.`,
        );
      asked.set(resource, request.by);
    }
  return ok(asked);
}

function problemOf(
  app: App,
  scenario: Scenario,
  asked: ReadonlyMap<ResourceId, unknown>,
  injected: readonly Change[],
): Result<never> | undefined {
  const { resources, trusted, workspace } = app.state();
  if (!trusted)
    return failed(
      'not-trusted',
      'never',
      'This workspace is not trusted, so nothing of it is started. Trust it, or rehearse on the model.',
    );
  for (const id of asked.keys()) {
    const state = resources.find((r) => r.resource.id === id);
    if (!state)
      return failed(
        'not-found',
        'never',
        `${id} is asked in this rehearsal, and ${workspace.name} declares no such resource. There are ${resources.map((r) => r.resource.id).join(', ') || 'none'}.`,
      );
    if (isForeign(state))
      return failed('in-use', 'never', `${id} was started by you, and real requests are sent only to what Prewarm warmed. Stop it first.`);
  }
  for (const change of injected) {
    if (change.do !== 'delay' && change.do !== 'errors')
      return failed('wrong-usage', 'never', 'With real requests only delays and errors can be injected.');
    if (!asked.has(change.of))
      return failed(
        'wrong-usage',
        'never',
        `${change.of} is called by others past the gateway, so nothing can be injected there. Real requests enter at ${[...asked.keys()].join(', ')}.`,
      );
  }
  return scenario.resources.length > 0 ? undefined : failed('not-found', 'never', 'There is nothing to rehearse.');
}

const isForeign = (r: ResourceState): boolean => r.owner === 'developer' && r.rung !== 'unknown';

function targetOf(app: App, id: ResourceId, by: Request['by'], injected: readonly Change[]): Result<Target> {
  const state = app.state().resources.find((r) => r.resource.id === id);
  const [host, port] = state?.endpoint?.split(':') ?? [];
  if (!state || host !== '127.0.0.1' || !port)
    return failed(
      'not-ready',
      'never',
      `${id} publishes no port on this machine, so no request can be sent to it. Declare one under “ports”.`,
    );
  const url = Object.values(app.environment(id)).find((value) => SCHEMES[by].test(value));
  const login = loginOf(url);
  if (by === 'sql' && !login)
    return failed('unsupported', 'never', `${id} is no PostgreSQL with a known login, and statements are played only against that.`);
  const own = injected.filter((c) => c.of === id);
  const delayMs = own.reduce((sum, c) => sum + (c.do === 'delay' ? c.ms : 0), 0);
  const errorShare = own.reduce((_, c) => (c.do === 'errors' ? c.rate : 0), 0);
  return ok({
    resource: id,
    by,
    backend: { host: '127.0.0.1', port: Number(port), containerPort: state.resource.ports[0]?.container ?? Number(port) },
    login: login ?? { user: '', password: '', database: '' },
    ...(delayMs > 0 || errorShare > 0 ? { inject: { delayMs, errorShare } } : {}),
  });
}

const SCHEMES: Readonly<Record<Request['by'], RegExp>> = { http: /^https?:/, sql: /^postgres(ql)?:/, redis: /^(redis|valkey):/ };

function loginOf(url: string | undefined): Target['login'] | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { username, password, pathname } = new URL(url);
  return { user: decodeURIComponent(username), password: decodeURIComponent(password), database: decodeURIComponent(pathname.slice(1)) };
}
