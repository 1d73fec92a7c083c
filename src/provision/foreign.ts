import {
  type Backend,
  type Fault,
  type FaultCode,
  failed,
  isWarm,
  type Observation,
  ok,
  type Resource,
  type ResourceKind,
  type Result,
  RUNGS,
  type Rung,
} from '../domain/index.ts';
import { inTurn } from './inTurn.ts';
import { renewLeases } from './leases.ts';
import type { Context, Provider } from './provider.ts';

/** An engine of another extension, as it writes it (`PrewarmEngine` of the public API). What goes wrong in it may be thrown. */
export interface ForeignEngine {
  readonly name: string;
  readonly rungs: readonly Rung[];
  supports(resource: ForeignResource): boolean;
  check(signal: AbortSignal): string | PromiseLike<string>;
  observe(
    resources: readonly ForeignResource[],
    signal: AbortSignal,
  ): readonly ForeignObservation[] | PromiseLike<readonly ForeignObservation[]>;
  reach(resource: ForeignResource, rung: Rung, context: ForeignContext): ForeignObservation | PromiseLike<ForeignObservation>;
  renew?(resources: readonly ForeignResource[], until: number): void | PromiseLike<void>;
}

/** What it is told of a resource: enough to find its declaration. Neither the environment nor any secret. */
export interface ForeignResource {
  readonly id: string;
  readonly name: string;
  readonly kind: ResourceKind;
  readonly provider: string;
  readonly declaredIn: string;
  readonly image?: string;
  readonly ports: readonly { readonly container: number; readonly host?: number }[];
  readonly dependsOn: readonly string[];
}

export interface ForeignContext {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  readonly onBehalfOf: 'person' | 'prediction';
}

export interface ForeignObservation {
  readonly resource: string;
  readonly rung: Rung | 'unknown';
  readonly owner?: 'prewarm' | 'developer' | 'none';
  readonly backends?: readonly { readonly port: number; readonly containerPort: number }[];
  readonly detail?: string;
}

export interface ForeignOptions {
  readonly log: (line: string) => void;
  /** Takes what may not be shown out of a text of theirs. */
  readonly clean: (text: string) => string;
  readonly deadlinesMs?: Partial<typeof DEADLINES_MS>;
}

/** After a call was aborted, `reach` has this long to stop at the last rung. */
const DEADLINES_MS = { check: 2000, observe: 5000, renew: 5000, reach: 30 * 60_000, stop: 5000 };
const NAME = /^[a-z][a-z0-9-]{1,39}$/;
const LONGEST_TEXT = 300;

/** What is wrong with it as it was registered; undefined: it can be asked. */
export function problemOf(engine: unknown): string | undefined {
  if (typeof engine !== 'object' || engine === null) return 'An engine is an object.';
  const { name, rungs, ...rest } = engine as Partial<ForeignEngine>;
  const own = { ...rest, ...methodsOf(engine as ForeignEngine) };
  if (typeof name !== 'string' || !NAME.test(name))
    return 'An engine’s name is 2 to 40 characters of a–z, 0–9 and -, and begins with a letter.';
  if (!Array.isArray(rungs) || rungs[0] !== 'absent' || !rungs.includes('ready') || rungs.includes('seeded'))
    return 'An engine’s rungs begin with “absent” and end with “ready”.';
  const order = rungs.map((rung) => RUNGS.indexOf(rung));
  if (order.some((place, i) => place < 0 || (i > 0 && place <= (order[i - 1] as number))))
    return `An engine’s rungs are some of ${RUNGS.join(', ')}, in this order.`;
  const missing = (['supports', 'check', 'observe', 'reach'] as const).find((method) => typeof own[method] !== 'function');
  return missing && `An engine has a method “${missing}”.`;
}

/**
 * The foreign engine behind the same contract as our own, so that what is wrong with it costs only itself: it has deadlines, what it
 * throws is a fault, what it answers is checked, and what does not fit is unknown. Once it is closed it is not asked any more.
 */
