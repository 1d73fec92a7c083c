import { mkdtempSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation, Resource, Result } from '../../src/domain/index.ts';
import { openGateway } from '../../src/provision/gateway/gateway.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { createOwnEngine, type OwnEngine, ownEngineProblem } from '../harness/ownEngine.ts';
import { createStallingRegistry } from '../harness/stallingRegistry.ts';
import { engineProblem } from './engine.ts';

const unavailable = engineProblem ?? ownEngineProblem();
const folder = mkdtempSync(join(tmpdir(), 'prewarm-faults-'));

const resource = (name: string, more: Partial<Extract<Resource['spec'], { type: 'docker' }>> = {}): Resource => ({
  id: `docker:faults/${name}`,
  name,
  kind: 'cache',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [{ container: 6379, protocol: 'tcp' }],
  probe: { type: 'command', command: ['sh', '-c', 'sleep 0.5; redis-cli ping'], timeoutMs: 20_000 },
  spec: { type: 'docker', image: 'redis:7', environment: {}, ...more },
});

const context = (more: Partial<Context> = {}): Context => ({
  workspace: 'faults',
  storage: join(folder, 'storage'),
  leases: join(folder, 'leases'),
  now: Date.now,
  leaseMs: 60_000,
  signal: new AbortController().signal,
  progress: () => {},
  instance: 'window-1-faults',
  onBehalfOf: 'prediction',
  ...more,
});

