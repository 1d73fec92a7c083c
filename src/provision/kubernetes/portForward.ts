import type { Socket } from 'node:net';
import type { RawData, WebSocket as WebSocketType } from 'ws';
import type { Connection } from './connection.ts';
import { POD, pathOf } from './objects.ts';

/** The channels of one port over `v4.channel.k8s.io`; each begins with a message that only repeats the port. */
const DATA = 0;
const ERROR = 1;
const PROTOCOL = 'v4.channel.k8s.io';
const CONNECTED_WITHIN_MS = 10_000;
/** More waits in memory than this: the other side is not read from until it has gone. */
const AHEAD_BYTES = 1 << 20;

/**
 * Joins a client's socket to a port of a pod, by the API server. Resolves when both have ended, to what went wrong, if anything.
 * The protocol knows no half-closed connections: where one side ends, all ends.
 */
export async function forward(connection: Connection, pod: string, port: number, client: Socket): Promise<string | undefined> {
  const { default: WebSocket } = await import('ws');
  const { url, options } = await connection.socketOptions(`${pathOf(POD, connection.namespace, pod)}/portforward?ports=${port}`);
  const socket = new WebSocket(url, PROTOCOL, { ...options, handshakeTimeout: CONNECTED_WITHIN_MS, perMessageDeflate: false });
  return new Promise((resolve) => {
    const end = (problem?: string): void => {
      client.destroy();
      socket.terminate();
      resolve(problem);
    };
    socket.on('open', () => upstream(client, socket));
    socket.on('message', downstream(client, socket, end));
    socket.on('close', () => (client.writableLength > 0 ? client.end(() => end()) : end()));
    socket.on('error', (error) => end(error.message));
    client.on('close', () => socket.close());
    client.on('error', () => end());
    // Nothing is read before the way is open.
    client.pause();
  });
}

function upstream(client: Socket, socket: WebSocketType): void {
  client.on('data', (data: Buffer) => {
    socket.send(Buffer.concat([Buffer.of(DATA), data]), () => socket.bufferedAmount < AHEAD_BYTES && client.resume());
    if (socket.bufferedAmount >= AHEAD_BYTES) client.pause();
  });
  client.on('end', () => socket.close());
  client.resume();
}

function downstream(client: Socket, socket: WebSocketType, end: (problem?: string) => void): (data: RawData) => void {
  const begun = new Set<number>();
  return (raw) => {
    const message = raw as Buffer;
    const channel = message[0] ?? ERROR;
    if (!begun.has(channel)) {
      begun.add(channel);
      return;
    }
    const data = message.subarray(1);
    if (channel === ERROR) {
      if (data.length > 0) end(data.toString('utf8').trim());
      return;
    }
    if (client.write(data)) return;
    socket.pause();
    client.once('drain', () => socket.resume());
  };
}
