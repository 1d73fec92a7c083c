import type { Disk, Readings } from '../../../plan/readings.ts';
import { readBattery } from './battery.ts';
import { lately } from './lately.ts';
import { type Machine, thisMachine } from './machine.ts';
import { readMemory, readMemoryStall } from './memory.ts';
import { readNetwork } from './network.ts';
import { createProcessorLoad } from './processorLoad.ts';
import { readWindows } from './windows.ts';

export interface WatchedFolder {
  /** For sentences: `the disk of Prewarm’s own files`. */
  readonly what: string;
  readonly path: string;
}

const QUICK_MS = 5000;
const SLOW_MS = 60_000;
/** Asking for memory starts a program there. */
const MAC_MEMORY_MS = 20_000;

/**
 * Readings of this machine, taken only when asked for and kept for a few seconds (a minute, where a program must be started for
 * them). What can't be read is left out: it is unknown, and nobody is told.
 */
export function createHostReadings(folders: readonly WatchedFolder[], machine: Machine = thisMachine()): () => Promise<Readings> {
  const { now, platform } = machine;
  const processorBusy = lately(QUICK_MS, now, createProcessorLoad(machine));
  const memory = lately(platform === 'darwin' ? MAC_MEMORY_MS : QUICK_MS, now, () => readMemory(machine));
  const memoryStall = lately(QUICK_MS, now, () => readMemoryStall(machine));
  const disks = lately(SLOW_MS / 2, now, () => readDisks(folders, machine));
  const windows = lately(SLOW_MS, now, () => readWindows(machine));
  const battery = lately(SLOW_MS, now, async () => (platform === 'win32' ? (await windows())?.battery : readBattery(machine)));
  const network = lately(SLOW_MS, now, async () => (platform === 'win32' ? (await windows())?.network : readNetwork(machine)));
  const all = { processorBusy, memory, memoryStall, disks, battery, network };
  return async () => {
    const read = await Promise.all(Object.entries(all).map(async ([name, reading]) => [name, await reading()] as const));
    return { processorCount: machine.processors().length, ...Object.fromEntries(read.filter(([, value]) => value !== undefined)) };
  };
}

async function readDisks(folders: readonly WatchedFolder[], machine: Machine): Promise<readonly Disk[]> {
  const all = await Promise.all(
    folders.map(async ({ what, path }) => {
      const disk = await machine.disk(path);
      return disk ? [{ what, ...disk }] : [];
    }),
  );
  return all.flat();
}
