import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';

/** Podman's service with storage of its own. */
export interface Podman {
  /** `unix:///…`. */
  readonly host: string;
  readonly client: Docker;
  remove(): Promise<void>;
}

/** Why there can be none here; undefined where there can. */
export function podmanProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'Podman with storage of its own needs root on Linux';
  try {
    execFileSync('podman', ['--version'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'Podman is not installed';
  }
}

/** With these images of the engine that `docker` talks to. */
export async function createPodman(images: readonly string[]): Promise<Podman> {
  const root = mkdtempSync(join(tmpdir(), 'pw-podman-'));
  const at = (name: string): string => join(root, name);
  // Its own limits are more than a container that is root may set.
  writeFileSync(
    at('containers.conf'),
    '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n[engine]\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\n',
  );
  const env = { ...process.env, CONTAINERS_CONF: at('containers.conf'), TMPDIR: root };
  const where = ['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp'), '--storage-driver', 'overlay'];
  const log = openSync(at('log'), 'a');
  const service = spawn('podman', [...where, 'system', 'service', '--time', '0', `unix://${at('sock')}`], {
    env,
    stdio: ['ignore', log, log],
  });
  const client = new Docker({ socketPath: at('sock') });
  for (let i = 0; !(await client.ping().catch(() => undefined)); i++) {
    if (i > 200 || service.exitCode !== null) throw new Error(`podman did not start: ${readFileSync(at('log'), 'utf8')}`);
    await sleep(100);
  }
  execFileSync('sh', ['-c', `docker save ${images.join(' ')} | podman ${where.join(' ')} load`], { env, stdio: 'pipe' });
  return {
    host: `unix://${at('sock')}`,
    client,
    async remove() {
      for (const { Id } of await client.listContainers({ all: true }).catch(() => []))
        await client
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => {});
      service.kill();
      await sleep(200);
      execFileSync('sh', ['-c', `grep -o ' ${root}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l; true`]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
