import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const docker = async (...args: readonly string[]): Promise<string> => (await run('docker', [...args])).stdout.trim();

export interface Limits {
  /** Cores that each may use on average (`--cpus`). */
  readonly api: number;
  readonly db: number;
  /** The loop of one request. */
  readonly work: number;
  readonly spread: number;
  readonly orders: number;
}

export interface Shop {
  readonly apiPort: number;
  readonly dbPort: number;
  /** Processor time that each has taken since it began, ms. */
  taken(): Promise<{ readonly api: number; readonly db: number }>;
  remove(): Promise<void>;
}

/** An HTTP API before PostgreSQL, each with a limit of its own, on a network of their own. */
export async function openShop({ api, db, work, spread, orders }: Limits): Promise<Shop> {
  const { ensureImages, API } = await import(pathToFileURL(resolve('test/harness/images.mjs')).href);
  await ensureImages();
  const name = `prewarm-life-${randomUUID().slice(0, 8)}`;
  const names = [`${name}-db`, `${name}-api`] as const;
  const start = (what: string, cpus: number, port: number, image: string, ...settings: readonly string[]): Promise<string> =>
    docker('run', '-d', '--name', what, '--network', name, '--no-healthcheck', '--cpus', String(cpus), '-p', `127.0.0.1:0:${port}`,
      ...settings.flatMap((s) => ['-e', s]), image); // biome-ignore format: one command
  const remove = async (): Promise<void> => {
    await docker('rm', '-f', '-v', ...names).catch(() => {});
    await docker('network', 'rm', name).catch(() => {});
  };
  try {
    await docker('network', 'create', name);
    const ids = [
      await start(names[0], db, 5432, 'postgres:15', 'POSTGRES_USER=shop', 'POSTGRES_PASSWORD=shop', 'POSTGRES_DB=shop'),
      await start(
        names[1],
        api,
        8080,
        API,
        `DATABASE_URL=postgres://shop:shop@${names[0]}/shop`,
        `WORK=${work}`,
        `SPREAD=${spread}`,
        `ORDERS=${orders}`,
      ),
    ];
    const [dbPort, apiPort] = [await portOf(names[0], 5432), await portOf(names[1], 8080)];
    await answering(apiPort);
    return {
      apiPort,
      dbPort,
      remove,
      taken: async () => {
        const [ofDb, ofApi] = await Promise.all(ids.map(processorMs));
        return { db: ofDb as number, api: ofApi as number };
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const agent = new Agent({ keepAlive: true });

/** An answer whose body has come. */
export function asked(port: number, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path, agent, timeout: 5000 }, (answer) => {
      answer.on('end', () => resolve(answer)).on('error', reject);
      answer.resume();
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time'))).on('error', reject);
  });
}

async function portOf(name: string, port: number): Promise<number> {
  return Number((await docker('port', name, String(port))).split('\n')[0]?.split(':').at(-1));
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    const well = await asked(port, '/orders?customer=1').catch(() => undefined);
    if (well?.statusCode === 200) return;
    await sleep(500);
  }
  throw new Error('The API did not come up.');
}

/** As the kernel counts it for the container (control groups of either version); the engine's own figures take a second. */
async function processorMs(id: string): Promise<number> {
  const groups = await readFile(`/proc/${await docker('inspect', '-f', '{{.State.Pid}}', id)}/cgroup`, 'utf8');
  const v1 = /^\d+:[^:]*\bcpuacct\b[^:]*:(.+)$/m.exec(groups)?.[1];
  if (v1 !== undefined) return Number(await readFile(`/sys/fs/cgroup/cpuacct${v1}/cpuacct.usage`, 'utf8')) / 1e6;
  const stat = await readFile(`/sys/fs/cgroup${/^0::(.+)$/m.exec(groups)?.[1]}/cpu.stat`, 'utf8');
  return Number(/usage_usec (\d+)/.exec(stat)?.[1]) / 1000;
}
