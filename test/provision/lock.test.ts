import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../src/domain/index.ts';
import { holderOf, ifUnlocked, type LockContext, lockFolder, sweepLocks, withLock } from '../../src/provision/lock.ts';
import { ownIdentity } from '../../src/provision/processIdentity.ts';
import { bundled } from '../harness/bundled.ts';

let leases: string;
beforeEach(() => {
  leases = mkdtempSync(join(tmpdir(), 'prewarm-lock-'));
});
afterEach(() => rmSync(leases, { recursive: true, force: true }));

const context = (more: Partial<LockContext> = {}): LockContext => ({
  leases,
  instance: 'window-1-a',
  signal: new AbortController().signal,
  progress: () => {},
  ...more,
});
const left = (): string[] => readdirSync(join(leases, '.locks'));
const QUICK = { beatMs: 50, silentMs: 300 };

/** As it stands after a holder that we can't ask: one on another machine that shares the folder. */
async function heldElsewhere(name: string): Promise<string> {
  const token = `4711_1_elsewhere_00000000_window-4711-x`;
  mkdirSync(lockFolder(name, { leases }), { recursive: true });
  writeFileSync(join(lockFolder(name, { leases }), token), '');
  return token;
}

describe('a lock', () => {
  it('lets one in at a time, in one process too, and leaves nothing', async () => {
    let inside = 0;
    const act = async () => {
      expect(++inside).toBe(1);
      await sleep(2);
      inside--;
      return ok(undefined);
    };
    const all = await Promise.all(Array.from({ length: 20 }, () => withLock('a', context(), act)));
    expect(all.every((r) => r.ok)).toBe(true);
    expect(left()).toEqual([]);
  });

  it('is given back when what ran under it throws', async () => {
    const bug = withLock('a', context(), async () => {
      throw new Error('bug');
    });
    await expect(bug).rejects.toThrow('bug');
    expect(left()).toEqual([]);
  });

  it('says who holds it while one waits, and waiting can be cancelled', async () => {
    const waiting = new AbortController();
    const said: string[] = [];
    await withLock('a', context({ instance: 'cli-9' }), async () => {
      const progress = (text: string): void => {
        said.push(text);
        waiting.abort();
      };
      const second = await withLock('a', context({ signal: waiting.signal, progress }), async () => ok('in'));
      expect(second).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
      return ok(undefined);
    });
    expect(said).toEqual([`waiting: a Prewarm command (process ${process.pid}) is at it`]);
    expect(left()).toEqual([]);
  });

  it('can be asked for without waiting', async () => {
    await withLock('a', context(), async () => {
      expect(await ifUnlocked('a', context(), async () => ok(1))).toMatchObject({ heldBy: { pid: process.pid, instance: 'window-1-a' } });
      return ok(undefined);
    });
    expect(await ifUnlocked('a', context(), async () => ok(1))).toEqual(ok(1));
  });

  it('of a process that is gone is taken over at once', async () => {
    const { machine } = await ownIdentity();
    mkdirSync(lockFolder('a', { leases }), { recursive: true });
    // Our own number, but born at another time: it was given again.
    writeFileSync(join(lockFolder('a', { leases }), `${process.pid}_1_${machine}_00000000_window-1`), '');
    const begun = performance.now();
    expect(await withLock('a', context(), async () => ok(1))).toEqual(ok(1));
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(left()).toEqual([]);
  });

  it('that the dead left behind is swept away, and no other', async () => {
    const { machine } = await ownIdentity();
    const dead = `${process.pid}_1_${machine}_00000000_window-1`;
    for (const name of [lockFolder('dead', { leases }), `${lockFolder('draft', { leases })}.${dead}`]) {
      mkdirSync(name, { recursive: true });
      writeFileSync(join(name, dead), '');
    }
    await heldElsewhere('elsewhere');
    await withLock('living', context(), async () => {
      await sweepLocks(context());
      expect(left().sort()).toEqual(['elsewhere', 'living']);
      return ok(undefined);
    });
    await sweepLocks({ leases: join(leases, 'none'), instance: 'window-1-a' });
    expect(left()).toEqual(['elsewhere']);
  });

  it('of many that take over from the dead, one wins, however they meet', async () => {
    const { machine } = await ownIdentity();
    for (let round = 0; round < 30; round++) {
      mkdirSync(lockFolder('a', { leases }), { recursive: true });
      writeFileSync(join(lockFolder('a', { leases }), `${process.pid}_1_${machine}_0000000${round % 10}_window-1`), '');
      let inside = 0;
      let most = 0;
      const act = async () => {
        most = Math.max(most, ++inside);
        await sleep(1);
        inside--;
        return ok(undefined);
      };
      const takers = Array.from({ length: 12 }, async (_, i) => {
        await sleep(i % 3);
        return withLock('a', context(), act);
      });
      expect((await Promise.all(takers)).every((r) => r.ok)).toBe(true);
      expect(most).toBe(1);
      expect(left()).toEqual([]);
    }
  }, 60_000);

  it('of a machine that we cannot ask is taken over only when it has been silent', async () => {
    const token = await heldElsewhere('a');
    const file = join(lockFolder('a', { leases }), token);
    const beat = setInterval(() => writeFileSync(file, ''), 50);
    const got = withLock('a', context(), async () => ok(performance.now()), QUICK);
    await sleep(900);
    clearInterval(beat);
    const silentAt = performance.now();
    const result = await got;
    expect(result.ok && result.value - silentAt).toBeGreaterThan(QUICK.silentMs - 100);
    expect(left()).toEqual([]);
  });

  it('that was lost to another tells so, and leaves the other’s lock alone', async () => {
    const result = await withLock(
      'a',
      context(),
      async (signal) => {
        rmSync(lockFolder('a', { leases }), { recursive: true });
        await heldElsewhere('a');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return ok('told');
      },
      QUICK,
    );
    expect(result).toEqual(ok('told'));
    expect(await holderOf('a', { leases })).toMatchObject({ instance: 'window-4711-x' });
  });

  it('whose folder was left empty is no obstacle, and one that cannot be written is named', async () => {
    mkdirSync(lockFolder('a', { leases }), { recursive: true });
    expect(await withLock('a', context(), async () => ok(1))).toEqual(ok(1));
    rmSync(join(leases, '.locks'), { recursive: true });
    writeFileSync(join(leases, '.locks'), 'a file where a folder should be');
    const result = await withLock('a', context(), async () => ok(1));
    expect(result).toMatchObject({ ok: false, fault: { code: 'storage-failed' } });
    if (!result.ok) expect(result.fault.message).toContain(join(leases, '.locks'));
  });

  it('names that differ are locks that differ', () => {
    const folders = ['a/b', 'a_b', 'a:b', 'a b'].map((name) => lockFolder(name, { leases }));
    expect(new Set(folders).size).toBe(4);
  });
});

