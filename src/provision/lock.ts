import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failed, ok, type Result } from '../domain/index.ts';
import { lifeOf, ownIdentity, type ProcessIdentity } from './processIdentity.ts';
import type { Context } from './provider.ts';

export type LockContext = Pick<Context, 'leases' | 'instance' | 'signal' | 'progress'>;

export interface LockTiming {
  /** How often a holder shows that it lives. */
  readonly beatMs: number;
  /** A holder that we can't look at is given up when it showed nothing for so long. */
  readonly silentMs: number;
}
const TIMING: LockTiming = { beatMs: 5000, silentMs: 30_000 };
const POLL_MS = 40;
/** Nobody holds it and still it can't be taken, so many times in a row: the folder can't be written. */
const FUTILE = 100;

/** Who holds a lock. All of it stands in the name of the holder's file, so that it is there whole or not at all. */
export interface Holder extends ProcessIdentity {
  readonly token: string;
  readonly instance: string;
}

/**
 * Runs `act` while nobody else of this user does under the same name: no other window, command line or sweeper. Waits as
 * long as it takes, and says for whom; aborted, it is `cancelled`. `act` is handed a signal that aborts with the caller's,
 * or when the lock was lost (this machine stood still for so long that one that shares the folder took over).
 *
 * The lock is a folder with one file, the holder's. It is put in place whole by renaming a draft onto it, which fails
 * while there is a file in it. A dead holder's file is renamed to the new holder's: of many that try, the file system lets
 * one through, since no two names are the same and the old one is gone after the first.
 */
export async function withLock<T>(
  name: string,
  context: LockContext,
  act: (signal: AbortSignal) => Promise<Result<T>>,
  timing = TIMING,
): Promise<Result<T>> {
  const taken = await wait(name, context, timing);
  return taken.ok ? hold(name, taken.value, context, act, timing) : taken;
}

/** As `withLock`, but where somebody holds it, it says who and gives up. */
export async function ifUnlocked<T>(
  name: string,
  context: LockContext,
  act: (signal: AbortSignal) => Promise<Result<T>>,
  timing = TIMING,
): Promise<Result<T> | { readonly heldBy: Holder }> {
  const token = await newToken(context.instance);
  const holder = await tryToTake(lockFolder(name, context), token, createSilence(timing.silentMs));
  if (holder === 'taken') return hold(name, token, context, act, timing);
  return holder.ok ? { heldBy: holder.value } : holder;
}

export async function holderOf(name: string, context: Pick<Context, 'leases'>): Promise<Holder | undefined> {
  return readHolder(lockFolder(name, context));
}

/** Takes away the locks that the dead left behind: nobody may want them again, so that nobody would take them over. */
export async function sweepLocks(context: Pick<LockContext, 'leases' | 'instance'>): Promise<void> {
  const all = join(context.leases, '.locks');
  const token = await newToken(context.instance);
  for (const name of await readdir(all).catch(() => [] as string[])) {
    const folder = join(all, name);
    const holder = await readHolder(folder);
    if (holder && (await lifeOf(holder)) === 'gone' && (await takeOver(folder, holder.token, token))) await release(folder, token);
  }
}

/** “another window (process 123)”: an instance's name begins with what it is. */
export function describeHolder({ instance, pid }: Pick<Holder, 'instance' | 'pid'>): string {
  const kind = instance.startsWith('cli') ? 'a Prewarm command' : instance.startsWith('sweeper') ? 'the sweeper' : 'another window';
  return `${kind} (process ${pid})`;
}

/** Locks stand beside the leases, where every Prewarm of this user finds them. */
export function lockFolder(name: string, { leases }: Pick<Context, 'leases'>): string {
  const safe = name.replace(/[^\w.-]/g, '_');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return join(leases, '.locks', safe === name ? safe : `${safe}-${hash}`);
}

async function hold<T>(
  name: string,
  token: string,
  context: LockContext,
  act: (signal: AbortSignal) => Promise<Result<T>>,
  timing: LockTiming,
): Promise<Result<T>> {
  const folder = lockFolder(name, context);
  const lost = new AbortController();
  const beat = setInterval(() => void showLife(join(folder, token)).then((still) => still || lost.abort()), timing.beatMs);
  beat.unref();
  try {
    return await act(AbortSignal.any([context.signal, lost.signal]));
  } finally {
    clearInterval(beat);
    await release(folder, token);
  }
}

