import type { HumanWork, Reason, UnixMs } from '../domain/index.ts';
import type { Battery, Disk, Readings } from './readings.ts';

/** What the machine leaves to us at this moment. */
export interface Pressure {
  /** What we may hold now; never more than the budget. */
  readonly memoryBytes: number;
  /** Why nothing is begun on a prediction now. What a person asks for, and what is in use, is never held back. */
  readonly yielding?: Reason;
  /** Why nothing is fetched or baked on a prediction now. */
  readonly fetching?: Reason;
}

/** On battery: as on the mains down to 30 %, down to 50 %, or nothing on a prediction. */
export const BATTERY_RULES = ['normal', 'careful', 'off'] as const;
export type BatteryRule = (typeof BATTERY_RULES)[number];

export interface PressureLimits {
  readonly budgetBytes: number;
  readonly battery: BatteryRule;
}

/** What one pass hands to the next, so that a reading that wavers about a threshold does not start and stop things. Plain data. */
export interface PressureState {
  readonly memoryBytes?: number;
  /** Since when more could be held than `memoryBytes`. */
  readonly roomSince?: UnixMs;
  /** Memory is short; over only when there is a good deal more than the reserve. */
  readonly shortOfMemory: boolean;
  readonly yieldingToWork: boolean;
  readonly yieldingToBattery: boolean;
  readonly shortOfDisk: boolean;
}

export const NO_PRESSURE: PressureState = {
  shortOfMemory: false,
  yieldingToWork: false,
  yieldingToBattery: false,
  shortOfDisk: false,
};

export interface PressureInput {
  readonly now: UnixMs;
  readonly readings: Readings;
  readonly work: HumanWork | undefined;
  /** What is ours holds now, as measured. */
  readonly heldBytes: number;
  readonly limits: PressureLimits;
}

const GB = 2 ** 30;
const RESERVE_BYTES = GB;
const RESERVE_SHARE = 0.1;
/** Memory counts as short until so much more than the reserve is there. */
const RESERVE_SLACK = 1.25;
/** What we may hold falls at once and rises only after there was room for so long. */
const ROOM_FOR_MS = 60_000;
/** One in ten moments spent waiting for memory is where systemd-oomd's users begin to feel it (`some avg10`). */
const STALL_SHARE = 0.1;
const GIVEN_UP_WHEN_STALLED = 0.25;
const BUSY_ABOVE = 0.8;
const BUSY_UNTIL_BELOW = 0.6;
const BATTERY_BELOW: Readonly<Record<BatteryRule, number>> = { normal: 0.3, careful: 0.5, off: 1.01 };
const BATTERY_SLACK = 0.05;
const DISK_FLOOR_BYTES = 5 * GB;
const DISK_FLOOR_SHARE = 0.1;
const DISK_SLACK = 1.2;

/** Readings → what we may do now. Pure; what is unknown puts no pressure on anything. */
export function pressureOf(input: PressureInput, previous: PressureState): { pressure: Pressure; state: PressureState } {
  const memory = memoryAllowed(input, previous);
  const work = yieldToWork(input, previous);
  const battery = yieldToBattery(input.readings.battery, input.limits.battery, previous);
  const disk = shortDisk(input.readings.disks ?? [], previous);
  const yielding = work ?? battery;
  const fetching = meteredReason(input.readings) ?? (disk && diskReason(disk));
  return {
    pressure: { memoryBytes: memory.memoryBytes, ...(yielding ? { yielding } : {}), ...(fetching ? { fetching } : {}) },
    state: {
      ...memory,
      yieldingToWork: work !== undefined,
      yieldingToBattery: battery !== undefined,
      shortOfDisk: disk !== undefined,
    },
  };
}

/** Kept free for the developer's own programs: a gigabyte or a tenth, whichever is more. */
export const reserveBytes = (totalBytes: number): number => Math.max(RESERVE_BYTES, RESERVE_SHARE * totalBytes);

type MemoryState = Pick<PressureState, 'roomSince' | 'shortOfMemory'> & { readonly memoryBytes: number };

