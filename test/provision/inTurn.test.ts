import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { inTurn } from '../../src/provision/inTurn.ts';
import type { Context } from '../../src/provision/provider.ts';
import { createMemoryProvider, createMemoryWorld } from '../../src/provision/providers/memory.ts';

const resource: Resource = {
  id: 'memory:shop/db',
  name: 'db',
  kind: 'database',
  provider: 'memory',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [],
  probe: { type: 'command', command: ['true'], timeoutMs: 1000 },
  spec: { type: 'memory', stepMs: {} },
};

describe('a step of one while another has it', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prewarm-in-turn-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const provider = inTurn(createMemoryProvider({ world: createMemoryWorld(), sleep: async () => {} }));
  const context = (instance: string, more: Partial<Context> = {}): Context => ({
    workspace: 'w',
    storage: root,
    leases: join(root, 'leases'),
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    progress: () => {},
    instance,
    onBehalfOf: 'prediction',
    ...more,
  });

  it.each(['prediction', 'person'] as const)('on the way up by %s: it is left where the other has brought it', async (onBehalfOf) => {
    await provider.reach(resource, 'ready', context(`window-${process.pid}-a`));
    const step = await provider.reach(resource, 'created', context(`cli-${process.pid}-b`, { climbing: true, onBehalfOf }));
    expect(step).toMatchObject({ ok: true, value: { rung: 'ready' } });
    expect(await provider.observe([resource], context(`window-${process.pid}-a`))).toMatchObject([{ rung: 'ready' }]);
  });

  it('on the way down it is another’s to refuse, and a person’s to insist on', async () => {
    await provider.reach(resource, 'ready', context(`window-${process.pid}-a`));
    expect(await provider.reach(resource, 'created', context(`cli-${process.pid}-b`))).toMatchObject({
      ok: false,
      fault: { code: 'held-by-other' },
    });
    expect(await provider.reach(resource, 'created', context(`cli-${process.pid}-b`, { onBehalfOf: 'person' }))).toMatchObject({
      ok: true,
      value: { rung: 'created' },
    });
  });
});
