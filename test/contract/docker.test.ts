import { mkdtempSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LABEL } from '../../src/provision/ownership.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { contract } from './contract.ts';
import { dockerSubject, redis } from './dockerSubject.ts';
import { countContainers, docker, engineProblem } from './engine.ts';

contract(dockerSubject({ name: 'docker', unavailable: engineProblem, make: () => createDockerProvider(), client: () => docker }));

it.skipIf(engineProblem !== undefined)('labels all that it makes, and publishes on loopback only', async () => {
  const provider = createDockerProvider();
  const r = redis('labels');
  const context = {
    workspace: `contract-${process.pid}`,
    storage: '/nowhere',
    leases: mkdtempSync(join(tmpdir(), 'prewarm-leases-')),
    now: () => 1000,
    leaseMs: 5,
    signal: new AbortController().signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
    progress: () => {},
  };
  await provider.reach(r, 'created', context);
  const [info] = await docker.listContainers({ all: true, filters: { label: [`${LABEL.resource}=${r.id}`] } });
  expect(info?.Labels).toMatchObject({ [LABEL.owner]: 'prewarm', [LABEL.workspace]: context.workspace, [LABEL.lease]: '1005' });
  const { HostConfig } = await docker.getContainer(info?.Id as string).inspect();
  expect(Object.values(HostConfig.PortBindings as Record<string, { HostIp: string }[]>).flat()).toEqual([
    { HostIp: '127.0.0.1', HostPort: '' },
  ]);
  await provider.reach(r, 'absent', context);
});

it.skipIf(engineProblem !== undefined)('an engine that goes away half-way: one message, then it goes on with what was made', async () => {
  const sockets = new Set<Socket>();
  const wire = createServer((client) => {
    const engine = connect('/var/run/docker.sock');
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(engine).pipe(client);
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const { port } = wire.address() as { port: number };
  const cut = (): void => {
    wire.close();
    for (const socket of sockets) socket.destroy();
  };
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-cut-'));
  const context = {
    workspace: `contract-${process.pid}`,
    storage: folder,
    leases: folder,
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
  };
  const r = redis('cut');
  const provider = createDockerProvider({ host: `tcp://127.0.0.1:${port}` });
  const result = await provider.reach(r, 'ready', { ...context, progress: (text) => text === 'starting' && cut() });
  expect(result).toMatchObject({ ok: false, fault: { code: 'engine-unreachable', retry: 'later' } });
  if (!result.ok) expect(result.fault.message).toMatch(/Docker cannot be reached\. Start Docker/);
  expect((await provider.observe([r], { ...context, progress: () => {} }))[0]?.rung).toBe('unknown');
  const back = createDockerProvider();
  expect(await back.reach(r, 'ready', { ...context, progress: () => {} })).toMatchObject({ ok: true, value: { rung: 'ready' } });
  expect(await countContainers(r, { ...context, progress: () => {} })).toBe(1);
  await back.reach(r, 'absent', { ...context, progress: () => {} });
});
