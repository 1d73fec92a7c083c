import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { spawned } from './spawned.ts';

/** A process as others can tell it apart, even after its number was given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Its start time as the system gives it; empty where the system has no cheap way to tell. */
  readonly birth: string;
  /** Where its number means something: 12 hex digits over the host, its boot and the pid namespace. */
  readonly machine: string;
}

let own: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= Promise.all([birthOf(process.pid), machineId()]).then(([birth, machine]) => ({ pid: process.pid, birth, machine }));
  return own;
}

/** `unknown`: it runs (or ran) where we can't look, or its number may have been given to another process since. */
export async function lifeOf({ pid, birth, machine }: ProcessIdentity): Promise<'alive' | 'gone' | 'unknown'> {
  if (machine !== (await ownIdentity()).machine) return 'unknown';
  if (!isAlive(pid)) return 'gone';
  if (birth === '') return 'unknown';
  return (await birthOf(pid)) === birth ? 'alive' : 'gone';
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux: field 22 of /proc/PID/stat (proc(5)); macOS: ps; Windows has no cheap way. `ended`: it is dead and not yet reaped. */
export async function birthOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
  }
  if (process.platform === 'darwin') return (await spawned('ps', ['-o', 'lstart=', '-p', String(pid)], { timeoutMs: 2000 })).stdout.trim();
  return '';
}

/** Two containers may share a host's name and still count their processes apart; after a boot numbers begin anew. */
async function machineId(): Promise<string> {
  const parts = await Promise.all([
    readlink('/proc/self/ns/pid').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  return createHash('sha256')
    .update([hostname(), ...parts].join('\n'))
    .digest('hex')
    .slice(0, 12);
}
