import type { Activity, LedgerEntry, ResourceId } from '../../domain/index.ts';
import { asEager, DEFAULT_PRICES, expectedValueS } from '../../plan/value.ts';
import type { Calibration } from '../../predict/calibrate.ts';
import type { Compiled } from '../../predict/compile.ts';
import { begin, observe } from '../../predict/live.ts';
import { needOf } from '../../predict/need.ts';
import { settleUse, settleWaste } from '../ledger.ts';

/** A resource and what it usually costs. */
export interface Priced {
  readonly id: ResourceId;
  readonly kind: string;
  readonly coldMs: number;
  readonly memoryBytes: number;
  readonly idleCores: number;
}

/** What one arm of a test knows, and how things are in one session, which is the same for both arms. */
export interface InSession {
  readonly model: Compiled;
  readonly calibration?: Calibration;
  readonly resources: readonly Priced[];
  readonly horizonMs: number;
  readonly readyP95Ms: ReadonlyMap<ResourceId, number>;
  readonly idleMs: number;
  readonly settleMs: number;
  readonly eagernessOf: (resource: ResourceId) => number;
  /** How long a cold start takes this time. */
  readonly coldMs: (resource: ResourceId) => number;
}

interface State {
  readyAt?: number;
  worthlessSince?: number;
  used?: true;
}

/** Between two activities the loop looks again this often, or at least so many times. */
const LOOK_MS = 60_000;
const MOST_LOOKS = 30;

/**
 * The ledger of a session if it came: at each look what the arm's model says is needed is held against the rule of value, as in the loop; what is
 * worth it gets warm, what no longer is cools down. Each resource for itself: without dependencies, and as if memory were never short.
 */
export function ledgerOf(session: readonly Activity[], world: InSession): readonly LedgerEntry[] {
  const { model, resources, calibration, horizonMs, readyP95Ms, settleMs } = world;
  const states = new Map(resources.map((r) => [r.id, {} as State]));
  const lines: LedgerEntry[] = [];
  let live = begin(model);

  function use(resource: ResourceId, at: number): void {
    const state = states.get(resource);
    if (!state || state.used) return;
    state.used = true;
    const { readyAt } = state;
    const coldMs = world.coldMs(resource);
    const base = { resource, at, coldMs, probability: 0 };
    if (readyAt === undefined) lines.push(settleUse({ ...base, waitedMs: coldMs }));
    else lines.push(settleUse({ ...base, readySince: readyAt, waitedMs: Math.max(0, readyAt - at) }));
  }

  function cool(resource: ResourceId, state: State, at: number): void {
    if (state.readyAt === undefined) return;
    const since = Math.min(at, state.readyAt);
    lines.push(settleWaste({ resource, at, since, did: 'wasted', coldMs: world.coldMs(resource), probability: 0 }));
    delete state.readyAt;
    delete state.worthlessSince;
  }

  function look(now: number): void {
    const open = resources.filter(({ id }) => !states.get(id)?.used);
    const asked = open.map((r) => r.id);
    const options = { now, horizonMs, readyP95Ms, ...(calibration ? { calibration } : {}) };
    const needs = new Map(needOf(model, live, asked, options).map((n) => [n.resource, n]));
    for (const resource of open) {
      const state = states.get(resource.id) as State;
      const need = needs.get(resource.id);
      const prices = asEager(DEFAULT_PRICES, world.eagernessOf(resource.id));
      const isUp = state.readyAt !== undefined;
      const stay = {
        savedS: resource.coldMs / 1000,
        memoryBytes: resource.memoryBytes,
        cores: resource.idleCores,
        wrongS: isUp ? 0 : prices.secondsPerWrongStart,
      };
      if (need && expectedValueS(need, stay, prices) > 0) {
        state.readyAt ??= now + world.coldMs(resource.id);
        delete state.worthlessSince;
      } else if (isUp) {
        state.worthlessSince ??= now;
        if (now - state.worthlessSince >= settleMs) cool(resource.id, state, now);
      }
    }
  }

  for (const [i, activity] of session.entries()) {
    use(activity.resource, activity.at);
    live = observe(model, live, activity);
    const until = session[i + 1]?.at ?? activity.at + world.idleMs;
    if (until === activity.at) continue;
    const every = Math.max(LOOK_MS, (until - activity.at) / MOST_LOOKS);
    for (let now = activity.at; now < until; now += every) look(now);
  }
  const end = (session.at(-1)?.at ?? 0) + world.idleMs;
  for (const [id, state] of states) if (!state.used) cool(id, state, end);
  return lines;
}
