import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine, ProcessorTimes } from './machine.ts';

const WINDOW_MS = 10_000;
/** A sample older than this tells of another time. */
const TOO_OLD_MS = 20_000;
const LEAST_MS = 250;

interface Sample {
  readonly at: number;
  readonly idle: number;
  readonly all: number;
}

/**
 * Share of all processors' time that was used, from the difference of two samples (there is no load average on Windows, and elsewhere it
 * counts waiting for disks). Over the last 10 s where somebody asked then, else over a quarter of a second.
 */
export function createProcessorLoad({ now, processors }: Pick<Machine, 'now' | 'processors'>): () => Promise<number | undefined> {
  let samples: readonly Sample[] = [];
  const take = (): Sample => {
    const sample = { at: now(), ...sum(processors()) };
    samples = [...samples.filter((s) => sample.at - s.at <= TOO_OLD_MS), sample];
    return sample;
  };
  return async () => {
    if (!samples.some((s) => now() - s.at <= TOO_OLD_MS && now() - s.at >= LEAST_MS)) {
      take();
      await sleep(LEAST_MS);
    }
    const after = take();
    return busyBetween(baseFor(after, samples), after);
  };
}

/** The youngest that is a whole window old, else the oldest there is. */
function baseFor(after: Sample, samples: readonly Sample[]): Sample {
  const old = samples.filter((s) => after.at - s.at >= WINDOW_MS);
  return old.at(-1) ?? samples[0] ?? after;
}

export function busyBetween(before: ProcessorTimes, after: ProcessorTimes): number | undefined {
  const all = after.all - before.all;
  return all > 0 ? Math.min(1, Math.max(0, 1 - (after.idle - before.idle) / all)) : undefined;
}

function sum(times: readonly ProcessorTimes[]): ProcessorTimes {
  return times.reduce((total, one) => ({ idle: total.idle + one.idle, all: total.all + one.all }), { idle: 0, all: 0 });
}
