import type { Usage } from '../../domain/index.ts';
import { Histogram } from '../result/histogram.ts';

export type Outcome = 'well' | 'failed' | 'timed-out';

/** What one span of the time showed. */
export interface Batch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of each pattern’s visitors. */
  readonly requests: readonly { readonly latencyMs: Histogram; failed: number; timedOut: number }[];
  /** Of each resource that was asked. */
  readonly visits: Map<string, number>;
  readonly usage: Map<string, Usage[]>;
}

/** Intervals are made of so many (Law, Simulation Modeling and Analysis, 5th ed., ch. 9.5.3: batch means). */
export const BATCHES = 10;

/** Keeps what came of real requests, by when they were meant to be sent; what is before the end of the warm-up is not kept. */
export class Recorder {
  readonly batches: readonly Batch[];
  private readonly warmUpMs: number;
  private readonly batchMs: number;

  constructor(visitors: number, durationMs: number, warmUpMs: number) {
    this.warmUpMs = warmUpMs;
    this.batchMs = (durationMs - warmUpMs) / BATCHES;
    this.batches = Array.from({ length: BATCHES }, (_, i) => ({
      fromMs: warmUpMs + i * this.batchMs,
      untilMs: warmUpMs + (i + 1) * this.batchMs,
      requests: Array.from({ length: visitors }, () => ({ latencyMs: new Histogram(), failed: 0, timedOut: 0 })),
      visits: new Map(),
      usage: new Map(),
    }));
  }

  /** `at`: when it was meant to be sent; `ms`: from then to the end of the answer. */
  answered(visitors: number, resource: string, at: number, ms: number, outcome: Outcome): void {
    const batch = this.batchOf(at);
    const requests = batch?.requests[visitors];
    if (!batch || !requests) return;
    batch.visits.set(resource, (batch.visits.get(resource) ?? 0) + 1);
    if (outcome === 'well') requests.latencyMs.add(ms);
    else if (outcome === 'failed') requests.failed++;
    else requests.timedOut++;
  }

  measured(at: number, usage: ReadonlyMap<string, Usage>): void {
    const batch = this.batchOf(at);
    for (const [id, of] of usage) batch?.usage.set(id, [...(batch.usage.get(id) ?? []), of]);
  }

  private batchOf(at: number): Batch | undefined {
    return this.batches[Math.floor((at - this.warmUpMs) / this.batchMs)];
  }
}
