import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Asked, Player } from '../../../src/provision/load/asked.ts';
import { isLoopback } from '../../../src/provision/load/loopback.ts';
import { openPlayer } from '../../../src/provision/load/openPlayer.ts';
import { replyIn } from '../../../src/provision/load/redis.ts';
import { scramClient } from '../../../src/provision/load/scram.ts';

const NOBODY = { user: '', password: '', database: '' };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function player(by: Asked['by'], port: number, more: object = {}): Promise<Player> {
  const opened = await openPlayer(by, { host: '127.0.0.1', port, timeoutMs: 5000, mostConnections: 3, ...more }, NOBODY);
  if (!opened.ok) throw new Error(opened.fault.message);
  ends.push(() => opened.value.close());
  return opened.value;
}

/** Answers each command in turn, and counts the connections. */
function redis(answer: (command: string) => string): { readonly server: Server; readonly sockets: Set<Socket> } {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (data) => socket.write(answer(data.toString()))).on('error', () => {});
  });
  return { server, sockets };
}

const GET: Asked = { by: 'redis', command: ['GET', 'k'], writes: false };

describe('real requests', () => {
  it.each(['127.0.0.1', '127.8.9.255', '::1'])('go to %s', (host) => expect(isLoopback(host)).toBe(true));
  it.each(['localhost', '0.0.0.0', '10.0.0.1', '127.0.0.1.example.org', '127.0.0.256', '128.0.0.1', 'example.org', ''])(
    'are refused for “%s”',
    async (host) => {
      for (const by of ['http', 'sql', 'redis'] as const)
        expect(await openPlayer(by, { host, port: 80, timeoutMs: 1, mostConnections: 1 }, NOBODY)).toMatchObject({
          ok: false,
          fault: { message: expect.stringContaining('this machine only') },
        });
    },
  );

  it('no name and no address of elsewhere is taken for this machine', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV4()), (host) => {
        expect(isLoopback(host)).toBe(host.startsWith('127.'));
      }),
    );
  });

  it('an answer of 400 and more has failed, and one that does not come is timed out', async () => {
    const server = createHttp((asked, answer) => {
      if (asked.url === '/never') return;
      answer.statusCode = asked.url === '/wrong' ? 503 : 200;
      answer.end('x'.repeat(100_000));
    });
    const port = await listening(server);
    ends.push(() => server.closeAllConnections());
    const http = await player('http', port, { timeoutMs: 1000 });
    const ask = (path: string) => http.ask({ by: 'http', method: 'GET', path, writes: false });
    expect(await Promise.all([ask('/'), ask('/wrong'), ask('/never')])).toEqual(['well', 'failed', 'timed-out']);
  });

  it('share few connections in the order of coming', async () => {
    const { server, sockets } = redis(() => '$2\r\nhi\r\n');
    const one = await player('redis', await listening(server));
    expect(await Promise.all(Array.from({ length: 50 }, () => one.ask(GET)))).toEqual(Array(50).fill('well'));
    expect(sockets.size).toBe(3);
  });

  it('an error is a failure, a lost connection too, and the next gets a new one', async () => {
    const { server, sockets } = redis((command) => (command.includes('BAD') ? '-ERR no\r\n' : '+OK\r\n'));
    const one = await player('redis', await listening(server), { mostConnections: 1 });
    expect(await one.ask({ by: 'redis', command: ['BAD'], writes: false })).toBe('failed');
    expect(await one.ask(GET)).toBe('well');
    for (const socket of sockets) socket.destroy();
    const after = [await one.ask(GET), await one.ask(GET), await one.ask(GET)];
    expect(after.at(-1)).toBe('well');
  });

  it('where nobody is, all fail and none waits', async () => {
    const one = await player('redis', 1);
    expect(await Promise.all([one.ask(GET), one.ask(GET), one.ask(GET), one.ask(GET)])).toEqual(Array(4).fill('failed'));
  });

  it('closing ends what is under way at once', async () => {
    const { server } = redis(() => '');
    const one = await player('redis', await listening(server));
    const asked = Array.from({ length: 10 }, () => one.ask(GET));
    await new Promise((resolve) => setTimeout(resolve, 50));
    one.close();
    expect(await Promise.all(asked)).toEqual(Array(10).fill('failed'));
  });

  it.each(['+OK\r\n', '-ERR x\r\n', ':5\r\n', '$-1\r\n', '$3\r\nabc\r\n', '*2\r\n$1\r\na\r\n*1\r\n:1\r\n', '*-1\r\n', '*0\r\n'])(
    'the reply %j is known to be whole, and not before',
    (reply) => {
      const bytes = Buffer.from(reply);
      for (let n = 0; n < bytes.length; n++) expect(replyIn(bytes.subarray(0, n))).toBeUndefined();
      expect(replyIn(Buffer.concat([bytes, Buffer.from('+more')]))).toEqual({ value: !reply.startsWith('-'), length: bytes.length });
    },
  );

  it('logs in as RFC 7677 shows it', async () => {
    const scram = scramClient('pencil', 'rOprNGfwEbeRWgbNEkqO');
    const challenge = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
    expect(scram.first).toBe('n,,n=,r=rOprNGfwEbeRWgbNEkqO');
    expect(await scram.answer(challenge)).toMatch(/^c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj\)hNlF\$k0,p=.{44}$/);
    await expect(scram.answer('r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096')).rejects.toThrow();
  });
});
