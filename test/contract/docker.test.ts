import { expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { contract } from './contract.ts';
import { countContainers, docker, engineProblem, removeContainers } from './engine.ts';

type Spec = Extract<Resource['spec'], { type: 'docker' }>;

const resource = (
  name: string,
  spec: Partial<Spec> = {},
  probe: Resource['probe'] = { type: 'command', command: ['redis-cli', 'ping'], timeoutMs: 20_000 },
): Resource => ({
  id: `docker:test/${name}`,
  name,
  kind: 'cache',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [{ container: 6379, protocol: 'tcp' }],
  probe,
  spec: { type: 'docker', image: 'redis:7', environment: {}, ...spec },
});

contract({
  name: 'docker',
  unavailable: engineProblem,
  make: () => createDockerProvider(),
  resource: (name) => resource(name),
  changed: (r) => ({ ...r, spec: { ...(r.spec as Spec), environment: { CHANGED: '1' } } }),
  broken: [
    {
      what: 'an image that does not exist',
      resource: () => resource('noimage', { image: '127.0.0.1:9/no/such:1' }),
      message: /docker:test\/noimage: the image 127\.0\.0\.1:9\/no\/such:1 could not be had/,
    },
    {
      what: 'a container that ends at once',
      resource: () => resource('ends', { command: ['sh', '-c', 'echo bad config; exit 3'] }),
      message: /docker:test\/ends ended before it was ready.*exit code 3.*bad config/s,
    },
    {
      what: 'a probe that never passes',
      resource: () => resource('never', {}, { type: 'command', command: ['false'], timeoutMs: 600 }),
      message: /docker:test\/never did not become ready.*`false`/,
    },
  ],
  unreachable: () => createDockerProvider({ host: 'tcp://127.0.0.1:9' }),
  count: countContainers,
  cleanUp: removeContainers,
});

it.skipIf(engineProblem !== undefined)('labels all that it makes, and publishes on loopback only', async () => {
  const provider = createDockerProvider();
  const r = resource('labels');
  const context = {
    workspace: `contract-${process.pid}`,
    storage: '/nowhere',
    leases: '/nowhere',
    now: () => 1000,
    leaseMs: 5,
    signal: new AbortController().signal,
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
