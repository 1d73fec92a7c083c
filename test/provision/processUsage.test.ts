import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { parseCim, parseProcStat, parsePs, withDescendants } from '../../src/provision/processUsage.ts';
import { createProcessProvider } from '../../src/provision/providers/process.ts';

describe('what the systems tell of processes', () => {
  it('Linux: a name may hold spaces and brackets', () => {
    const line = '4242 (a (b) c) S 1 4242 4242 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 1 0 999 12345678 2000 18446744073709551615';
    expect(parseProcStat(line)).toEqual({ pid: 4242, group: 4242, memoryBytes: 2000 * 4096, cpuMs: 2000 });
    expect(parseProcStat('')).toBeUndefined();
  });
  it('macOS and others: ps', () => {
    expect(parsePs('  501   501  20480   0:01.50\n  502   501   1024 1-02:03:04\n\n')).toEqual([
      { pid: 501, group: 501, memoryBytes: 20480 * 1024, cpuMs: 1500 },
      { pid: 502, group: 501, memoryBytes: 1024 * 1024, cpuMs: (26 * 3600 + 184) * 1000 },
    ]);
  });
  it('Windows: the parent stands for the group', () => {
    const samples = parseCim('0 0 8192 99\r\n10 1 1000 20000\r\n11 10 500 10000\r\n12 11 500 0\r\n13 1 9 9\r\n');
    expect(samples[0]).toEqual({ pid: 10, group: 1, memoryBytes: 1000, cpuMs: 2 });
    expect(withDescendants(10, samples).map((s) => s.pid)).toEqual([10, 11, 12]);
  });
});

it('measures a process of ours with its children, and nothing where none runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-usage-'));
  const context = {
    workspace: 'w',
    storage: folder,
    leases: folder,
    instance: 'window-1-a',
    onBehalfOf: 'person' as const,
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    progress: () => {},
  };
  const child = 'const b = Buffer.alloc(64 << 20, 1); const end = Date.now() + 20000; while (Date.now() < end) b[0]++;';
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setInterval(() => {}, 1000)`;
  const resource: Resource = {
    id: 'process:test/busy',
    name: 'busy',
    kind: 'process',
    provider: 'process',
    declaredIn: 'Procfile',
    dependsOn: [],
    memoryBytes: 0,
    ports: [],
    probe: { type: 'log', pattern: '', timeoutMs: 1000 },
    spec: { type: 'process', command: [process.execPath, '-e', parent], cwd: folder, environment: {} },
  };
  const provider = createProcessProvider();
  const measured = async () => (await provider.measure?.([resource], context))?.get(resource.id);
  expect(await measured()).toBeUndefined();
  await provider.reach(resource, 'running', context);
  try {
    const until = Date.now() + 10_000;
    let seen = await measured();
    while (Date.now() < until && !((seen?.memoryBytes ?? 0) > 100 * 2 ** 20 && (seen?.cpuCores ?? 0) > 0.1)) {
      await sleep(200);
      seen = await measured();
    }
    // Two programs of 30 MB and more each, and the child's 64 MB.
    expect(seen?.memoryBytes).toBeGreaterThan(100 * 2 ** 20);
    expect(seen?.cpuCores).toBeGreaterThan(0.1);
  } finally {
    await provider.reach(resource, 'absent', context);
    rmSync(folder, { recursive: true, force: true });
  }
});
