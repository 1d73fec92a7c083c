import { readdir, readFile, stat } from 'node:fs/promises';
import { proxiedBy } from './portHolder.ts';

/** Where the container itself listens. */
export interface Shortcut {
  readonly host: string;
  readonly port: number;
}

/**
 * A way around docker-proxy. On Linux a published loopback port is served by a process of that name, which copies every byte once more.
 * Its command line says which address of the container it forwards to, and that address can be reached from this machine as well. The
 * process ends when the container stops, before its address can be another's, so the address is used only after a look that the very
 * same process still lives. Docker Desktop, rootless engines and distant ones have no such process of root's here, and so no shortcut.
 */
export function createShortcuts() {
  const found = new Map<number, Proxy>();
  const looking = new Map<number, Promise<Proxy>>();

  /** One look through the processes for all who wait for it. */
  function lookOnce(hostPort: number): Promise<Proxy> {
    const running = looking.get(hostPort) ?? look(hostPort);
    looking.set(hostPort, running);
    return running.finally(() => looking.delete(hostPort));
  }

  async function shortcutTo(hostPort: number): Promise<Shortcut | undefined> {
    let proxy = found.get(hostPort);
    if (!proxy || !(await holds(proxy))) {
      proxy = await lookOnce(hostPort);
      found.set(hostPort, proxy);
    }
    return 'pid' in proxy ? shortcutIn(proxy.commandLine, hostPort) : undefined;
  }

  return process.platform === 'linux' ? shortcutTo : async () => undefined;
}

/** The process that serves a published port, or that there was none, at that time. */
type Proxy = { readonly pid: string; readonly commandLine: string } | { readonly noneAt: number };

const LOOK_AGAIN_MS = 10_000;

async function holds(proxy: Proxy): Promise<boolean> {
  if ('noneAt' in proxy) return performance.now() - proxy.noneAt < LOOK_AGAIN_MS;
  return (await commandLineOf(proxy.pid)) === proxy.commandLine;
}

async function look(hostPort: number): Promise<Proxy> {
  for (const pid of await processes()) {
    const commandLine = await commandLineOf(pid);
    if (shortcutIn(commandLine, hostPort) && (await isRoots(pid))) return { pid, commandLine };
  }
  return { noneAt: performance.now() };
}

function shortcutIn(commandLine: string, hostPort: number): Shortcut | undefined {
  const proxied = proxiedBy(commandLine);
  const serves = proxied?.hostPort === hostPort && (proxied.hostAddress === '127.0.0.1' || proxied.hostAddress === '0.0.0.0');
  return serves ? { host: proxied.containerHost, port: proxied.containerPort } : undefined;
}

/** A rootless engine's proxy is the user's own, and its containers are in a network of their own. */
async function isRoots(pid: string): Promise<boolean> {
  const owner = await stat(`/proc/${pid}`).catch(() => undefined);
  return owner?.uid === 0;
}

async function processes(): Promise<readonly string[]> {
  return (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
}

const commandLineOf = (pid: string): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
