import { rounded } from '../advice/change.ts';
import type { Figures } from '../result/figures.ts';
import { callName, callsOf, type Scenario } from '../scenario/scenario.ts';
import type { Practice, Threshold } from './practice.ts';

/** A set of practices as it stands in a file. */
export interface PracticeSet {
  readonly version: 1;
  readonly practices: readonly Practice[];
}

/** How far a figure may move before it is worth a look: half as much again and, of times, at least a millisecond. */
const SLACK = 1.5;

/**
 * Practices for one persona's own graph: by name, with limits taken from what was seen where it is carried well. Written to a file, later
 * rehearsals can be held against it (`--practices`).
 */
export function practiceGraph(name: string, scenario: Scenario, figures: Figures): PracticeSet {
  return { version: 1, practices: [...ofResources(name, scenario, figures), ...ofCalls(name, scenario, figures)] };
}

function ofResources(name: string, scenario: Scenario, figures: Figures): readonly Practice[] {
  const entries = new Set(scenario.visitors.flatMap((v) => v.entries.map((e) => e.resource)));
  return figures.resources
    .filter((r) => r.visitsPerSecond.value > 0)
    .map((r): Practice => {
      const holds: Threshold[] = [
        { figure: 'utilization', of: 'it', atMost: rounded(Math.min(0.85, Math.max(0.3, SLACK * r.utilization.value))) },
        { figure: 'own_ms', of: 'it', atMost: rounded(SLACK * r.ownMs.value + 1) },
        { figure: 'wait_ms', of: 'it', atMost: rounded(SLACK * (r.waitMs.mean.value || 0) + 1) },
        ...(entries.has(r.id) && scenario.visitors.some((v) => v.latencyTargetMs !== undefined)
          ? [{ figure: 'latency_over_target', of: 'it', atMost: 1 } as const]
          : []),
      ];
      return {
        id: `${name}: ${r.id}`,
        title: `${r.id} carries ${rounded(r.visitsPerSecond.value)} visits a second`,
        resources: { it: { ids: [r.id] } },
        calls: [],
        holds,
        law: 'saturation',
        because: `It was ${rounded(100 * r.utilization.value)} % busy in the rehearsal in which ${name} was served well.`,
        change: ['raise-concurrency', 'add-replica', 'index'],
      };
    });
}

function ofCalls(name: string, scenario: Scenario, figures: Figures): readonly Practice[] {
  const models = new Map(callsOf(scenario).map((c) => [callName(c), c]));
  return figures.calls
    .filter((c) => c.perSecond.value > 0)
    .map((c): Practice => {
      const model = models.get(callName(c));
      const hits = model?.cache ? [{ figure: 'hit_rate', of: 'caller → callee', atLeast: rounded(0.8 * c.hitRate.value) } as const] : [];
      const pool = model?.pool === undefined ? [] : [{ figure: 'pool_utilization', of: 'caller → callee', atMost: 0.8 } as const];
      const attempts = c.attempts.value > 0 ? Math.max(1.1, 1.1 * c.attempts.value) : 1.1;
      return {
        id: `${name}: ${callName(c)}`,
        title: `${callName(c)} is asked ${rounded(c.perSecond.value)} times a second`,
        resources: { caller: { ids: [c.from] }, callee: { ids: [c.to] } },
        calls: [{ from: 'caller', to: 'callee' }],
        holds: [{ figure: 'attempts', of: 'caller → callee', atMost: rounded(attempts) }, ...hits, ...pool],
        law: model?.pool !== undefined ? 'queueing' : 'retry storm',
        because: `Half of the answers took at most ${rounded(c.latencyMs.p50.value || 0)} ms, and 99 of 100 at most ${rounded(c.latencyMs.p99.value || 0)} ms.`,
        change: model?.pool !== undefined ? ['grow-pool', 'set-timeout'] : ['set-timeout', 'fewer-retries'],
      };
    });
}
