import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has, run, say } from './run.mjs';

const LOG = join(tmpdir(), 'prewarm-dockerd.log');
const NO_FIREWALL = ['--iptables=false', '--ip6tables=false'];
const PLAIN_FILES = ['--storage-driver=vfs'];
/** As it is meant to be; else without what a container or a small kernel refuses: firewall rules, overlay file systems. */
const WAYS = [[], NO_FIREWALL, PLAIN_FILES, [...NO_FIREWALL, ...PLAIN_FILES]];

let started;

/** The engine that is there; else, on Linux as root, `dockerd` for as long as the tests run. Returns why there is none. */
export async function ensureDocker() {
  if (await answers()) return undefined;
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'no Docker Engine answers: start Docker';
  if (!(await has('dockerd'))) return 'no Docker Engine is installed: install docker.io or Docker Engine';
  for (const way of WAYS) if (await start(way)) return undefined;
  return `dockerd did not start (see ${LOG})`;
}

/** Only what we started. */
export async function stopDocker() {
  if (!started) return;
  started.kill('SIGTERM');
  await Promise.race([started.ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  started = undefined;
}

async function start(way) {
  say(['starting dockerd', ...way].join(' '));
  const log = openSync(LOG, 'a');
  // In a group of its own, so that Ctrl-C reaches us first and its containers are stopped in order.
  started = spawn('dockerd', way, { stdio: ['ignore', log, log], detached: true });
  started.ended = new Promise((resolve) => started.once('exit', resolve));
  started.unref();
  for (let i = 0; i < 60 && started.exitCode === null; i++) {
    if (await answers()) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await stopDocker();
  return false;
}

const answers = async () => (await run('docker', ['version', '--format', '{{.Server.Version}}'])).code === 0;