describe.skipIf(unavailable !== undefined)(`faults${unavailable ? ` (skipped: ${unavailable})` : ''}`, () => {
  let engine: OwnEngine;
  let provider: Provider;
  beforeAll(async () => {
    engine = await createOwnEngine();
    engine.load(['redis:7']);
    provider = createDockerProvider({ host: engine.host, stallMs: 1500 });
  });
  afterAll(async () => {
    await engine?.remove();
  });

  const observe = async (r: Resource): Promise<Observation> => (await provider.observe([r], context()))[0] as Observation;
  const ours = (r: Resource) => engine.client.listContainers({ all: true, filters: { label: [`${LABEL.resource}=${r.id}`] } });
  const ready = async (r: Resource): Promise<Observation> => {
    const result = await provider.reach(r, 'ready', context());
    if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
    return result.value;
  };
  const remove = async (r: Resource): Promise<void> => {
    expect(await provider.reach(r, 'absent', context())).toMatchObject({ ok: true });
    expect(await ours(r)).toEqual([]);
    expect(readdirSync(join(folder, 'leases', '.locks'))).toEqual([]);
  };

  it.each(['creating', 'starting', 'waiting until it is ready'])(
    'dockerd is killed when a climb says “%s”, and comes back',
    async (step) => {
      const r = resource(`killed-${step.split(' ')[0]}`);
      let killed: Promise<void> | undefined;
      const progress = (text: string): void => {
        if (text === step) killed ??= engine.kill();
      };
      const result = await provider.reach(r, 'ready', context({ progress }));
      expect(killed, 'the step was seen').toBeDefined();
      await killed;
      expect(result).toMatchObject({ ok: false, fault: { code: 'engine-unreachable', retry: 'later' } });
      if (!result.ok) expect(result.fault.message).toMatch(/^Docker cannot be reached\. Start Docker/);
      expect(await observe(r)).toMatchObject({ rung: 'unknown', owner: 'none', backends: [] });
      expect(await provider.check(context().signal)).toMatchObject({ ok: false, fault: { code: 'engine-unreachable' } });

      await engine.start();
      expect(await ready(r)).toMatchObject({ rung: 'ready', owner: 'prewarm' });
      expect(await ours(r)).toHaveLength(1);
      await remove(r);
    },
  );

  it('dockerd is killed half-way through a pull, and comes back', async () => {
    const registry = await createStallingRegistry();
    const r = resource('killed-pulling', { image: registry.image });
    const pulling = createDockerProvider({ host: engine.host }).reach(r, 'fetched', context());
    while (registry.asked() === 0) await sleep(10);
    await engine.kill();
    const result = await pulling;
    expect(result).toMatchObject({ ok: false, fault: { code: 'engine-unreachable', retry: 'later' } });
    expect((await observe(r)).rung).toBe('unknown');
    await engine.start();
    expect((await observe(r)).rung).toBe('absent');
    registry.flow();
    expect(await provider.reach(r, 'fetched', context())).toMatchObject({ ok: true, value: { rung: 'fetched' } });
    await engine.client.getImage(registry.image).remove();
    await registry.close();
  });

  it('dockerd is killed under a ready container: unknown while it is gone, then one container again', async () => {
    const r = resource('killed-ready');
    const before = await ready(r);
    expect(before.backends).toHaveLength(1);
    await engine.kill();
    expect((await observe(r)).rung).toBe('unknown');
    expect(await provider.sweep(context({ now: () => Date.now() + 3_600_000 }))).toMatchObject({
      ok: false,
      fault: { code: 'engine-unreachable' },
    });
    await engine.start();
    // The engine itself ends what ran when it was killed.
    expect((await observe(r)).rung).toBe('created');
    await ready(r);
    expect(await ours(r)).toHaveLength(1);
    await remove(r);
  });

  it('dockerd hangs with its socket open: unknown and told in time, and nothing waits for ever', async () => {
    const impatient = createDockerProvider({ host: engine.host, answersWithinMs: 500 });
    const r = resource('hangs');
    let frozen = false;
    const progress = (text: string): void => {
      if (text !== 'starting') return;
      frozen = true;
      engine.freeze();
    };
    const begun = performance.now();
    const result = await impatient.reach(r, 'ready', context({ progress }));
    expect(frozen).toBe(true);
    expect(result).toMatchObject({ ok: false, fault: { code: 'engine-unreachable', retry: 'later' } });
    expect((await impatient.observe([r], context()))[0]).toMatchObject({ rung: 'unknown' });
    expect(await impatient.check(context().signal)).toMatchObject({ ok: false, fault: { code: 'engine-unreachable' } });
    expect(performance.now() - begun).toBeLessThan(15_000);
    engine.thaw();
    expect(await ready(r)).toMatchObject({ rung: 'ready', owner: 'prewarm' });
    expect(await ours(r)).toHaveLength(1);
    await remove(r);
  });

  it('a container that somebody pauses while its probe runs inside: the try ends, and it is seen paused', async () => {
    const r = resource('paused-in-probe', {});
    const slow: Resource = { ...r, probe: { type: 'command', command: ['sh', '-c', 'sleep 2; redis-cli ping'], timeoutMs: 20_000 } };
    await ready(slow);
    const observing = provider.observe([slow], context());
    await sleep(500);
    const container = engine.client.getContainer((await ours(slow))[0]?.Id as string);
    await container.pause();
    expect((await observing)[0]).toMatchObject({ rung: 'running', detail: 'did not end in 10 s' });
    expect(await observe(slow)).toMatchObject({ rung: 'paused' });
    await ready(slow);
    await remove(slow);
  });

  describe('a registry that stands still half-way through', () => {
    it('is given up with a message that names it; when it flows again the pull is taken up', async () => {
      const registry = await createStallingRegistry();
      const r = resource('stalls', { image: registry.image });
      const begun = performance.now();
      const result = await provider.reach(r, 'fetched', context());
      expect(result).toMatchObject({ ok: false, fault: { code: 'pull-failed', retry: 'later' } });
      if (!result.ok)
        expect(result.fault.message).toBe(
          `docker:faults/stalls: pulling ${registry.image} was given up, since nothing came from ${registry.address} for 2 s. Check the network or that registry.`,
        );
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(registry.asked()).toBeGreaterThan(0);
      expect((await observe(r)).rung).toBe('absent');
      registry.flow();
      expect(await provider.reach(r, 'fetched', context())).toMatchObject({ ok: true, value: { rung: 'fetched' } });
      await engine.client.getImage(registry.image).remove();
      await registry.close();
    });

    it('can be cancelled at once', async () => {
      const registry = await createStallingRegistry();
      const r = resource('stalls-cancelled', { image: registry.image });
      const stop = new AbortController();
      const patient = createDockerProvider({ host: engine.host });
      const pulling = patient.reach(r, 'fetched', context({ signal: stop.signal }));
      while (registry.asked() === 0) await sleep(10);
      await sleep(300);
      const begun = performance.now();
      stop.abort();
      expect(await pulling).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
      expect(performance.now() - begun).toBeLessThan(500);
      await registry.close();
    });
  });

  it('a container that dies after it was ready: seen with its cause, made ready again, its clients woken', async () => {
    const r = resource('dies');
    const first = await ready(r);
    const faults: string[] = [];
    const gateway = await openGateway({
      port: 0,
      now: Date.now,
      wake: async () => {
        const woken = await provider.reach(r, 'ready', context());
        return woken.ok && woken.value.backends[0] ? { ok: true, value: woken.value.backends[0] } : (woken as Result<never>);
      },
      onEvent: () => {},
      onFault: ({ message }) => faults.push(message),
    });
    if (!gateway.ok) throw new Error(gateway.fault.message);
    gateway.value.backend(first.backends[0]);
    expect(await ping(gateway.value.port)).toBe('+PONG');

    const [info] = await ours(r);
    await engine.client.getContainer(info?.Id as string).kill();
    await until(async () => (await observe(r)).rung === 'created');
    expect((await observe(r)).detail).toMatch(/exit code 137/);

    expect(await ping(gateway.value.port)).toBe('+PONG');
    expect(await observe(r)).toMatchObject({ rung: 'ready' });
    expect(await ours(r)).toHaveLength(1);
    expect(faults).toEqual([]);
    await gateway.value.close();
    await remove(r);
  });
});

/** What Redis answers through this port. */
function ping(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      resolve(data.toString('utf8').trim());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error('it did not come to be');
}
