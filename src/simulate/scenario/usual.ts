import type { Rehearsed } from '../model/rehearse.ts';
import { assignments, figureLookup } from '../practice/holdAgainst.ts';
import type { CallFigure, Practice, ResourceFigure } from '../practice/practice.ts';
import type { CallFigures, ResourceFigures } from '../result/figures.ts';
import { callName, callsOf, type ModelledResource, type Scenario, serversOf } from './scenario.ts';

/** A rehearsal with what was rehearsed. */
export interface Case {
  readonly scenario: Scenario;
  readonly rehearsed: Rehearsed;
}

/** What a rehearsal is held against: what is usual of each figure, and how to tell that a capacity is too small. */
export interface Usual {
  /** A figure's value before, or the limit that a practice sets to it. */
  readonly figure: (figure: ResourceFigure | CallFigure, of: string) => number | undefined;
  /** A rehearsal before wavers by chance, so it takes more than that; a limit is a limit. */
  readonly slack: { readonly times: number; readonly attempts: number; readonly hits: number };
  readonly crowded: (r: ResourceFigures, model: ModelledResource) => boolean;
  readonly poolShort: (call: string, pool: number) => boolean;
  /** Few answers take very long, and nobody gives them up. */
  readonly hangs: (c: CallFigures) => boolean;
}

/** An earlier rehearsal of the same graph. */
export function usualOf(before: Case, now: Case): Usual {
  const servers = new Map(before.scenario.resources.map((r) => [r.id, serversOf(r)]));
  const pools = new Map(callsOf(before.scenario).map((c) => [callName(c), c.pool]));
  const surge = now.rehearsed.offered.interactionsPerSecond > 1.2 * before.rehearsed.offered.interactionsPerSecond;
  const calls = new Map(before.rehearsed.figures.calls.map((c) => [callName(c), c]));
  return {
    figure: figureLookup(before.scenario, before.rehearsed.figures),
    slack: { times: 1.3, attempts: 1.15, hits: 0.1 },
    crowded: (r, model) => serversOf(model) < 0.9 * (servers.get(r.id) ?? 0) || surge,
    poolShort: (call, pool) => pool < 0.9 * (pools.get(call) ?? Number.POSITIVE_INFINITY),
    hangs: (c) => {
      const then = calls.get(callName(c));
      if (!then) return false;
      return c.latencyMs.p99.value > 2 * then.latencyMs.p99.value && c.timeoutRate.value < 0.5 * then.timeoutRate.value;
    },
  };
}

/** Practices alone: the strictest limit of each figure of each thing. */
export function usualBy(practices: readonly Practice[], now: Case): Usual {
  const limits = limitsOf(now.scenario, practices);
  const look = figureLookup(now.scenario, now.rehearsed.figures);
  const figure = (name: ResourceFigure | CallFigure, of: string): number | undefined => limits.get(`${name} ${of}`);
  const above = (name: CallFigure, of: string, otherwise: number): boolean => (look(name, of) ?? 0) > (figure(name, of) ?? otherwise);
  return {
    figure,
    slack: { times: 1, attempts: 1, hits: 0 },
    crowded: () => true,
    poolShort: (call) => above('pool_utilization', call, 0.8),
    hangs: (c) => above('tail', callName(c), Number.POSITIVE_INFINITY),
  };
}

function limitsOf(scenario: Scenario, practices: readonly Practice[]): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  const named = (of: string, at: Readonly<Record<string, string>>): string =>
    of
      .split(' → ')
      .map((name) => at[name] as string)
      .join(' → ');
  for (const practice of practices)
    for (const at of assignments(practice, scenario))
      for (const { figure, of, atMost, atLeast } of practice.holds) {
        const key = `${figure} ${named(of, at)}`;
        const old = limits.get(key);
        if (atMost !== undefined) limits.set(key, Math.min(old ?? atMost, atMost));
        else if (atLeast !== undefined) limits.set(key, Math.max(old ?? atLeast, atLeast));
      }
  return limits;
}
