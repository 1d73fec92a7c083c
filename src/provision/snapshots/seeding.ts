import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type Backend, failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { type Engine, ifThere, messageOf, NO_SPACE, noSpace, statusOf } from '../containers/engine.ts';
import { found, reached } from '../containers/found.ts';
import { lastLines, livesMs, reachOf } from '../containers/reachOf.ts';
import { renewLeases } from '../leases.ts';
import type { Context } from '../provider.ts';
import { attempt, NOT_PUBLISHED, portProblem } from '../readiness.ts';
import type { Data } from './data.ts';
import { roomProblem, spaceUnder } from './room.ts';
import { tarFile } from './tar.ts';

const EVERY_MS = 100;
/** An engine publishes as it starts; where it does not, as in an internal network, it never will. */
const PUBLISHED_WITHIN_MS = 15_000;
const SEALED_WITHIN_MS = 20_000;
const LOOK_AT_DISK_EVERY_MS = 1000;
/** Seeding is as slow as what is seeded; this only ends what hangs for ever. */
const AT_MOST_MS = 6 * 3_600_000;

export interface Seeding {
  readonly container: Docker.Container;
  readonly resource: Resource;
  readonly data: Data;
  /** Under which its lease is renewed while somebody waits for it. */
  readonly lease: string;
  /** What the budget for snapshots still allows, bytes. */
  readonly leftBytes: number;
}

/** Undefined: there is room. */
export type DiskGuard = () => Promise<Result<never> | undefined>;

/** `gone`: another window took it away (it was cancelled there, or is whole). */
export type Seeded = Result<'seeded' | 'gone'>;

/** Waits until the data are seeded and served; then the container may be stopped. Fails when it dies, hangs, is cancelled, or the disk runs out. */
export async function untilSeeded(docker: Engine, seeding: Seeding, guard: DiskGuard, context: Context): Promise<Seeded> {
  const { resource } = seeding;
  const until = context.now() + AT_MOST_MS;
  let publishedBy: number | undefined;
  // An end that comes between two questions is no network without ports.
  let published = false;
  while (!context.signal.aborted) {
    const state = await stateOf(seeding);
    if (state !== 'starting' && state !== 'running') return state;
    const problem = state === 'starting' ? 'is starting' : await problemOf(docker, seeding);
    if (problem === undefined) return ok('seeded');
    if (state === 'running') {
      published ||= problem !== NOT_PUBLISHED;
      publishedBy ??= context.now() + PUBLISHED_WITHIN_MS;
      if (!published && context.now() > publishedBy) return outOfReach(resource);
    }
    const full = await guard();
    if (full) return full;
    if (context.now() > until)
      return failed('not-ready', 'later', `${resource.id}: seeding it did not come to an end in 6 hours: ${problem}.`);
    await sleep(EVERY_MS);
  }
  return failed('cancelled', 'never', `Baking ${resource.id} was cancelled.`);
}

/** The probe passes early in images that serve privately while they initialise; their port is open only afterwards. */
async function problemOf(docker: Engine, { container, resource, data }: Seeding): Promise<string | undefined> {
  try {
    const backends = await backendsOf(docker, container);
    const open = await portProblem(backends.find((b) => b.containerPort === data.port)?.port, undefined, await livesMs(docker.link));
    return open ?? (await attempt(resource.probe, reachOf(resource, { id: container.id, backends }, docker)));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return 'is not running';
    throw error;
  }
}

const outOfReach = (resource: Resource) =>
  failed(
    'unsupported',
    'never',
    `${resource.id} is not baked: its port cannot be published from the network that it is declared in, so that nobody could tell when it is seeded.`,
  );

async function backendsOf(docker: Engine, { id }: Docker.Container): Promise<readonly Backend[]> {
  const [info] = await (await docker()).listContainers({ all: true, filters: { id: [id] } });
  return info ? (await reached(found(info, 'prewarm'), docker.link)).backends : [];
}

/** How it ended, if it did. */
async function stateOf(seeding: Seeding): Promise<'starting' | 'running' | Seeded> {
  const { container, resource } = seeding;
  try {
    const { State } = await container.inspect();
    if (State.Running) return 'running';
    if (State.Status === 'removing' || State.Dead) return ok('gone');
    // Another window has asked for its start, and the engine is at it.
    if (State.Status === 'created' && State.Error === '') return 'starting';
    // It served and was told to end: another window is about to seal it, and removes the container then.
    if (State.ExitCode === 0 && (await goes(container))) return ok('gone');
    const log = await lastLines(container, 300);
    const full = NO_SPACE.test(`${log} ${State.Error}`) ? `${log}\n${State.Error}` : await noRoomIn(seeding);
    if (full) return { ok: false, fault: noSpace(resource, full) };
    return failed('start-failed', 'later', seedFault(resource, State.ExitCode, log), log);
  } catch (error) {
    if (statusOf(error) === 404 || /marked for removal/.test(messageOf(error))) return ok('gone');
    throw error;
  }
}

/** On a full disk the engine can't keep a container's last words either, so one more file is tried beside the half-made data. */
async function noRoomIn({ container, data }: Seeding): Promise<string | undefined> {
  try {
    await container.putArchive(tarFile('prewarm-room', 2 ** 20), { path: data.paths[0] ?? '/' });
    return undefined;
  } catch (error) {
    return NO_SPACE.test(messageOf(error)) ? messageOf(error) : undefined;
  }
}

async function goes(container: Docker.Container): Promise<boolean> {
  for (let tries = 0; tries < SEALED_WITHIN_MS / EVERY_MS; tries++) {
    if (!(await ifThere(() => container.inspect()))) return true;
    await sleep(EVERY_MS);
  }
  return false;
}

/** Names the script that was running, if the image logs it, and what it said. */
export function seedFault(resource: Resource, exitCode: number, log: string): string {
  const lines = log
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean);
  const script = log.match(/(?:.*\n)*.*?\b(?:running|sourcing|executing)\s+(\S*docker-entrypoint-initdb\.d\/[^\s'"]+)/i)?.[1];
  const said = lines.findLast((l) => /\b(error|fatal|exception|failed)\b/i.test(l)) ?? lines.at(-1) ?? '';
  const where = script ? ` in ${posix.basename(script)}` : '';
  return `${resource.id}: seeding it failed${where} (exit code ${exitCode})${said ? `: ${said.slice(0, 300)}` : '.'}`;
}

/** Asks for the free space about once a second, and keeps the lease of the container alive while at it. */
export function watchDisk({ container, resource, data, lease, leftBytes }: Seeding, context: Context): DiskGuard {
  let next = 0;
  let firstFree: number | undefined;
  return async () => {
    if (context.now() < next) return undefined;
    next = context.now() + LOOK_AT_DISK_EVERY_MS;
    await renewLeases([lease], context);
    const space = await spaceUnder(container, data.paths[0] ?? '/');
    firstFree ??= space?.freeBytes;
    return roomProblem(resource, space, { leftBytes, usedBytes: space && firstFree ? firstFree - space.freeBytes : 0 });
  };
}
