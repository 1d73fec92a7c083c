import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Who listens on a local TCP port, in words for a note: `postgres (pid 812)`, `docker-proxy (pid 5, a container publishes it)`.
 * undefined where the system does not tell. Each system has its own way; what it prints is read by a function of its own.
 */
export async function holderOf(port: number, platform: NodeJS.Platform = process.platform): Promise<string | undefined> {
  const holder = await WAYS[platform]?.(port).catch(() => undefined);
  return holder && said(holder);
}

export interface Holder {
  readonly program?: string;
  readonly pid?: number;
  /** Set where the system hides another user's processes. */
  readonly uid?: number;
}

const WAYS: Readonly<Partial<Record<NodeJS.Platform, (port: number) => Promise<Holder | undefined>>>> = {
  linux: onLinux,
  darwin: onMac,
  win32: onWindows,
};

/** Programs that hold a port because a container publishes it. */
const PUBLISHES = /^(docker-proxy|rootlesskit|com\.docker|com\.docke|vpnkit|OrbStack|limactl|gvproxy|wslrelay)/i;

export function said({ program, pid, uid }: Holder): string {
  if (program === undefined) return uid === undefined ? `the process ${pid}` : `a program of another user (uid ${uid})`;
  const more = [...(pid === undefined ? [] : [`pid ${pid}`]), ...(PUBLISHES.test(program) ? ['a container publishes it'] : [])];
  return more.length > 0 ? `${program} (${more.join(', ')})` : program;
}

// ------------------------------------------------------------------------------------------------ Linux

async function onLinux(port: number): Promise<Holder | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')));
  const sockets = tables.flatMap((text) => listenersIn(text, port));
  const inodes = new Set(sockets.map((s) => `socket:[${s.inode}]`));
  if (inodes.size === 0) return undefined;
  const own = String(process.pid);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== own);
  // This program comes last: it may listen there too, on the other loopback address.
  for (const pid of [...pids, own]) {
    if ((await publishes(pid, port)) || (await holdsOneOf(pid, inodes))) {
      return { program: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim(), pid: Number(pid) };
    }
  }
  return sockets[0] && { uid: sockets[0].uid };
}

/** Descriptors of another user's process can't be read, its command line can: so docker-proxy is known in any case. */
async function publishes(pid: string, port: number): Promise<boolean> {
  const proxied = proxiedBy(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return proxied?.hostPort === port;
}

async function holdsOneOf(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const fd of descriptors) {
    if (inodes.has(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''))) return true;
  }
  return false;
}

/** Sockets that listen on `port` in a text of `/proc/net/tcp` or `tcp6` (man 5 proc: state 0A is LISTEN, the port is in hexadecimal). */
export function listenersIn(text: string, port: number): readonly { readonly inode: string; readonly uid: number }[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , uid, , inode] = line.trim().split(/\s+/);
    return state === '0A' && local.endsWith(`:${hex}`) && inode ? [{ inode, uid: Number(uid) }] : [];
  });
}

export interface Proxied {
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerHost: string;
  readonly containerPort: number;
}

/** What a docker-proxy forwards, from its command line (words parted by NUL, as in `/proc/PID/cmdline`); undefined for any other program. */
export function proxiedBy(commandLine: string): Proxied | undefined {
  const [program = '', ...words] = commandLine.split('\0');
  if (!/(^|\/)docker-proxy$/.test(program)) return undefined;
  const value = (name: string): string => words[words.indexOf(name) + 1] ?? '';
  if (value('-proto') !== 'tcp') return undefined;
  const proxied = {
    hostAddress: value('-host-ip'),
    hostPort: Number(value('-host-port')),
    containerHost: value('-container-ip'),
    containerPort: Number(value('-container-port')),
  };
  return proxied.hostPort > 0 && proxied.containerPort > 0 && proxied.containerHost !== '' ? proxied : undefined;
}

// ------------------------------------------------------------------------------------------------ macOS, Windows

async function onMac(port: number): Promise<Holder | undefined> {
  return holderInLsof(await outputOf('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']));
}

/** `lsof -F pc` prints one field a line: `p812`, `cpostgres`. */
export function holderInLsof(text: string): Holder | undefined {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const program = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), ...(program ? { program } : {}) };
}

async function onWindows(port: number): Promise<Holder | undefined> {
  const pid = pidInNetstat(await outputOf('netstat', ['-ano', '-p', 'TCP']), port);
  if (pid === undefined) return undefined;
  const program = programInTasklist(await outputOf('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']));
  return { pid, ...(program ? { program } : {}) };
}

/** A listener has the foreign address `0.0.0.0:0` or `[::]:0`; the word for its state is in the system's language. */
export function pidInNetstat(text: string, port: number): number | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [protocol, local = '', foreign = '', , pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && local.endsWith(`:${port}`) && /^(0\.0\.0\.0|\[::\]):0$/.test(foreign) && pid) return Number(pid);
  }
  return undefined;
}

/** `"postgres.exe","812","Services","0","12,345 K"`; without a match a sentence in the system's language. */
export function programInTasklist(text: string): string | undefined {
  return /^"([^"]+)","\d+"/m.exec(text)?.[1];
}

function outputOf(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, [...words], { timeout: 3000, windowsHide: true, maxBuffer: 2 ** 24 }, (_error, stdout) => resolve(stdout));
  });
}
