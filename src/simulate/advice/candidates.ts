import type { Cause } from '../practice/causes.ts';
import type { Law, Remedy } from '../practice/practice.ts';
import { PRICE } from '../scenario/defaults.ts';
import { type Call, callName, callsOf, type ModelledResource, serversOf, type Variables } from '../scenario/scenario.ts';
import type { Case } from '../scenario/usual.ts';
import { type Change, changeText, rounded } from './change.ts';

/** Something that may help, and what it costs more. */
export interface Candidate {
  readonly text: string;
  readonly changes: readonly Change[];
  readonly against: { readonly of: string; readonly law: Law };
  /** US dollars an hour. */
  readonly costPerHour: number;
  /** What is taken for granted of its effect. */
  readonly assumes?: string;
}

const LAW_REMEDIES: Readonly<Record<Law, readonly Remedy[]>> = {
  saturation: ['raise-cpu', 'raise-concurrency', 'add-replica', 'cache', 'index'],
  'slow service': ['raise-cpu', 'index', 'cache', 'add-replica'],
  queueing: ['grow-pool'],
  'cold start': ['keep-warm', 'keep-paused'],
  'cold cache': ['warm-cache', 'raise-concurrency'],
  'error amplification': ['standby', 'retry-once'],
  'retry storm': ['set-timeout', 'fewer-retries'],
  'time-out': ['set-timeout'],
};

/** Load that is aimed at: below the practice of ¾, so that a busy hour fits in. */
const AIM = 0.6;
/** A query with a fitting index against a scan: taken for a third of the time, which is little. */
const INDEX = 1 / 3;
/** Limits of processors are had in such steps, cores. */
const CORE_STEP = 0.25;
const INDEXED = ['database', 'dataset', 'search'];
/** What they are asked can be asked again; whether a service's answer may be, only its makers know. */
const CACHED = ['database', 'dataset', 'search', 'object-store'];
const HIT_RATE = 0.8;
const CACHE_MS = 0.5;
const CACHE = { cores: 0.25, gigabytes: 0.25 };
/** A warm resource that nobody uses takes about so much of its cores. */
const IDLE = 0.1;

/** What could be done about a cause; `more` are remedies that practices name besides. */
export function candidatesOf(now: Case, cause: Pick<Cause, 'of' | 'law'>, more: readonly Remedy[] = []): readonly Candidate[] {
  const { scenario } = now;
  const calls = callsOf(scenario);
  const call = calls.find((c) => callName(c) === cause.of);
  const resource = scenario.resources.find((r) => r.id === (call?.to ?? cause.of));
  if (!resource) return [];
  const remedies = [...new Set([...LAW_REMEDIES[cause.law], ...more])];
  return remedies.flatMap((remedy) =>
    remedyOf(remedy, now, resource, call).map((c) => ({
      ...c,
      text: c.text ?? c.changes.map(changeText).join(' and '),
      against: { of: cause.of, law: cause.law },
    })),
  );
}

type Idea = Omit<Candidate, 'against' | 'text'> & { readonly text?: string };

