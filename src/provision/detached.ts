import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../domain/index.ts';
import { LABEL, labelsFor, specHash, stableName } from './ownership.ts';
import { birthOf, isAlive } from './processIdentity.ts';
import type { Context } from './provider.ts';
import { spawned } from './spawned.ts';

/** A process of ours that outlives us, as it stands in its state file. */
export interface Detached {
  readonly pid: number;
  /** Tells this process from a later one with the same number: its start time as the system gives it. */
  readonly birth: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly log: string;
}

const folderOf = (context: Context): string => join(context.storage, 'processes');
const fileOf = (resource: Resource, context: Context): string => join(folderOf(context), `${stableName(resource, context)}.json`);
export const logOf = (resource: Resource, context: Context): string => join(folderOf(context), `${stableName(resource, context)}.log`);

/** Starts a program in a process group of its own, its output in a log file; its state file is written before this resolves. */
export async function startDetached(
  resource: Resource,
  command: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
  context: Context,
): Promise<Detached | { problem: string }> {
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  const log = logOf(resource, context);
  const out = openSync(log, 'w', 0o600);
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', out, out],
    windowsHide: true,
  });
  closeSync(out);
  const problem = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `there is no program “${program}” (or no folder ${options.cwd})` : error.message),
    );
    child.once('spawn', () => resolve(undefined));
  });
  if (problem !== undefined || child.pid === undefined) return { problem: problem ?? 'it was not started' };
  child.unref();
  const state: Detached = { pid: child.pid, birth: await birthOf(child.pid), labels: labelsFor(resource, context), log };
  const file = fileOf(resource, context);
  await writeFile(`${file}.draft`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.draft`, file);
  return state;
}

/** The living process of this resource; a state file without one is taken away. */
export async function readDetached(resource: Resource, context: Context): Promise<Detached | undefined> {
  return living(fileOf(resource, context));
}

export const madeFromSameSpec = (it: Detached, resource: Resource): boolean => it.labels[LABEL.spec] === specHash(resource);

export async function stopDetached(resource: Resource, context: Context): Promise<void> {
  const file = fileOf(resource, context);
  const it = await living(file);
  if (it) await end(it.pid);
  await rm(file, { force: true });
}

/** Every living process of this workspace, with the means to end it. */
export async function listDetached(context: Context): Promise<readonly { it: Detached; stop: () => Promise<void> }[]> {
  const names = await readdir(folderOf(context)).catch(() => [] as string[]);
  const all = names
    .filter((n) => n.endsWith('.json'))
    .map(async (name) => {
      const file = join(folderOf(context), name);
      const it = await living(file);
      return it
        ? [
            {
              it,
              stop: async () => {
                await end(it.pid);
                await rm(file, { force: true });
              },
            },
          ]
        : [];
    });
  return (await Promise.all(all)).flat();
}

async function living(file: string): Promise<Detached | undefined> {
  let state: Detached;
  try {
    state = JSON.parse(await readFile(file, 'utf8')) as Detached;
  } catch {
    return undefined;
  }
  if (isAlive(state.pid) && (await birthOf(state.pid)) === state.birth) return state;
  await rm(file, { force: true });
  return undefined;
}

/** Asks the process group to end, then makes it. */
async function end(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await spawned('taskkill', ['/pid', String(pid), '/T', '/F'], { timeoutMs: 5000 });
    return;
  }
  signalGroup(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < 5000 && isAlive(pid) && (await birthOf(pid)) !== 'ended'; waitedMs += 50) await sleep(50);
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