export function createForeignProvider(engine: ForeignEngine, { log, clean, deadlinesMs }: ForeignOptions): Provider {
  const deadlines = { ...DEADLINES_MS, ...deadlinesMs };
  // As it was checked: what they change later changes nothing here.
  const rungs = [...engine.rungs];
  const title = engine.name;
  const { supports, check, observe, reach, renew } = methodsOf(engine);
  const supported = new WeakMap<Resource, boolean>();
  const told = new Set<string>();
  let closed = false;

  function once(line: string): void {
    if (!told.has(line)) log(line);
    told.add(line);
  }

  const said = (error: unknown): string => textOf(error instanceof Error ? error.message : String(error), clean) || 'it does not say why';
  const away = (why: string): { ok: false; fault: Fault } => failed('engine-unreachable', 'later', `The engine ${title} ${why}`);

  /** What is thrown is a fault of the engine, but on a climb, which may fail for the one resource. */
  async function ask<T>(work: () => T | PromiseLike<T>, ms: number, thrown: FaultCode = 'engine-unreachable'): Promise<Result<T>> {
    if (closed) return away('is not registered any more.');
    try {
      return await within(ms, work, () => away(`did not answer within ${ms / 1000} s.`));
    } catch (error) {
      return failed(thrown, 'later', `The engine ${title} failed: ${said(error)}`);
    }
  }

  function observed(resource: Resource, raw: unknown, context: Context): Observation {
    const problem = observationProblem(raw, resource, rungs);
    const base = { id: resource.id, at: context.now() };
    if (problem) {
      once(`The engine ${title} answered wrongly for ${resource.id}: ${problem}.`);
      return { ...base, rung: 'unknown', owner: 'none', backends: [], detail: `${title}: ${problem}` };
    }
    const { rung, owner, backends = [], detail } = raw as ForeignObservation;
    return {
      ...base,
      rung,
      owner: owner ?? (rung === 'absent' || rung === 'unknown' ? 'none' : 'prewarm'),
      backends: backends.map(({ port, containerPort }): Backend => ({ host: '127.0.0.1', port, containerPort })),
      ...(detail === undefined ? {} : { detail: textOf(detail, clean) }),
    };
  }

  return inTurn({
    name: `extension:${title}`,
    rungs,
    supports(resource) {
      if (closed) return false;
      const known = supported.get(resource);
      if (known !== undefined) return known;
      let answer = false;
      try {
        answer = supports(viewOf(resource)) === true;
      } catch (error) {
        once(`The engine ${title} failed on whether it supports ${resource.id}: ${said(error)}`);
      }
      supported.set(resource, answer);
      return answer;
    },
    async check(signal) {
      const answer = await ask(() => check(signal), deadlines.check);
      return answer.ok ? ok({ version: textOf(answer.value, clean) }) : answer;
    },
    async observe(resources, context) {
      const answer = await ask(() => observe(resources.map(viewOf), context.signal), deadlines.observe);
      const unseen = answer.ok ? 'it said nothing of it' : answer.fault.message;
      const rows: readonly unknown[] = answer.ok && Array.isArray(answer.value) ? answer.value : [];
      return resources.map((resource) => {
        const row = rows.find((r) => (r as ForeignObservation | null)?.resource === resource.id);
        if (row !== undefined) return observed(resource, row, context);
        return { id: resource.id, rung: 'unknown', at: context.now(), backends: [], owner: 'none', detail: unseen };
      });
    },
    async reach(resource, rung, context) {
      const { signal, onBehalfOf } = context;
      const its: ForeignContext = { signal, onBehalfOf, progress: (text) => context.progress(textOf(text, clean)) };
      const climb = untilAborted(signal, deadlines.stop, () =>
        ask(() => reach(viewOf(resource), rung, its), deadlines.reach, 'start-failed'),
      );
      const answer = await climb;
      if (answer === 'aborted' || (signal.aborted && !answer.ok))
        return failed('cancelled', 'never', `Moving ${resource.id} was cancelled.`);
      if (!answer.ok) return answer;
      const seen = observed(resource, answer.value, context);
      if (seen.owner === 'developer' || seen.rung === rung) return ok(seen);
      const detail = seen.detail ? ` (${seen.detail})` : '';
      return failed('start-failed', 'later', `The engine ${title} was to bring ${resource.id} to ${rung}; it is ${seen.rung}${detail}.`);
    },
    async renew(resources, context) {
      const { now, leaseMs } = context;
      await renewLeases(
        resources.map((r) => r.id),
        context,
      );
      if (!renew || resources.length === 0) return;
      const answer = await ask(() => renew(resources.map(viewOf), now() + leaseMs), deadlines.renew);
      if (!answer.ok) once(answer.fault.message);
    },
    // What it made it sweeps by itself, by the time that `renew` gives.
    sweep: async () => ok([]),
    close: async () => {
      closed = true;
    },
  });
}