async function wait(name: string, context: LockContext, timing: LockTiming): Promise<Result<string>> {
  const token = await newToken(context.instance);
  const silence = createSilence(timing.silentMs);
  let told = '';
  while (!context.signal.aborted) {
    const holder = await tryToTake(lockFolder(name, context), token, silence);
    if (holder === 'taken') return ok(token);
    if (!holder.ok) return holder;
    if (told !== holder.value.token) context.progress(`waiting: ${describeHolder(holder.value)} is at it`);
    told = holder.value.token;
    // Not all at the same moment.
    await sleep(POLL_MS * (1 + Math.random()), undefined, { signal: context.signal }).catch(() => {});
  }
  return failed('cancelled', 'never', 'Waiting for another Prewarm to be done was cancelled.');
}

/** `taken`, or who holds it and lives. */
async function tryToTake(folder: string, token: string, silence: Silence): Promise<'taken' | Result<Holder>> {
  let problem: unknown;
  for (let futile = 0; futile < FUTILE; futile++) {
    try {
      if (await putInPlace(folder, token)) return 'taken';
    } catch (error) {
      problem = error;
      break;
    }
    const holder = await readHolder(folder);
    if (holder && !(await isGivenUp(holder, folder, silence))) return ok(holder);
    if (holder && (await takeOver(folder, holder.token, token))) return 'taken';
    // Released this moment; or the folder was left empty by one that ended while it released, and here that is in the way.
    if (!holder) await rmdir(folder).catch(() => {});
  }
  return failed(
    'storage-failed',
    'later',
    `The lock ${folder} could not be taken (${problem ? (problem as Error).message : 'the folder cannot be changed'}). Check that this folder can be written.`,
  );
}

async function newToken(instance: string): Promise<string> {
  const { pid, birth, machine } = await ownIdentity();
  return [pid, birth, machine, randomUUID().slice(0, 8), instance].map((part) => encodeURIComponent(part).replaceAll('_', '%5F')).join('_');
}

function parseToken(token: string): Holder {
  const [pid = '', birth = '', machine = '', , instance = ''] = token.split('_').map(decodeURIComponent);
  return { token, pid: Number(pid), birth, machine, instance };
}

async function readHolder(folder: string): Promise<Holder | undefined> {
  const [token] = await readdir(folder).catch(() => [] as string[]);
  return token === undefined ? undefined : parseToken(token);
}

/** A folder with our file in it takes the lock's place if there is none, or an empty one. Throws where the draft can't be written. */
async function putInPlace(folder: string, token: string): Promise<boolean> {
  const draft = `${folder}.${token}`;
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await writeFile(join(draft, token), '', { mode: 0o600 });
  try {
    await rename(draft, folder);
    return true;
  } catch {
    await rm(draft, { recursive: true, force: true });
    return false;
  }
}

async function isGivenUp(holder: Holder, folder: string, silence: Silence): Promise<boolean> {
  const life = await lifeOf(holder);
  if (life !== 'unknown') return life === 'gone';
  const shown = await stat(join(folder, holder.token)).catch(() => undefined);
  return shown !== undefined && silence(`${holder.token} ${shown.mtimeMs}`);
}

/** Has this sign stood unchanged for too long? */
type Silence = (sign: string) => boolean;

/** By our own steady clock: neither a wrong clock elsewhere nor a machine that slept makes a living holder look dead. */
function createSilence(silentMs: number): Silence {
  let seen = { sign: '', since: 0 };
  return (sign) => {
    if (seen.sign !== sign) seen = { sign, since: performance.now() };
    return performance.now() - seen.since >= silentMs;
  };
}

const takeOver = (folder: string, from: string, to: string): Promise<boolean> =>
  rename(join(folder, from), join(folder, to)).then(
    () => true,
    () => false,
  );

/** False: our file is gone, so another one took over. */
async function showLife(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

/** Only our own file goes: where another one took over, its lock stays. */
async function release(folder: string, token: string): Promise<void> {
  await unlink(join(folder, token)).catch(() => {});
  await rmdir(folder).catch(() => {});
  await removeDrafts(folder);
}

/** Drafts of those that ended while they tried. */
async function removeDrafts(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.`;
  for (const name of await readdir(dirname(folder)).catch(() => [] as string[])) {
    if (!name.startsWith(prefix)) continue;
    if ((await lifeOf(parseToken(name.slice(prefix.length)))) === 'gone')
      await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}
