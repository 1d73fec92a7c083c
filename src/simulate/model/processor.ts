import type { ProcessorLimit } from '../scenario/scenario.ts';
import { EventQueue } from './eventQueue.ts';

/** Of the kernel's bandwidth control (`cpu.cfs_period_us`), which container engines leave as it is. */
export const PERIOD_MS = 100;
/** Work that is less than this is done, ms: times of days are told to this. */
const DONE_MS = 1e-6;

/**
 * A processor that all who work share evenly (processor sharing, Kleinrock 1967), each on one core at most. With a limit it is that of
 * containers (Turner, Rao and Rao, CPU bandwidth control for CFS, 2010): in each period of 100 ms so much may be used, at full speed; then all
 * stand still until the next period. Told in virtual time: the work that each who is there has been given.
 */
export class Processor {
  private readonly cores: number;
  private readonly quotaMs: number;
  private readonly jobs = new EventQueue();
  private at = 0;
  private given = 0;
  private period = 0;
  private used = 0;

  constructor({ cores, limit }: ProcessorLimit) {
    this.cores = cores;
    this.quotaMs = limit === undefined ? Number.POSITIVE_INFINITY : limit * PERIOD_MS;
  }

  add(now: number, job: number, workMs: number): void {
    this.advance(now);
    this.jobs.push(this.given + workMs, job);
  }

  /** When the next is done if nobody comes before; Infinity where nobody works. */
  get nextAt(): number {
    if (this.jobs.size === 0) return Number.POSITIVE_INFINITY;
    const { pace, use } = this;
    let left = Math.max(0, this.jobs.nextAt - this.given);
    const end = (this.period + 1) * PERIOD_MS;
    const now = pace * Math.max(0, Math.min(end - this.at, (this.quotaMs - this.used) / use));
    if (left <= now) return this.at + left / pace;
    left -= now;
    const each = pace * Math.min(PERIOD_MS, this.quotaMs / use);
    const whole = Math.max(0, Math.ceil(left / each) - 1);
    return end + whole * PERIOD_MS + (left - whole * each) / pace;
  }

  /** One who is done by now; undefined where there is none. */
  done(now: number): number | undefined {
    this.advance(now);
    return this.jobs.size > 0 && this.jobs.nextAt <= this.given + DONE_MS ? this.jobs.pop() : undefined;
  }

  private advance(now: number): void {
    if (this.jobs.size === 0) {
      const period = Math.floor(now / PERIOD_MS);
      if (period !== this.period) [this.period, this.used] = [period, 0];
      this.at = now;
      return;
    }
    const { pace, use } = this;
    while (this.at < now) {
      const end = (this.period + 1) * PERIOD_MS;
      const until = Math.min(now, end);
      const spentAt = this.at + (this.quotaMs - this.used) / use;
      const workedUntil = Math.min(until, Math.max(this.at, spentAt));
      this.given += pace * (workedUntil - this.at);
      this.used = spentAt <= until ? this.quotaMs : this.used + use * (workedUntil - this.at);
      this.at = until;
      if (until === end) [this.period, this.used] = [this.period + 1, 0];
    }
  }

  /** Work that each gets in a ms, and that all use together, while they are not held back. */
  private get pace(): number {
    return Math.min(1, this.cores / this.jobs.size);
  }

  private get use(): number {
    return Math.min(this.cores, this.jobs.size);
  }
}