function remedyOf(remedy: Remedy, now: Case, r: ModelledResource, call: Call | undefined): readonly Idea[] {
  const { scenario, rehearsed } = now;
  const { offered, figures } = rehearsed;
  const into = callsOf(scenario).filter((c) => c.to === r.id);
  const calls = call ? [call] : into;
  const needed = ((offered.load.get(r.id) ?? 0) * serversOf(r)) / AIM;
  const replicaCost = r.cpuCores * PRICE.core + (r.memoryBytes / 2 ** 30) * PRICE.gigabyte;
  switch (remedy) {
    case 'raise-cpu': {
      const { limit, cores } = r.processor ?? { limit: undefined, cores: 0 };
      if (limit === undefined || limit >= cores) return [];
      // Twice as much, as a replica would be; more where that is too little.
      const wanted = Math.max(2 * limit, ((offered.load.get(r.id) ?? 0) * limit) / AIM);
      const to = Math.min(cores, Math.ceil(wanted / CORE_STEP) * CORE_STEP);
      return [{ changes: [{ do: 'cpu', of: r.id, cores: to }], costPerHour: (to - limit) * r.replicas * PRICE.core }];
    }
    case 'raise-concurrency': {
      const to = Math.max(r.concurrency + 1, Math.ceil(needed / r.replicas));
      const seen = figures.resources.find((x) => x.id === r.id);
      // Workers that wait for others need no core; those that work do.
      const working = Math.min(1, (seen?.ownMs.value ?? 1) / (offered.holdMs.get(r.id) || 1));
      const costPerHour = (to / r.concurrency - 1) * r.replicas * r.cpuCores * working * PRICE.core;
      return [{ changes: [{ do: 'concurrency', of: r.id, to, ...meant(r.variables, { concurrency: to }) }], costPerHour }];
    }
    case 'add-replica': {
      const to = Math.max(r.replicas + 1, Math.ceil(needed / r.concurrency));
      return [{ changes: [{ do: 'replicas', of: r.id, to }], costPerHour: (to - r.replicas) * replicaCost }];
    }
    case 'standby':
      if (r.errorRate === 0) return [];
      return [
        {
          text: `keep a standby of ${r.id} that answers where it fails`,
          changes: [{ do: 'errors', of: r.id, rate: r.errorRate * r.errorRate }],
          costPerHour: replicaCost,
          assumes: 'the two fail independently',
        },
      ];
    case 'limit-queue':
      return r.queueLimit === undefined ? [limitedQueue(r)] : [];
    case 'index':
      return INDEXED.includes(r.kind)
        ? [{ changes: [{ do: 'index', of: r.id, factor: INDEX }], costPerHour: 0, assumes: 'its work then takes a third of the time' }]
        : [];
    case 'cache':
      return into
        .filter((c) => CACHED.includes(r.kind) && (c.cache?.hitRate ?? 0) < HIT_RATE)
        .map((c) => ({
          changes: [{ do: 'cache', of: callName(c), hitRate: HIT_RATE, ms: CACHE_MS, ...switchedOn(c.variables) }],
          costPerHour: c.cache ? 0 : CACHE.cores * PRICE.core + CACHE.gigabytes * PRICE.gigabyte,
          assumes: `${100 * HIT_RATE} % of what is asked was asked before`,
        }));
    case 'warm-cache':
      return calls
        .filter((c) => c.cache && c.cache.hitRate < HIT_RATE)
        .map((c) => ({
          text: `fill the cache before ${callName(c)} ahead of use`,
          changes: [{ do: 'cache', of: callName(c), hitRate: HIT_RATE, ms: c.cache?.ms ?? CACHE_MS }],
          costPerHour: 0,
          assumes: `it then answers ${100 * HIT_RATE} %`,
        }));
    case 'grow-pool':
      return calls
        .filter((c) => c.pool !== undefined)
        .flatMap((c): Idea[] => {
          const rate = (offered.perSecond.get(c.from) ?? 0) * c.probability * (1 - (c.cache?.hitRate ?? 0));
          const inUse = (rate * (offered.holdMs.get(c.to) ?? 0)) / 1000;
          // Little's law for the mean, and two standard deviations of a Poisson number for its swings.
          const to = Math.max((c.pool as number) + 1, Math.ceil(inUse / 0.8), Math.ceil(inUse + 2 * Math.sqrt(inUse)));
          return [{ changes: [{ do: 'pool', of: callName(c), to, ...meant(c.variables, { pool: to }) }], costPerHour: 0 }];
        });
    case 'fewer-retries':
      return calls
        .filter((c) => c.retries > 1 || (c.retries === 1 && c.backoffMs < 50))
        .map((c) => ({ changes: [retried(c, Math.max(100, 2 * c.backoffMs))], costPerHour: 0 }));
    case 'retry-once':
      return into.filter((c) => c.retries === 0).map((c) => ({ changes: [retried(c, 50)], costPerHour: 0 }));
    case 'set-timeout':
      return calls.flatMap((c): Idea[] => {
        const stall = r.stall ?? { share: 0, ms: 0 };
        const ms = rounded(Math.max(50, 8 * ((offered.holdMs.get(r.id) ?? 0) - stall.share * stall.ms)));
        return c.timeoutMs !== undefined && Math.abs(c.timeoutMs / ms - 1) < 0.2
          ? []
          : [{ changes: [{ do: 'timeout', of: callName(c), ms, ...meant(c.variables, { timeout_ms: ms }) }], costPerHour: 0 }];
      });
    case 'keep-warm':
    case 'keep-paused': {
      if (!r.coldStart) return [];
      const rung = remedy === 'keep-warm' ? 'ready' : 'paused';
      const memory = ((r.replicas * r.memoryBytes) / 2 ** 30) * PRICE.gigabyte;
      const startMs = r.coldStart.shape === 'measured' ? 0 : r.coldStart.meanMs;
      return [
        {
          changes: [{ do: 'rung', of: r.id, rung, startMs }],
          costPerHour: memory + (rung === 'ready' ? IDLE * r.replicas * r.cpuCores * PRICE.core : 0),
        },
      ];
    }
  }
}

function limitedQueue(r: ModelledResource): Idea {
  const to = 2 * serversOf(r);
  return { changes: [{ do: 'queue-limit', of: r.id, to, ...meant(r.variables, { queue_limit: to }) }], costPerHour: 0 };
}

const retried = (c: Call, backoffMs: number): Change => ({
  do: 'retries',
  of: callName(c),
  times: 1,
  backoffMs,
  ...meant(c.variables, { retries: 1, backoff_ms: backoffMs }),
});

/** The variables that mean these figures; nothing where the document does not say which. */
function meant(variables: Variables | undefined, figures: Readonly<Partial<Record<keyof Variables, number>>>): Pick<Change, 'environment'> {
  const set = Object.entries(figures).flatMap(([figure, value]) => {
    const name = variables?.[figure as keyof Variables];
    return name === undefined ? [] : [[name, String(value)]];
  });
  return set.length > 0 ? { environment: Object.fromEntries(set) } : {};
}

function switchedOn(variables: Variables | undefined): Pick<Change, 'environment'> {
  const [name, value] = variables?.cache?.split(/=(.*)/s) ?? [];
  return name !== undefined && value !== undefined ? { environment: { [name]: value } } : {};
}