/**
 * What we hold and what is available add up to the same whatever we start or stop, so the cap does not chase our own deeds:
 * it is what we hold, plus what is available beyond the reserve, or less what is missing of it.
 */
function memoryAllowed({ now, readings, heldBytes, limits }: PressureInput, previous: PressureState): MemoryState {
  const { memory, memoryStall = 0 } = readings;
  const stalled = memoryStall > STALL_SHARE;
  if (!memory && !stalled) return { memoryBytes: limits.budgetBytes, shortOfMemory: false };
  const beyond = memory ? memory.availableBytes - reserveBytes(memory.totalBytes) : Number.POSITIVE_INFINITY;
  const spare = stalled ? Math.min(beyond, -GIVEN_UP_WHEN_STALLED * heldBytes) : beyond;
  const slack = memory ? (RESERVE_SLACK - 1) * reserveBytes(memory.totalBytes) : 0;
  const shortOfMemory = spare < 0 || stalled || (previous.shortOfMemory && spare < slack);
  const allowed = Math.max(0, Math.min(limits.budgetBytes, heldBytes + spare));
  return { ...slowlyUp(allowed, previous, now), shortOfMemory };
}

function slowlyUp(allowed: number, { memoryBytes, roomSince }: PressureState, now: UnixMs): Pick<MemoryState, 'memoryBytes' | 'roomSince'> {
  if (memoryBytes === undefined || allowed <= memoryBytes) return { memoryBytes: allowed };
  const since = roomSince ?? now;
  return now - since >= ROOM_FOR_MS ? { memoryBytes: allowed } : { memoryBytes, roomSince: since };
}

function yieldToWork({ now, readings, work }: PressureInput, previous: PressureState): Reason | undefined {
  if (!work) return undefined;
  const begun = `Your ${work.what} has been going on for ${duration(now - work.since)}`;
  if (work.on === 'engine') return yielding(`${begun}, so nothing is begun on a prediction beside it.`);
  const busy = readings.processorBusy;
  if (busy === undefined || busy <= (previous.yieldingToWork ? BUSY_UNTIL_BELOW : BUSY_ABOVE)) return undefined;
  return yielding(
    `${begun} and the processors are ${percent(busy)} busy (yields above ${percent(BUSY_ABOVE)}, until below ${percent(BUSY_UNTIL_BELOW)}), so nothing is begun on a prediction.`,
  );
}

function yieldToBattery(battery: Battery | undefined, rule: BatteryRule, previous: PressureState): Reason | undefined {
  if (battery?.state !== 'discharging') return undefined;
  const below = BATTERY_BELOW[rule] + (previous.yieldingToBattery ? BATTERY_SLACK : 0);
  if (battery.charge >= below) return undefined;
  const why =
    rule === 'off' ? 'nothing is begun on a prediction there' : `below ${percent(BATTERY_BELOW[rule])} nothing is begun on a prediction`;
  return yielding(`This machine runs on its battery (${percent(battery.charge)}) and ${why} (\`prewarm.battery\` is “${rule}”).`);
}

function shortDisk(disks: readonly Disk[], previous: PressureState): Disk | undefined {
  return disks.find((disk) => disk.freeBytes < floorBytes(disk) * (previous.shortOfDisk ? DISK_SLACK : 1));
}

/** Five gigabytes, or a tenth of a small disk. */
const floorBytes = ({ totalBytes }: Disk): number => Math.min(DISK_FLOOR_BYTES, DISK_FLOOR_SHARE * totalBytes);

const diskReason = (disk: Disk): Reason =>
  yielding(
    `Only ${gigabytes(disk.freeBytes)} are free on ${disk.what} (${gigabytes(floorBytes(disk))} are kept), so nothing is fetched or baked on a prediction.`,
  );

const meteredReason = ({ network }: Readings): Reason | undefined =>
  network === 'metered' ? yielding('The network is metered, so nothing is fetched on a prediction.') : undefined;

const yielding = (text: string): Reason => ({ code: 'yielding', text });
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const gigabytes = (bytes: number): string => `${(bytes / GB).toFixed(1)} GB`;
const duration = (ms: number): string => (ms < 90_000 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`);
