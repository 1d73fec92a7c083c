import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { answers, listen } from '../../../src/provision/gateway/listen.ts';
import { ask, createWorld } from './world.ts';

const world = createWorld();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
  await world.end();
});

async function listening(wanted: number, fallback?: number) {
  const result = await listen(wanted, fallback, (client) => client.resume().end('gateway'));
  if (!result.ok) throw new Error(result.fault.message);
  open.push(result.value);
  return result.value;
}

const hasIPv6Loopback = Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === '::1'));

describe('listening', () => {
  it('takes another port when its own is taken, and says whose it is', async () => {
    const other = await world.named('other');
    const listener = await listening(other.at.port);
    expect(listener.port).not.toBe(other.at.port);
    expect(listener.note).toMatch(new RegExp(`^Port ${other.at.port} is taken by .+, so ${listener.port} is used instead;`));
    expect(listener.note).toContain(`pid ${process.pid}`);
  });

  it('takes the port that it took the last time', async () => {
    const [other, spare] = [await world.named('other'), await world.named('spare')];
    spare.close();
    const listener = await listening(other.at.port, spare.at.port);
    expect(listener.port).toBe(spare.at.port);
  });

  it('takes its own port back when it has become free, and keeps the substitute for who knows it', async () => {
    const other = await world.named('other');
    const listener = await listening(other.at.port);
    const substitute = listener.port;
    await listener.retake(0);
    expect(listener.port).toBe(substitute);
    other.close();
    await listener.retake();
    // It may only be starting anew: it was not taken, and is not held.
    expect(listener.port).toBe(substitute);
    await expect(ask(other.at.port, '')).rejects.toThrow();
    await listener.retake(0);
    expect([listener.port, listener.note]).toEqual([other.at.port, undefined]);
    expect(await ask(other.at.port, '')).toBe('gateway');
    expect(await ask(substitute, '')).toBe('gateway');
    await listener.close();
    await expect(ask(substitute, '')).rejects.toThrow();
  });

  it.runIf(hasIPv6Loopback)('says so when somebody else has the port on ::1', async () => {
    const program = "require('net').createServer().listen(0, '::1', function () { process.send(this.address().port) })";
    const other = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    open.push({ close: () => other.kill() });
    const [port] = (await once(other, 'message')) as [number];
    const listener = await listening(port);
    expect(listener.port).toBe(port);
    expect(listener.note).toMatch(new RegExp(`^\\[::1\\]:${port} is taken by .*\\(pid ${other.pid}\\), so`));
    expect(await ask(port, '')).toBe('gateway');
  });

  it('asks whether somebody serves a port, where binding does not tell', async () => {
    const other = await world.named('other');
    expect(await answers(other.at.port)).toBe(true);
    other.close();
    expect(await answers(other.at.port)).toBe(false);
  });
});