it('eight processes at a time, some killed inside: never two at once, and all the others get through', async () => {
  const program = await bundled(join(import.meta.dirname, 'programs', 'sections.ts'));
  const inside = mkdtempSync(join(tmpdir(), 'prewarm-inside-'));
  const SECTIONS = 40;
  let output = '';
  const run = (): ChildProcess => {
    const child = spawn(process.execPath, [program, leases, inside, String(SECTIONS)], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    return child;
  };
  const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve));
  const steady = Array.from({ length: 7 }, run);
  const all = steady.map(ended);
  let killedInside = 0;
  for (let i = 0; i < 9; i++) {
    const victim = run();
    const gone = ended(victim);
    const name = String(victim.pid);
    // Killed the moment that it is seen inside.
    while (victim.exitCode === null && !readdirSync(inside).includes(name)) await sleep(1);
    if (victim.kill('SIGKILL')) killedInside++;
    await gone;
  }
  expect(await Promise.all(all)).toEqual(Array(7).fill(0));
  expect(output.match(/.*met.*/g)).toBe(null);
  expect(output.match(/section/g)?.length).toBeGreaterThanOrEqual(7 * SECTIONS);
  expect(killedInside).toBe(9);
  // The last one killed may have left its own; the next takes it over.
  expect(await withLock('one', context(), async () => ok(1))).toEqual(ok(1));
  expect(left()).toEqual([]);
  rmSync(inside, { recursive: true });
}, 60_000);
