import { describe, expect, it } from 'vitest';
import { createEngines } from '../../src/app/engines.ts';
import { failed, ok, type ProviderName, type Resource } from '../../src/domain/index.ts';
import type { Provider } from '../../src/provision/provider.ts';
import { createLocalProvider } from '../../src/provision/providers/local.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';

const cache: Resource = {
  id: 'compose:shop/cache',
  name: 'cache',
  kind: 'cache',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn: [],
  probe: { type: 'port', port: 6379, timeoutMs: 1000 },
  spec: {
    type: 'compose',
    file: '/x/compose.yaml',
    project: 'shop',
    service: 'cache',
    image: 'redis:7',
    environment: {},
    seedFiles: [],
    profiles: [],
  },
  memoryBytes: 0,
};
const away = failed('engine-unreachable', 'later', 'Docker cannot be reached.');
const engine = (name: ProviderName, there: () => boolean): Provider => ({
  ...createMemoryProvider({ world: createMemoryWorld(), sleep: async () => {} }),
  name,
  supports: () => true,
  check: async () => (there() ? ok({ version: '1' }) : away),
});
const signal = new AbortController().signal;

describe('who stands in', () => {
  it('a server of this machine for its container, and says for what, for as long as it has it', async () => {
    let now = 0;
    let up = false;
    const [compose, local] = [engine('compose', () => up), { ...createLocalProvider(), check: async () => ok({ version: '1' }) }];
    const engines = createEngines([compose, local], () => now);
    await engines.check(signal);
    const expected = { provider: local, substituteFor: 'Docker cannot be reached.' };
    expect(engines.engineOf(cache)).toEqual(expected);
    engines.holds(cache.id, local);
    up = true;
    now = 60_000;
    await engines.check(signal);
    expect(engines.engineOf(cache)).toEqual(expected);
    engines.holds(cache.id, undefined);
    expect(engines.engineOf(cache)).toEqual({ provider: compose });
  });

  it('for one that was there, not before it has failed three times on end', async () => {
    let [now, up] = [0, true];
    const [compose, local] = [engine('compose', () => up), { ...createLocalProvider(), check: async () => ok({ version: '1' }) }];
    const engines = createEngines([compose, local], () => now);
    await engines.check(signal);
    up = false;
    const chosen = [];
    for (let i = 0; i < 3; i++) {
      now += 30_000;
      await engines.check(signal);
      chosen.push(engines.engineOf(cache)?.provider.name);
    }
    expect(chosen).toEqual(['compose', 'compose', 'local']);
  });

  it('one that had it before this window says so', () => {
    const [compose, local] = [engine('compose', () => true), createLocalProvider()];
    const engines = createEngines([compose, local], () => 0);
    engines.holds(cache.id, local);
    expect(engines.engineOf(cache)?.substituteFor).toBe('local has had it since before this window');
  });

  it('what a server of this machine cannot do goes back to the declared engine', async () => {
    const [compose, local] = [engine('compose', () => false), { ...createLocalProvider(), check: async () => ok({ version: '1' }) }];
    const engines = createEngines([compose, local], () => 0);
    await engines.check(signal);
    expect(engines.gaveUp(local, cache, failed('unsupported', 'never', 'its command has “--loadmodule”').fault)).toBe(true);
    expect(engines.engineOf(cache)).toEqual({ provider: compose });
  });
});
