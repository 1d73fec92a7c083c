import type { Probability } from '../domain/index.ts';

/** What the machine says of itself. Whatever can't be read is left out: unknown, never an assumption. */
export interface Readings {
  /** Share of all processors' time that was used over the last 10 s or so. */
  readonly processorBusy?: Probability;
  readonly processorCount?: number;
  readonly memory?: {
    readonly totalBytes: number;
    /** What can be had without swapping, by the system's own estimate. */
    readonly availableBytes: number;
  };
  /** Share of the last 10 s in which some program waited for memory (pressure stall information, Linux). */
  readonly memoryStall?: Probability;
  readonly disks?: readonly Disk[];
  readonly battery?: Battery;
  readonly network?: 'metered' | 'unmetered';
}

export interface Disk {
  /** For sentences: `the disk of Docker’s images`. */
  readonly what: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface Battery {
  readonly state: 'discharging' | 'powered';
  /** 0–1. */
  readonly charge: Probability;
}
