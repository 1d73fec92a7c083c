import { inOrder } from '../scenario/cycles.ts';
import { type Call, callsOf, capacityOf, type ModelledResource, type Scenario, type Step, serversOf } from '../scenario/scenario.ts';
import { meanOf } from '../scenario/serviceTime.ts';

export interface Offered {
  /** Visits of each resource a second at the mean rates, without retries: the traffic equations of an open network (Jackson 1957). */
  readonly perSecond: ReadonlyMap<string, number>;
  /** Of each resource: servers that its own work and the calls that it waits for keep busy, over those that there are, or that of its processor where it is more; 1 and more cannot last. */
  readonly load: ReadonlyMap<string, number>;
  /** How long a visit keeps a server of each resource if nobody ever waits, ms. */
  readonly holdMs: ReadonlyMap<string, number>;
  readonly interactionsPerSecond: number;
  /** Of all resources. */
  readonly visitsPerSecond: number;
}

/** By arithmetic alone, before anything is simulated; circles are cut already. */
export function offered(scenario: Scenario): Offered {
  const interactions = new Map<string, number>();
  const add = (to: Map<string, number>, id: string, perSecond: number): void => void to.set(id, (to.get(id) ?? 0) + perSecond);
  for (const v of scenario.visitors) {
    const rate = (v.perSecond.reduce((a, b) => a + b, 0) / v.perSecond.length) * v.interactions;
    const total = v.choose === 'one' ? v.entries.reduce((sum, e) => sum + e.probability, 0) : 1;
    for (const e of v.entries) add(interactions, e.resource, (rate * e.probability) / total);
  }
  const ids = scenario.resources.map((r) => r.id);
  const steps = scenario.links.filter((l): l is Step => l.how === 'step');
  for (const id of inOrder(ids, steps))
    for (const s of steps) if (s.from === id) add(interactions, s.to, (interactions.get(id) ?? 0) * s.probability);
  const calls = callsOf(scenario);
  const visits = new Map(interactions);
  for (const id of inOrder(ids, calls))
    for (const c of calls) if (c.from === id) add(visits, c.to, (visits.get(id) ?? 0) * c.probability * (1 - (c.cache?.hitRate ?? 0)));
  const resources = new Map(scenario.resources.map((r) => [r.id, r]));
  const held = new Map<string, number>();
  /** How long one visit keeps a server if nobody ever waits, ms. */
  const holdMs = (id: string): number => {
    const known = held.get(id);
    if (known !== undefined) return known;
    let ms = ownMs(resources.get(id) as ModelledResource);
    for (const c of calls) {
      if (c.from !== id) continue;
      const asked = (c.lag ? meanOf(c.lag) : 0) + answerMs(c);
      const hit = c.cache?.hitRate ?? 0;
      ms += c.probability * (hit * (c.cache?.ms ?? 0) + (1 - hit) * asked);
    }
    held.set(id, ms);
    return ms;
  };
  /** A callee that hangs is given up after the time-out. */
  function answerMs(c: Call): number {
    const most = c.timeoutMs ?? Number.POSITIVE_INFINITY;
    const stall = resources.get(c.to)?.stall ?? { share: 0, ms: 0 };
    return Math.min(holdMs(c.to) - stall.share * stall.ms, most) + stall.share * Math.min(stall.ms, most);
  }
  /** Of its servers or of its processor, whichever is asked for more. */
  function loadOf(r: ModelledResource): number {
    const perMs = (visits.get(r.id) ?? 0) / 1000;
    return Math.max((perMs * holdMs(r.id)) / serversOf(r), (perMs * meanOf(r.time)) / (capacityOf(r) ?? Number.POSITIVE_INFINITY));
  }
  const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
  return {
    perSecond: visits,
    load: new Map(scenario.resources.map((r) => [r.id, loadOf(r)])),
    holdMs: held,
    interactionsPerSecond: sum(interactions.values()),
    visitsPerSecond: sum(visits.values()),
  };
}

/** Mean work of its own for one visit, ms. */
export const ownMs = (r: ModelledResource): number => meanOf(r.time) + (r.delayMs ?? 0) + (r.stall ? r.stall.share * r.stall.ms : 0);
