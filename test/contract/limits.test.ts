import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Resource, Usage } from '../../src/domain/index.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { docker, engineProblem, removeContainers } from './engine.ts';

const MB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'prewarm-limits-'));
const context = {
  workspace: `contract-${process.pid}`,
  storage: join(folder, 's'),
  leases: join(folder, 'l'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 60_000,
  signal: new AbortController().signal,
  progress: () => {},
};
const resource = (name: string, command: readonly string[]): Resource => ({
  id: `docker:test/${name}`,
  name,
  kind: 'cache',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [],
  probe: { type: 'command', command: ['true'], timeoutMs: 20_000 },
  spec: { type: 'docker', image: 'redis:7', environment: {}, command },
});
/** A first process that ends when told to. */
const IDLE = ['sh', '-c', 'trap exit TERM; sleep 1000 & wait'];
const provider = createDockerProvider();
const measured = async (r: Resource): Promise<Usage | undefined> => (await provider.measure?.([r], context))?.get(r.id);
const limit = (r: Resource, allowance: { cpuCores?: number; memoryBytes?: number }) => provider.limit?.(r, allowance, context);

async function hostConfig(r: Resource) {
  const [info] = await docker.listContainers({
    all: true,
    filters: { label: [`${LABEL.resource}=${r.id}`, `${LABEL.workspace}=${context.workspace}`] },
  });
  return (await docker.getContainer(info?.Id as string).inspect()).HostConfig as { CpuQuota: number; NanoCpus: number; Memory: number };
}

/** The kernel's own word, from inside: whichever cgroup version. */
async function inside(r: Resource, script: string): Promise<string> {
  const [info] = await docker.listContainers({
    filters: { label: [`${LABEL.resource}=${r.id}`, `${LABEL.workspace}=${context.workspace}`] },
  });
  const exec = await docker.getContainer(info?.Id as string).exec({ Cmd: ['sh', '-c', script], AttachStdout: true });
  const stream = await exec.start({ Tty: true });
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim();
}
const quota = 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d" " -f1 /sys/fs/cgroup/cpu.max';
const memoryMax = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max';

/** How often the kernel has held it back. */
const throttled = async (r: Resource): Promise<number> =>
  Number((await inside(r, 'cat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpu.stat')).match(/nr_throttled (\d+)/)?.[1]);

async function busyOver(r: Resource, ms: number): Promise<number> {
  await measured(r);
  await sleep(ms);
  return (await measured(r))?.cpuCores ?? 0;
}

describe.skipIf(engineProblem !== undefined)('what a container of ours takes and may take', () => {
  afterAll(async () => {
    await removeContainers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a busy loop falls to its allowance, and is free again afterwards', async () => {
    const r = resource('loop', ['sh', '-c', 'trap exit TERM; while :; do :; done']);
    await provider.reach(r, 'running', context);
    expect(await limit(r, { cpuCores: 0.25 })).toEqual({ ok: true, value: undefined });
    expect(await inside(r, quota)).toBe('25000');
    const before = await throttled(r);
    for (const until = Date.now() + 20_000; Date.now() < until && (await throttled(r)) === before; ) await sleep(200);
    expect(await throttled(r)).toBeGreaterThan(before);
    const cores = await busyOver(r, 2000);
    expect(cores).toBeGreaterThan(0.02);
    expect(cores).toBeLessThan(0.35);
    expect(await limit(r, {})).toMatchObject({ ok: true });
    expect(await inside(r, quota)).toMatch(/^(-1|max)$/);
    const after = await throttled(r);
    await sleep(1000);
    expect(await throttled(r)).toBe(after);
    await provider.reach(r, 'absent', context);
  });

  it('memory is measured as `docker stats` shows it, limited with its swap, raised and lifted', async () => {
    const r = resource('memory', ['sh', '-c', 'trap exit TERM; redis-server --save "" & wait']);
    await provider.reach(r, 'running', context);
    const until = Date.now() + 10_000;
    while (Date.now() < until && !(await inside(r, 'redis-cli setrange k 50000000 x')).includes('50000001')) await sleep(100);
    await inside(r, 'dd if=/dev/zero of=/var/tmp/file bs=1M count=150 2>/dev/null && cat /var/tmp/file | wc -c');
    const used = (await measured(r))?.memoryBytes ?? 0;
    // 50 MB that redis holds, and not the 150 MB of a file that the kernel may drop.
    expect(used).toBeGreaterThan(50 * MB);
    expect(used).toBeLessThan(150 * MB);
    for (const bytes of [128 * MB, 256 * MB, 160 * MB]) {
      expect(await limit(r, { memoryBytes: bytes })).toMatchObject({ ok: true });
      expect(await inside(r, memoryMax)).toBe(String(bytes));
    }
    expect(await limit(r, {})).toMatchObject({ ok: true });
    expect(Number(await inside(r, memoryMax))).toBeGreaterThan(0.95 * ((await docker.info()) as { MemTotal: number }).MemTotal);
    await provider.reach(r, 'absent', context);
  });

  it('what the developer declared stays, and so does whatever is not ours', async () => {
    const declared = resource('declared', IDLE);
    const theirs = resource('theirs', IDLE);
    const make = async (r: Resource, owner: object) => {
      const container = await docker.createContainer({
        Image: 'redis:7',
        Cmd: [...IDLE],
        Labels: { [LABEL.workspace]: context.workspace, [LABEL.resource]: r.id, ...owner },
        HostConfig: { NanoCpus: 1.5e9, Memory: 128 * MB },
      });
      await container.start();
    };
    await make(declared, { [LABEL.owner]: 'prewarm' });
    await make(theirs, {});
    for (const r of [declared, theirs]) {
      expect(await limit(r, { cpuCores: 0.25, memoryBytes: 64 * MB })).toMatchObject({ ok: true });
      expect(await limit(r, {})).toMatchObject({ ok: true });
      expect(await hostConfig(r)).toMatchObject({ NanoCpus: 1.5e9, CpuQuota: 0, Memory: 128 * MB });
    }
    expect(await measured(theirs)).toBeUndefined();
    expect(await measured(declared)).toBeDefined();
  });

  it('a limit of ours is known for ours by another window, and after it was stopped', async () => {
    const r = resource('window', IDLE);
    await provider.reach(r, 'running', context);
    await limit(r, { cpuCores: 0.5 });
    await provider.reach(r, 'created', context);
    expect(await measured(r)).toBeUndefined();
    expect(await createDockerProvider().limit?.(r, {}, context)).toMatchObject({ ok: true });
    expect(await hostConfig(r)).toMatchObject({ CpuQuota: -1 });
    const records = readdirSync(join(context.storage, 'limits'));
    await provider.reach(r, 'absent', context);
    await limit(resource('other', []), {});
    expect(readdirSync(join(context.storage, 'limits')).length).toBeLessThan(records.length);
  });

  it('an engine that is away measures nothing, and says so when asked to limit', async () => {
    const away = createDockerProvider({ host: 'tcp://127.0.0.1:9' });
    expect(await away.measure?.([resource('x', [])], context)).toEqual(new Map());
    expect(await away.limit?.(resource('x', []), {}, context)).toMatchObject({ ok: false, fault: { retry: 'later' } });
  });
});
