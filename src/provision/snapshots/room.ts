import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { failed, type Resource } from '../../domain/index.ts';
import { messageOf } from '../containers/engine.ts';
import { runInside } from '../containers/reachOf.ts';
import { LABEL, OWNER } from '../ownership.ts';

/** Free space that is left alone: a twentieth of the disk, at most 1 GiB. A full disk stops far more than a bake. */
const RESERVE_BYTES = 2 ** 30;
const RESERVE_PART = 0.05;

export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** What all snapshots and copies on this engine take, bytes; the snapshot's own size is counted once, a copy's is what was changed in it. */
export async function takenBytes(client: Docker): Promise<number> {
  return (await volumesWithSizes(client)).filter((v) => v.Labels?.[LABEL.owner] === OWNER).reduce((sum, v) => sum + sizeOf(v), 0);
}

const DF_WITHIN_MS = 5000;

/** Every volume of the engine with its size. It adds sizes up for one caller at a time and sends the others away. */
export async function volumesWithSizes(client: Docker): Promise<readonly Docker.VolumeInspectInfo[]> {
  for (let tries = 0; ; tries++) {
    try {
      return ((await client.df()) as { Volumes?: readonly Docker.VolumeInspectInfo[] }).Volumes ?? [];
    } catch (error) {
      if (tries >= 100 || !/already running/.test(messageOf(error))) throw error;
      await sleep(100);
    }
  }
}

/** −1 is the engine's word for “not known”. */
export const sizeOf = (volume: Docker.VolumeInspectInfo | undefined): number => Math.max(0, volume?.UsageData?.Size ?? 0);

/** The disk under this path, asked of the running container; undefined where its image has no `df`. */
export async function spaceUnder(container: Docker.Container, path: string): Promise<DiskSpace | undefined> {
  try {
    const { code, output } = await runInside(container, ['df', '-Pk', path], DF_WITHIN_MS);
    return code === 0 ? parseDf(output) : undefined;
  } catch {
    // It has just ended; whoever asked looks at that next.
    return undefined;
  }
}

/** `df -P -k` (POSIX): one line of headings, then device, 1024-blocks, used, available, capacity, where. Frames of the engine's stream may stand before it. */
export function parseDf(output: string): DiskSpace | undefined {
  const [, total, , free] = output.match(/\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s/) ?? [];
  return total === undefined || free === undefined ? undefined : { totalBytes: Number(total) * 1024, freeBytes: Number(free) * 1024 };
}

/** Why there is no room to go on; undefined where there is. `usedBytes`: by this bake so far. */
export function roomProblem(
  resource: Resource,
  space: DiskSpace | undefined,
  budget: { readonly leftBytes: number; readonly usedBytes: number },
): ReturnType<typeof failed> | undefined {
  if (budget.usedBytes > budget.leftBytes) return overBudget(resource);
  if (!space || space.freeBytes > Math.min(RESERVE_BYTES, space.totalBytes * RESERVE_PART)) return undefined;
  return failed(
    'storage-failed',
    'later',
    `${resource.id}: baking it was stopped because the engine's disk has only ${inMB(space.freeBytes)} of ${inMB(space.totalBytes)} left. Free some space; \`prewarm snapshots prune\` removes snapshots that are not in use.`,
  );
}

export const overBudget = (resource: Resource): ReturnType<typeof failed> =>
  failed(
    'storage-failed',
    'never',
    `${resource.id}: a snapshot of it would exceed the disk budget for snapshots. \`prewarm snapshots prune\` removes what is not in use, or raise \`prewarm.snapshots.diskGB\`.`,
  );

const inMB = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
