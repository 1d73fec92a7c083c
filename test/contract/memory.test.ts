import type { Resource } from '../../src/domain/index.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';
import { contract } from './contract.ts';

const world = createMemoryWorld();
const sleep = async (): Promise<void> => {};
const resource = (name: string, more: Partial<Extract<Resource['spec'], { type: 'memory' }>> = {}): Resource => ({
  id: `memory:test/${name}`,
  name,
  kind: 'service',
  provider: 'memory',
  declaredIn: 'test',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 1000 },
  memoryBytes: 0,
  spec: { type: 'memory', stepMs: { running: 5 }, ...more },
});

contract({
  name: 'memory',
  make: () => createMemoryProvider({ world, sleep }),
  resource: (name) => resource(name),
  changed: (r) => ({ ...r, spec: { type: 'memory', stepMs: { running: 6 } } }),
  broken: [
    {
      what: 'a rung that fails',
      resource: () => resource('broken', { failAt: 'running' }),
      message: /memory:test\/broken failed on its way to running/,
    },
  ],
  unreachable: () => createMemoryProvider({ world: { ...createMemoryWorld(), reachable: false }, sleep }),
  count: async (r) => (world.things.has(r.id) ? 1 : 0),
  cleanUp: async () => {},
});
