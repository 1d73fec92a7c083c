import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, say } from './run.mjs';

let started;

/** The engine that is there; else, on Linux as root, `dockerd` for as long as the tests run. Returns why there is none. */
export async function ensureDocker() {
  if (await answers()) return undefined;
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'no Docker Engine answers: start Docker';
  if ((await run('dockerd', ['--version'])).code !== 0) return 'no Docker Engine is installed: install docker.io or Docker Engine';
  say('starting dockerd');
  const log = openSync(join(tmpdir(), 'prewarm-dockerd.log'), 'w');
  started = spawn('dockerd', [], { stdio: ['ignore', log, log], detached: true });
  started.unref();
  for (let i = 0; i < 60; i++) {
    if (await answers()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return `dockerd did not start (see ${join(tmpdir(), 'prewarm-dockerd.log')})`;
}

/** Only what we started. */
export async function stopDocker() {
  if (!started) return;
  process.kill(started.pid, 'SIGTERM');
  for (let i = 0; i < 40 && (await answers()); i++) await new Promise((resolve) => setTimeout(resolve, 250));
}

const answers = async () => (await run('docker', ['version', '--format', '{{.Server.Version}}'])).code === 0;
