import type { Change } from '../advice/change.ts';
import { changeText } from '../advice/change.ts';
import { compile } from '../model/compile.ts';
import type { RunFigures, StationFigures } from '../model/engine.ts';
import { offered } from '../model/offered.ts';
import { deviations } from '../practice/holdAgainst.ts';
import type { Practice } from '../practice/practice.ts';
import { wallClock } from '../rehearsal.ts';
import { estimate } from '../result/estimate.ts';
import { type Figures, figuresOf, type ResourceFigures } from '../result/figures.ts';
import { Histogram } from '../result/histogram.ts';
import { FEW, type RehearsalResult, resultOf } from '../result/result.ts';
import type { ReadScenario } from '../scenario/readScenario.ts';
import { capacityOf, type ModelledResource, type Scenario } from '../scenario/scenario.ts';
import type { Batch, Recorder } from './recorder.ts';

export interface Live {
  readonly read: ReadScenario;
  readonly personas: readonly string[];
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly scale: number;
  readonly seed: number;
  readonly injected: readonly Change[];
  readonly practices: readonly Practice[];
  readonly recorder: Recorder;
  /** `overloaded`: more were under way at once than is allowed, and it was ended. */
  readonly end: 'done' | 'overloaded';
  /** How long it really was, ms. */
  readonly playedMs: number;
  /** Of this machine: what a resource without a limit may use. */
  readonly cores: number;
  /** How late the slowest hundredth of requests was sent, ms: the player’s own fault, which is in their latencies. */
  readonly lateMs: number;
}

/** The result of real requests, as that of the model. What cannot be seen from outside (queues, own work, calls behind) is NaN, null in JSON. */
export function liveResult(live: Live): RehearsalResult {
  const { read, recorder, playedMs } = live;
  const { scenario } = read;
  const batches = recorder.batches.filter((b) => b.untilMs <= playedMs);
  const figures = figuresOfBatches(scenario, batches, live.cores);
  const requests = batches.reduce((sum, b) => sum + b.requests.reduce((n, r) => n + r.latencyMs.count + r.failed + r.timedOut, 0), 0);
  const measuredMs = batches.reduce((sum, b) => sum + b.untilMs - b.fromMs, 0);
  return resultOf({
    setting: {
      personas: live.personas,
      durationMs: live.durationMs,
      scale: live.scale,
      startAt: wallClock(read.startAt),
      seed: live.seed,
      engine: 'live',
      injected: live.injected.map(changeText),
    },
    now: {
      scenario,
      rehearsed: { figures, offered: offered(scenario), replications: 1, measuredMs, warmUpMs: live.warmUpMs, requests, end: live.end },
    },
    assumed: read.assumed,
    notes: notesOf(live, requests),
    found: deviations(scenario, figures, live.practices),
    causes: [],
    advised: { trialMs: 0, advice: [], tried: 0, scenario },
    practiceGraph: { version: 1, practices: [] },
  });
}

function notesOf({ warmUpMs, end, playedMs, lateMs }: Live, requests: number): readonly string[] {
  return [
    'Real requests: utilization is processor time of what each resource may use; what cannot be seen from outside is null. Intervals are of batch means.',
    'Causes, and what would help, are told by the model (the same command without --engine live).',
    ...(warmUpMs > 0 ? [`The first ${seconds(warmUpMs)} s are the warm-up and not counted.`] : []),
    ...(end === 'overloaded'
      ? [`After ${seconds(playedMs)} s more requests were under way at once than is allowed, so it was ended: this load cannot be carried.`]
      : []),
    ...(requests < FEW
      ? [`Only ${requests} requests were counted; percentiles of so few say little. Rehearse a longer time or a larger scale.`]
      : []),
    ...(lateMs > LATE_MS
      ? [
          `One request in a hundred was sent ${Math.round(lateMs)} ms too late: this machine was too busy to play them, and latencies hold that.`,
        ]
      : []),
  ];
}

/** Later than this is more than timers and the loop of events take on a machine that is not busy. */
const LATE_MS = 5;
const seconds = (ms: number): number => Number((ms / 1000).toPrecision(3));

/** By the same arithmetic as the model’s, each batch in the place of a replication. */
function figuresOfBatches(scenario: Scenario, batches: readonly Batch[], cores: number): Figures {
  const compiled = compile(scenario);
  const figures = figuresOf(
    scenario,
    compiled,
    batches.map((b) => asRun(b, compiled.program.stations.length, compiled.program.measured, scenario.visitors.length)),
  );
  const resources = scenario.resources.map((model, i) => seen(figures.resources[i] as ResourceFigures, model, batches, cores));
  return { ...figures, resources, memoryBytes: resources.reduce((sum, r) => sum + r.memoryBytes, 0) };
}

const UNSEEN: Omit<StationFigures, 'id' | 'waitMs'> = {
  utilization: Number.NaN,
  waiting: Number.NaN,
  inside: Number.NaN,
  entered: Number.NaN,
  turnedAway: Number.NaN,
  ownMs: Number.NaN,
  coldMs: Number.NaN,
};

/** Patterns are the last of what is measured; calls before them cannot be seen. */
function asRun(batch: Batch, stations: number, measured: readonly string[], patterns: number): RunFigures {
  const calls = measured.length - patterns;
  return {
    stations: Array.from({ length: stations }, () => ({ id: '', ...UNSEEN, waitMs: new Histogram() })),
    requests: measured.map((name, i) => ({
      name,
      ...(batch.requests[i - calls] ?? { latencyMs: new Histogram(), failed: 0, timedOut: 0 }),
    })),
    counts: new Float64Array(2 * calls + stations).fill(Number.NaN),
    inside: new Float64Array(0),
    requestsEnded: 0,
    measuredMs: batch.untilMs - batch.fromMs,
    events: 0,
    end: 'done',
  };
}

function seen(r: ResourceFigures, model: ModelledResource, batches: readonly Batch[], cores: number): ResourceFigures {
  const may = capacityOf(model) ?? cores;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const usages = batches.map((b) => b.usage.get(r.id) ?? []);
  const memory = usages.flat().map((u) => u.memoryBytes);
  const visited = batches.some((b) => b.visits.has(r.id));
  return {
    ...r,
    utilization: estimate(usages.map((of) => mean(of.map((u) => u.cpuCores / may)))),
    ...(visited ? { visitsPerSecond: estimate(batches.map((b) => (1000 * (b.visits.get(r.id) ?? 0)) / (b.untilMs - b.fromMs))) } : {}),
    ...(memory.length > 0 ? { memoryBytes: mean(memory) } : {}),
  };
}
