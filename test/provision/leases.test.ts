import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  heldAbove,
  isAbandoned,
  leaseOver,
  nextLeaseEnd,
  readLeases,
  renewLeases,
  wishFor,
  withdrawWish,
} from '../../src/provision/leases.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { birthOf, ownIdentity } from '../../src/provision/processIdentity.ts';
import type { Context } from '../../src/provision/provider.ts';

const MINUTE = 60_000;
const DB = 'compose:shop/db';
let leases: string;
let now: number;
beforeEach(() => {
  leases = mkdtempSync(join(tmpdir(), 'prewarm-leases-'));
  now = 1_700_000_000_000;
});
afterEach(() => rmSync(leases, { recursive: true, force: true }));

const context = (instance: string, more: Partial<Context> = {}): Context => ({
  workspace: 'w',
  storage: leases,
  leases,
  now: () => now,
  leaseMs: 15 * MINUTE,
  signal: new AbortController().signal,
  progress: () => {},
  instance,
  onBehalfOf: 'prediction',
  ...more,
});
const [a, b] = ['window-1-a', 'window-2-b'] as const;
const labels = { [LABEL.workspace]: 'w', [LABEL.resource]: DB, [LABEL.lease]: '0' };
const files = (): string[] => readdirSync(join(leases, 'w'));

/** As a window leaves it that crashed: its lease file, and nobody with that process id who was born then. */
async function leftBehind(instance: string, until: number): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const owner = { instance, ...(await ownIdentity()), pid: child.pid, birth: await birthOf(child.pid as number) };
  child.kill('SIGKILL');
  await once(child, 'exit');
  mkdirSync(join(leases, 'w'), { recursive: true });
  const wish = { rung: 'ready', at: now, onBehalfOf: 'prediction' };
  writeFileSync(join(leases, 'w', `${instance}.json`), JSON.stringify({ version: 1, owner, leases: { [DB]: { until, wish } } }));
}

it('the latest lease counts, whoever renewed it; nobody loses what another wrote', async () => {
  await renewLeases([DB], context(a));
  now += MINUTE;
  await Promise.all([...'bcdefgh'].map((x) => renewLeases([DB, `x/${x}`], context(`window-3-${x}`))));
  const all = await readLeases(context(a));
  expect(all.filter((l) => l.resource === DB)).toHaveLength(8);
  expect(new Set(all.map((l) => l.resource)).size).toBe(8);
  now += 15 * MINUTE - 1;
  expect(await leaseOver(labels, context(a))).toBe(false);
});

it('a torn or foreign file is no lease, and no obstacle', async () => {
  await renewLeases([DB], context(a));
  writeFileSync(join(leases, 'w', 'torn.json'), '{"version":1,"own');
  writeFileSync(join(leases, 'w', 'foreign.json'), '{"compose:shop/db":99999999999999}');
  expect(await readLeases(context(a))).toHaveLength(1);
});

it('what no workspace of ours made is never abandoned: an engine may serve others, whose leases we cannot see', async () => {
  expect(await isAbandoned(labels, context(a))).toBe(false);
  await renewLeases(['another'], context(a));
  expect(await isAbandoned(labels, context(a))).toBe(true);
  await renewLeases([DB], context(a));
  expect(await isAbandoned(labels, context(a))).toBe(false);
});

it('a server of ours whose leases were erased is no longer wanted', async () => {
  expect(await leaseOver({ ...labels, [LABEL.lease]: String(now + 1) }, context(a))).toBe(false);
  expect(await leaseOver(labels, context(a))).toBe(true);
});

it('a machine that slept finds all ended, and takes nothing from a window that lives and has not renewed yet', async () => {
  await renewLeases([DB], context(a));
  await leftBehind('window-0-crashed', now + 15 * MINUTE);
  now += 8 * 60 * MINUTE;
  expect(await leaseOver(labels, context(b))).toBe(false);
  // It renews something else: what it let go is over.
  await renewLeases(['another'], context(a));
  expect(await leaseOver(labels, context(b))).toBe(true);
});

it('leases of the dead count until they end, then their file goes', async () => {
  await leftBehind('window-0-crashed', now + 5 * MINUTE);
  expect(await leaseOver(labels, context(a))).toBe(false);
  expect(await nextLeaseEnd(context(a))).toBe(now + 5 * MINUTE);
  now += 6 * MINUTE;
  expect(await leaseOver(labels, context(a))).toBe(true);
  expect(await nextLeaseEnd(context(a))).toBe(undefined);
  expect(files()).toEqual([]);
  expect(await leaseOver(labels, context(a))).toBe(true);
});

it('another window that wants it warmer holds it; one that wants it as cold, that is gone or whose lease has ended does not', async () => {
  await wishFor(DB, 'ready', context(a));
  expect(await heldAbove(DB, 'created', context(b))).toMatchObject({ owner: { instance: a }, wish: { rung: 'ready' } });
  expect(await heldAbove(DB, 'ready', context(b))).toBe(undefined);
  expect(await heldAbove(DB, 'created', context(a))).toBe(undefined);
  await wishFor(DB, 'paused', context(a));
  expect(await heldAbove(DB, 'paused', context(b))).toBe(undefined);
  await withdrawWish(DB, context(a));
  expect(await heldAbove(DB, 'created', context(b))).toBe(undefined);
  await leftBehind('window-0-crashed', now + 5 * MINUTE);
  expect(await heldAbove(DB, 'created', context(b))).toBe(undefined);
  await wishFor(DB, 'ready', context(a));
  now += 16 * MINUTE;
  expect(await heldAbove(DB, 'created', context(b))).toBe(undefined);
});

it('who only renews what it found holds nobody up; who renews what it wished goes on wishing', async () => {
  await renewLeases([DB], context(a));
  expect(await heldAbove(DB, 'created', context(b))).toBe(undefined);
  await wishFor(DB, 'ready', context(a));
  now += 10 * MINUTE;
  await renewLeases([DB], context(a));
  now += 10 * MINUTE;
  expect(await heldAbove(DB, 'created', context(b))).toMatchObject({ owner: { instance: a } });
});

it('a command has ended and still holds what it was asked for, until its lease ends', async () => {
  await leftBehind('cli-0-up', now + 5 * MINUTE);
  expect(await heldAbove(DB, 'created', context(a))).toMatchObject({ owner: { instance: 'cli-0-up' } });
  now += 5 * MINUTE;
  expect(await heldAbove(DB, 'created', context(a))).toBe(undefined);
});

it('what a person said last makes older wishes void, not later ones', async () => {
  await wishFor(DB, 'ready', context(a));
  now += 1000;
  await wishFor(DB, 'created', context('cli-9-down', { onBehalfOf: 'person' }));
  expect(await heldAbove(DB, 'created', context(b))).toBe(undefined);
  now += 1000;
  await wishFor(DB, 'ready', context(a));
  expect(await heldAbove(DB, 'created', context(b))).toMatchObject({ owner: { instance: a } });
});
