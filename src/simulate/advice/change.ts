import type { Rung } from '../../domain/index.ts';
import { START_FROM } from '../scenario/defaults.ts';
import { type Call, callName, type ModelledResource, type Scenario } from '../scenario/scenario.ts';
import { timesAsLong } from '../scenario/serviceTime.ts';

/** What can be different in a scenario: a fault that is injected, or a recommendation that is tried. `of` names a resource, or a call as `from → to`. */
export type Change = Difference & {
  /** Variables that mean it for real, where the document says which: of the resource, or of who calls. A simulation does not look at them. */
  readonly environment?: Readonly<Record<string, string>>;
};

type Difference =
  | { readonly do: 'concurrency'; readonly of: string; readonly to: number }
  /** Cores that it may use, of one replica. */
  | { readonly do: 'cpu'; readonly of: string; readonly cores: number }
  | { readonly do: 'replicas'; readonly of: string; readonly to: number }
  | { readonly do: 'queue-limit'; readonly of: string; readonly to: number }
  /** Its own work takes `factor` times as long. */
  | { readonly do: 'time'; readonly of: string; readonly factor: number }
  /** The same, by an index on what it is asked for. */
  | { readonly do: 'index'; readonly of: string; readonly factor: number }
  | { readonly do: 'delay'; readonly of: string; readonly ms: number }
  | { readonly do: 'errors'; readonly of: string; readonly rate: number }
  | { readonly do: 'stall'; readonly of: string; readonly share: number; readonly ms: number }
  /** How warm it is at the beginning; `startMs` is from `created` to `ready`. */
  | { readonly do: 'rung'; readonly of: string; readonly rung: Rung; readonly startMs: number }
  | { readonly do: 'pool'; readonly of: string; readonly to: number }
  | { readonly do: 'timeout'; readonly of: string; readonly ms: number }
  | { readonly do: 'retries'; readonly of: string; readonly times: number; readonly backoffMs: number }
  | { readonly do: 'cache'; readonly of: string; readonly hitRate: number; readonly ms: number };

/** The scenario with the change; the same where nothing bears its name. */
export function changed(scenario: Scenario, change: Change): Scenario {
  return {
    ...scenario,
    resources: scenario.resources.map((r) => (r.id === change.of ? changedResource(r, change) : r)),
    links: scenario.links.map((l) => (l.how === 'call' && callName(l) === change.of ? changedCall(l, change) : l)),
  };
}

function changedResource(r: ModelledResource, change: Change): ModelledResource {
  switch (change.do) {
    case 'concurrency':
      return { ...r, concurrency: change.to };
    case 'cpu':
      return r.processor ? { ...r, cpuCores: change.cores, processor: { ...r.processor, limit: change.cores } } : r;
    case 'replicas':
      return { ...r, replicas: change.to };
    case 'queue-limit':
      return { ...r, queueLimit: change.to };
    case 'time':
    case 'index':
      return { ...r, time: timesAsLong(r.time, change.factor) };
    case 'delay':
      return { ...r, delayMs: (r.delayMs ?? 0) + change.ms };
    case 'errors':
      return { ...r, errorRate: change.rate };
    case 'stall':
      return { ...r, stall: { share: change.share, ms: change.ms } };
    case 'rung': {
      const { coldStart: _, ...warm } = r;
      const meanMs = START_FROM[change.rung] * change.startMs;
      return meanMs > 0 ? { ...warm, coldStart: { shape: 'gamma', meanMs, cv: 0.2 } } : warm;
    }
    default:
      return r;
  }
}

function changedCall(c: Call, change: Change): Call {
  switch (change.do) {
    case 'pool':
      return { ...c, pool: change.to };
    case 'timeout':
      return { ...c, timeoutMs: change.ms };
    case 'retries':
      return { ...c, retries: change.times, backoffMs: change.backoffMs };
    case 'cache':
      return { ...c, cache: { hitRate: change.hitRate, ms: change.ms } };
    default:
      return c;
  }
}

/** In words, as something to do. */
export function changeText(change: Change): string {
  switch (change.do) {
    case 'concurrency':
      return `let ${change.of} serve ${change.to} at once`;
    case 'cpu':
      return `let ${change.of} use ${rounded(change.cores)} core${change.cores === 1 ? '' : 's'}`;
    case 'replicas':
      return `run ${change.to} replicas of ${change.of}`;
    case 'queue-limit':
      return `let at most ${change.to} wait at ${change.of}`;
    case 'index':
      return `make ${change.of} ${rounded(1 / change.factor)} times as fast (an index, a faster query)`;
    case 'time':
      return change.factor < 1
        ? `make ${change.of} ${rounded(1 / change.factor)} times as fast`
        : `make ${change.of} ${rounded(change.factor)} times as slow`;
    case 'delay':
      return `delay ${change.of} by ${rounded(change.ms)} ms`;
    case 'errors':
      return `let ${rounded(100 * change.rate)} % of the answers of ${change.of} be errors`;
    case 'stall':
      return `let ${change.of} hang for ${rounded(change.ms)} ms in ${rounded(100 * change.share)} % of requests`;
    case 'rung':
      return `keep ${change.of} on rung ${change.rung} before it is used`;
    case 'pool':
      return `give the pool ${change.of} ${change.to} connections`;
    case 'timeout':
      return `give ${change.of} up after ${rounded(change.ms)} ms`;
    case 'retries':
      return change.times === 0
        ? `do not try ${change.of} again`
        : `try ${change.of} again at most ${change.times} time${change.times === 1 ? '' : 's'}, after ${rounded(change.backoffMs)} ms and more`;
    case 'cache':
      return `answer ${rounded(100 * change.hitRate)} % of ${change.of} from a cache`;
  }
}

export const rounded = (value: number): number => Number(value.toPrecision(3));
