import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdjustment, type Look } from '../../src/app/adjustment.ts';
import type { Activity, Observation, Resource } from '../../src/domain/index.ts';
import { createHostReadings } from '../../src/host/node/hostReadings/hostReadings.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { docker, engineProblem, removeContainers } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-adjustment-'));
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
/** Warm, and busy with itself: what a developer would feel. */
const resource: Resource = {
  id: 'docker:test/noisy',
  name: 'noisy',
  kind: 'service',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [],
  probe: { type: 'command', command: ['true'], timeoutMs: 20_000 },
  spec: { type: 'docker', image: 'redis:7', environment: {}, command: ['sh', '-c', 'trap exit TERM; while :; do :; done'] },
};

describe.skipIf(engineProblem !== undefined)('live adjustment on this machine and its engine', () => {
  afterAll(async () => {
    await removeContainers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a real load of the developer’s: ours is held to a quarter of a core until it is over', async () => {
    const provider = createDockerProvider();
    const activities: Activity[] = [];
    let seen = (await provider.observe([resource], context))[0] as Observation;
    const adjustment = createAdjustment({
      now: Date.now,
      readings: createHostReadings([{ what: 'the disk of temporary files', path: folder }]),
      resources: () => [resource],
      providerOf: () => provider,
      observation: () => seen,
      inUse: () => false,
      activities: () => activities,
      limits: () => ({ budgetBytes: 2 ** 30, battery: 'off' }),
      context: () => context,
      log: () => {},
    });
    const passUntil = async (holds: (look: Look) => boolean): Promise<Look> => {
      for (const until = Date.now() + 60_000; ; await sleep(1000)) {
        await adjustment.measure();
        const look = await adjustment.look();
        await adjustment.apply();
        if (holds(look) || Date.now() > until) return look;
      }
    };
    const reached = await provider.reach(resource, 'ready', context);
    if (!reached.ok) throw new Error(reached.fault.message);
    seen = reached.value;

    const compiler = cpus().map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    activities.push({ at: Date.now(), actor: 'me', resource: 'command:cargo build', kind: 'command.started', confidence: 'high' });
    try {
      const busy = await passUntil((look) => look.pressure.yielding !== undefined && (look.usage.get(resource.id)?.cpuCores ?? 1) < 0.35);
      expect(busy.pressure.yielding?.text).toMatch(/^Your build has been going on for \d+ s and the processors are \d+ % busy/);
      expect(busy.usage.get(resource.id)?.cpuCores).toBeLessThan(0.35);
      expect(busy.usage.get(resource.id)?.memoryBytes).toBeGreaterThan(0);
      expect(await quota()).toBe(25_000);
    } finally {
      for (const worker of compiler) worker.kill();
    }
    activities.push({ at: Date.now(), actor: 'me', resource: 'command:cargo build', kind: 'command.ended' });
    expect((await passUntil((look) => look.pressure.yielding === undefined)).pressure.yielding).toBeUndefined();
    expect(await quota()).toBe(-1);
    await provider.reach(resource, 'absent', context);
  });
});

async function quota(): Promise<number | undefined> {
  const [info] = await docker.listContainers({
    filters: { label: [`${LABEL.resource}=${resource.id}`, `${LABEL.workspace}=${context.workspace}`] },
  });
  return (await docker.getContainer(info?.Id as string).inspect()).HostConfig.CpuQuota;
}
