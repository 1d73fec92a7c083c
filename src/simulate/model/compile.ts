import {
  type Call,
  callName,
  callsOf,
  type Entry,
  poolName,
  processorOf,
  type Scenario,
  type Step,
  serversOf,
  type Visitors,
  visitorsName,
} from '../scenario/scenario.ts';
import type { Node, Program, Source, Station } from './program.ts';

/** A scenario as the engine runs it, and where its parts are found in the figures. */
export interface Compiled {
  readonly program: Program;
  /** Index of a station by the name of its resource, or of a pool. */
  readonly stations: ReadonlyMap<string, number>;
  /** Index of what is measured: answers of a call, by its name, and interactions of a pattern, by its. */
  readonly measured: ReadonlyMap<string, number>;
  /** Index of the counters of a call: how often it was wanted, and how often it really began (not in the cache). */
  readonly counters: ReadonlyMap<string, { readonly wanted: number; readonly begun: number }>;
  /** Index of the counter of a resource's own errors. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Nodes are written from the end to the begin, so that each knows its next. */
export function compile(scenario: Scenario): Compiled {
  const nodes: Node[] = [{ do: 'end' }, { do: 'fail' }];
  const [END, FAIL] = [0, 1];
  const add = (node: Node): number => nodes.push(node) - 1;
  const pause = (time: Entry['lag'], next: number): number => (time ? add({ do: 'pass', time, next }) : next);
  const perhaps = (probability: number, then: number, otherwise: number): number =>
    probability >= 1 ? then : add({ do: 'branch', probability, to: then, next: otherwise });

  const pooled = callsOf(scenario).filter((c) => c.pool !== undefined);
  const stationList: readonly Station[] = [
    ...scenario.resources.map((r) => ({
      id: r.id,
      servers: serversOf(r),
      ...(r.queueLimit === undefined ? {} : { mostWaiting: r.queueLimit }),
      ...(r.coldStart ? { coldStart: r.coldStart } : {}),
      ...(r.processor ? { processor: processorOf(r, r.processor) } : {}),
    })),
    ...pooled.map((c) => ({ id: poolName(c), servers: c.pool as number })),
  ];
  const stations = new Map(stationList.map((s, i) => [s.id, i]));
  const names = [...callsOf(scenario).map(callName), ...scenario.visitors.map(visitorsName)];
  const measured = new Map(names.map((name, i) => [name, i]));
  const counters = new Map(callsOf(scenario).map((c, i) => [callName(c), { wanted: 2 * i, begun: 2 * i + 1 }]));
  const errors = new Map(scenario.resources.map((r, i) => [r.id, 2 * counters.size + i]));
  const resources = new Map(scenario.resources.map((r) => [r.id, r]));

  const bodies = new Map<string, number>();
  /** Waits for a worker, works, asks what it asks, lets the worker go. */
  function body(id: string): number {
    const known = bodies.get(id);
    if (known !== undefined) return known;
    const r = resources.get(id);
    const station = stations.get(id);
    if (!r || station === undefined) throw new Error(`No resource ${id} in the scenario.`);
    let next = add({ do: 'leave', station, next: END });
    for (const call of callsOf(scenario)
      .filter((c) => c.from === id)
      .reverse())
      next = asked(call, next);
    if (r.errorRate > 0) {
      const fails = add({ do: 'count', counter: errors.get(id) as number, next: FAIL });
      next = perhaps(r.errorRate, fails, next);
    }
    if (r.stall) {
      const hangs = add({ do: 'pass', time: { shape: 'constant', meanMs: r.stall.ms }, of: station, next });
      next = add({ do: 'branch', probability: r.stall.share, to: hangs, next });
    }
    if (r.delayMs) next = add({ do: 'pass', time: { shape: 'constant', meanMs: r.delayMs }, of: station, next });
    const work = add({ do: 'pass', time: r.time, of: station, ...(r.processor ? { shared: true as const } : {}), next });
    const entry = add({ do: 'enter', station, next: work });
    bodies.set(id, entry);
    return entry;
  }

  function asked(call: Call, next: number): number {
    const name = callName(call);
    const count = counters.get(name) as { wanted: number; begun: number };
    const pool = stations.get(poolName(call));
    const leavePool = (then: number): number => (pool === undefined ? then : add({ do: 'leave', station: pool, next: then }));
    const lost = call.optional ? next : FAIL;
    // The retry goes back to where the call begins, which is written after it: its place is kept.
    const retry = call.retries > 0 ? add({ do: 'end' }) : lost;
    const attempt = add({
      do: 'call',
      entry: body(call.to),
      next: leavePool(next),
      failed: leavePool(retry),
      measured: measured.get(name) as number,
      ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    });
    const began = pool === undefined ? attempt : add({ do: 'enter', station: pool, next: attempt });
    if (call.retries > 0) nodes[retry] = { do: 'retry', times: call.retries, backoffMs: call.backoffMs, again: began, next: lost };
    let entry = add({ do: 'count', counter: count.begun, next: pause(call.lag, began) });
    if (call.cache) {
      const hit = add({ do: 'pass', time: { shape: 'constant', meanMs: call.cache.ms }, next });
      entry = perhaps(call.cache.hitRate, hit, entry);
    }
    return perhaps(call.probability, add({ do: 'count', counter: count.wanted, next: entry }), next);
  }

  const stepsFrom = new Map<string, Step[]>();
  for (const link of scenario.links) if (link.how === 'step') stepsFrom.set(link.from, [...(stepsFrom.get(link.from) ?? []), link]);

  /** One visit of a resource and the steps that follow from it; each visit is an interaction of the pattern. */
  function walkOf(visitors: Visitors): (id: string) => number {
    const label = measured.get(visitorsName(visitors)) as number;
    const walks = new Map<string, number>();
    const walk = (id: string): number => {
      const known = walks.get(id);
      if (known !== undefined) return known;
      let next = END;
      for (const step of (stepsFrom.get(id) ?? []).slice().reverse()) {
        const onward = add({ do: 'call', entry: walk(step.to), next, failed: next });
        next = perhaps(step.probability, pause(step.lag, onward), next);
      }
      const visit = visited(visitors, id, label, next);
      walks.set(id, visit);
      return visit;
    };
    return walk;
  }

  const visited = (visitors: Visitors, id: string, label: number, next: number): number =>
    add({ do: 'call', entry: transferred(visitors, body(id)), next, failed: next, measured: label });

  const transferred = (visitors: Visitors, entry: number): number =>
    visitors.transferMs > 0 ? add({ do: 'pass', time: { shape: 'constant', meanMs: visitors.transferMs }, next: entry }) : entry;

  function sourceOf(visitors: Visitors): Source {
    const { perSecond, stepMs, entries, interactions } = visitors;
    const only = entries.length === 1 && interactions === 1 ? entries[0] : undefined;
    if (only && visitors.choose === 'one' && !stepsFrom.has(only.resource))
      return {
        entry: transferred(visitors, body(only.resource)),
        perSecond,
        stepMs,
        measured: measured.get(visitorsName(visitors)) as number,
      };
    return { entry: session(visitors), perSecond, stepMs };
  }

  function session(visitors: Visitors): number {
    const walk = walkOf(visitors);
    const { entries, interactions } = visitors;
    const again = interactions > 1 ? add({ do: 'end' }) : END;
    let first: number;
    if (visitors.choose === 'each') {
      first = again;
      for (const e of [...entries].reverse()) {
        const visit = add({ do: 'call', entry: walk(e.resource), next: first, failed: first });
        first = perhaps(e.probability, pause(e.lag, visit), first);
      }
    } else first = oneOf(entries, (e) => add({ do: 'call', entry: walk(e.resource), next: again, failed: again }));
    if (interactions > 1) {
      const thought = pause(visitors.think, first);
      nodes[again] = { do: 'branch', probability: 1 - 1 / interactions, to: thought, next: END };
    }
    return first;
  }

  /** One of them, in proportion to their probabilities: a chain of branches. */
  function oneOf(entries: readonly Entry[], go: (e: Entry) => number): number {
    let next = END;
    let sum = 0;
    for (const e of [...entries].reverse()) {
      sum += e.probability;
      next = next === END ? go(e) : add({ do: 'branch', probability: e.probability / sum, to: go(e), next });
    }
    return next;
  }

  const sources = scenario.visitors.map(sourceOf);
  return {
    program: { stations: stationList, nodes, sources, measured: names, counters: 2 * counters.size + errors.size },
    stations,
    measured,
    counters,
    errors,
  };
}
