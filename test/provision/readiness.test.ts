import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { NOT_PUBLISHED, portProblem } from '../../src/provision/readiness.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const silent = (socket: Socket): void => void socket.on('error', () => {});
const atOnce = (socket: Socket): void => void socket.destroy();

describe('a published port', () => {
  it('counts when a connection lives, or when the server behind it speaks', async () => {
    expect(await portProblem(await listening(silent))).toBeUndefined();
    expect(await portProblem(await listening((socket) => silent(socket.end('hello') as Socket)))).toBeUndefined();
  });

  it('does not count when it is not published, refuses, or is closed by a proxy with nobody behind it', async () => {
    expect(await portProblem(undefined)).toBe(NOT_PUBLISHED);
    const port = await listening(silent);
    servers.pop()?.close();
    expect(await portProblem(port)).toBe('refuses connections (ECONNREFUSED)');
    expect(await portProblem(await listening(atOnce))).toBe('closes connections at once');
  });

  it('is as the server itself answers, where it can be asked; else as the proxy does', async () => {
    const proxy = await listening(atOnce);
    const server = { host: '127.0.0.1', port: await listening(silent) };
    expect(await portProblem(proxy, server)).toBeUndefined();
    const nobody = { host: '127.0.0.1', port: server.port };
    servers.pop()?.close();
    expect(await portProblem(proxy, nobody)).toBe('refuses connections (ECONNREFUSED)');
    // A name that is never given (RFC 6761).
    expect(await portProblem(await listening(silent), { host: 'nobody.invalid', port: 1 })).toBeUndefined();
  });
});
