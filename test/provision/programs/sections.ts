import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../../src/domain/index.ts';
import { withLock } from '../../../src/provision/lock.ts';
import { birthOf, isAlive } from '../../../src/provision/processIdentity.ts';

/**
 * Enters the critical section again and again; arguments: the leases, a folder of who is inside, how often. Who is inside
 * has a folder with its process id there; killed inside, it leaves it behind.
 */
async function main([leases, inside, sections]: readonly string[]): Promise<void> {
  const context = { leases: leases as string, instance: `window-${process.pid}`, signal: new AbortController().signal, progress: () => {} };
  const mine = `${inside}/${process.pid}`;
  for (let i = 0; i < Number(sections); i++) {
    const done = await withLock('one', context, async () => {
      await mkdir(mine);
      await sleep(Math.random() * 4);
      const others: string[] = [];
      for (const pid of await readdir(inside as string)) if (pid !== String(process.pid) && (await runs(Number(pid)))) others.push(pid);
      process.stdout.write(others.length > 0 ? `${process.pid} met ${others}\n` : 'section\n');
      await rmdir(mine);
      return ok(undefined);
    });
    if (!done.ok) throw new Error(done.fault.message);
  }
}

/** One that was killed is not gone before its parent has heard of it, but it does nothing any more. */
const runs = async (pid: number): Promise<boolean> => isAlive(pid) && (await birthOf(pid)) !== 'ended';

void main(process.argv.slice(2));
