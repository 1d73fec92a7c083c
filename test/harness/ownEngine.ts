import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { keepingDefaultBridge } from './defaultBridge.ts';

/** A Docker Engine of a test's own, that may be killed: containerd and dockerd as an ordinary machine has them, two programs. */
export interface OwnEngine {
  /** `unix:///…`, for DOCKER_HOST. */
  readonly host: string;
  readonly client: Docker;
  /** As `kill -9` does; containerd and the containers stay, as they do on an ordinary machine. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It keeps its socket open and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Takes images from the engine that `docker` talks to. */
  load(images: readonly string[]): void;
  /** Ends it and all that ran in it, and takes its files away. */
  remove(): Promise<void>;
}

/** Its containers' network, of this process alone; not `docker0`, which is the machine's own engine's. */
const BRIDGE = `pwfaults${process.pid % 1_000_000}`;
const ADDRESS = `10.213.${process.pid % 256}.1/24`;

/** Why there can be none here; undefined where there can. */
export function ownEngineProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'an engine of its own needs root on Linux';
  try {
    for (const program of ['dockerd', 'containerd', 'ip']) execFileSync('sh', ['-c', `command -v ${program}`]);
    return undefined;
  } catch {
    return 'dockerd, containerd or ip is not installed';
  }
}

export async function createOwnEngine(): Promise<OwnEngine> {
  const root = mkdtempSync(join(tmpdir(), 'pw-engine-'));
  const at = (name: string): string => join(root, name);
  const log = openSync(at('log'), 'a');
  const run = (program: string, args: readonly string[]): ChildProcess =>
    spawn(program, args, { stdio: ['ignore', log, log], detached: true });
  mkdirSync(at('containerd'));
  writeFileSync(
    at('containerd.toml'),
    [
      'version = 2',
      `root = "${at('containerd/root')}"`,
      `state = "${at('containerd/state')}"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      '[grpc]',
      `  address = "${at('containerd.sock')}"`,
      '[ttrpc]',
      `  address = "${at('containerd.ttrpc')}"`,
    ].join('\n'),
  );
  addBridge();
  const containerd = run('containerd', ['--config', at('containerd.toml')]);
  const client = new Docker({ socketPath: at('sock') });
  const host = `unix://${at('sock')}`;
  let dockerd: ChildProcess | undefined;

  const start = (): Promise<void> => keepingDefaultBridge(startEngine);

  async function startEngine(): Promise<void> {
    rmSync(at('pid'), { force: true });
    dockerd = run('dockerd', [
      ...['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '-H', host, '--containerd', at('containerd.sock')],
      ...['--bridge', BRIDGE, '--iptables=false', '--ip6tables=false', '--storage-driver', 'overlay2'],
    ]);
    for (let i = 0; i < 300; i++) {
      if (await client.ping().catch(() => undefined)) return;
      if (dockerd.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`dockerd did not start: ${readFileSync(at('log'), 'utf8').slice(-2000)}`);
  }

  const kill = (): Promise<void> => end(dockerd, 'SIGKILL');
  await start();
  return {
    host,
    client,
    kill,
    start,
    freeze: () => void dockerd?.kill('SIGSTOP'),
    thaw: () => void dockerd?.kill('SIGCONT'),
    load: (images) => execFileSync('sh', ['-c', `docker save ${images.join(' ')} | docker -H ${host} load`], { stdio: 'pipe' }),
    async remove() {
      for (const { Id } of await client.listContainers({ all: true }).catch(() => []))
        await client
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => {});
      await end(dockerd, 'SIGTERM');
      await end(containerd, 'SIGTERM');
      execFileSync('sh', ['-c', `grep -o ' ${root}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l; ip link del ${BRIDGE}; true`]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function addBridge(): void {
  const commands = [`ip link add name ${BRIDGE} type bridge`, `ip addr add ${ADDRESS} dev ${BRIDGE}`, `ip link set ${BRIDGE} up`];
  execFileSync('sh', ['-c', commands.join(' && ')], { stdio: 'pipe' });
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await Promise.race([gone, sleep(10_000)]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