/** Their `this` stays theirs. */
function methodsOf(engine: ForeignEngine): Omit<ForeignEngine, 'name' | 'rungs'> {
  return {
    supports: engine.supports?.bind(engine),
    check: engine.check?.bind(engine),
    observe: engine.observe?.bind(engine),
    reach: engine.reach?.bind(engine),
    ...(typeof engine.renew === 'function' ? { renew: engine.renew.bind(engine) } : {}),
  };
}

function viewOf({ id, name, kind, provider, declaredIn, ports, dependsOn, spec }: Resource): ForeignResource {
  const image = 'image' in spec ? spec.image : undefined;
  const declared = ports.map(({ container, host }) => (host === undefined ? { container } : { container, host }));
  return { id, name, kind, provider, declaredIn, ports: declared, dependsOn: [...dependsOn], ...(image === undefined ? {} : { image }) };
}

/** One clause that says what does not fit; undefined where all does. */
function observationProblem(raw: unknown, { id, ports }: Resource, rungs: readonly Rung[]): string | undefined {
  if (typeof raw !== 'object' || raw === null) return 'the answer is not an object';
  const { resource, rung, owner, backends = [], detail } = raw as Record<keyof ForeignObservation, unknown>;
  if (resource !== id) return `the answer is about ${textOf(resource, String)}`;
  if (rung !== 'unknown' && !rungs.includes(rung as Rung)) return `“${textOf(rung, String)}” is none of its rungs`;
  if (owner !== undefined && owner !== 'prewarm' && owner !== 'developer' && owner !== 'none')
    return '“owner” is none of prewarm, developer, none';
  if (detail !== undefined && typeof detail !== 'string') return '“detail” is not a string';
  if (!Array.isArray(backends) || !backends.every(isBackend)) return '“backends” is not a list of { port, containerPort }';
  if (isWarm(rung as Rung) && ports.some((p) => p.protocol === 'tcp') && backends.length === 0) return 'it is ready, but not on which port';
  return undefined;
}

function isBackend(raw: unknown): boolean {
  const { port, containerPort } = (typeof raw === 'object' && raw !== null ? raw : {}) as { port?: unknown; containerPort?: unknown };
  return [port, containerPort].every((n) => Number.isInteger(n) && (n as number) > 0 && (n as number) < 65_536);
}

function textOf(raw: unknown, clean: (text: string) => string): string {
  return clean(typeof raw === 'string' ? raw.slice(0, LONGEST_TEXT) : String(raw).slice(0, LONGEST_TEXT));
}

async function within<T>(ms: number, work: () => T | PromiseLike<T>, late: () => Result<T>): Promise<Result<T>> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<Result<T>>((resolve) => {
    timer = setTimeout(() => resolve(late()), ms);
    timer.unref();
  });
  // In a turn of its own: what throws at once is as what throws later.
  const done = Promise.resolve().then(work).then(ok);
  // Late, it may still fail; nobody is there any more to hear it.
  done.catch(() => {});
  return Promise.race([done, timeUp]).finally(() => clearTimeout(timer));
}

/** Aborted, it is waited for a little, since it may stop at a rung; then it is left to itself. */
function untilAborted<T>(signal: AbortSignal, graceMs: number, work: () => Promise<T>): Promise<T | 'aborted'> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => {
      timer = setTimeout(() => resolve('aborted'), graceMs);
      timer.unref();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return Promise.race([work(), aborted]).finally(() => {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  });
}
