import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Backend, ok } from '../../../src/domain/index.ts';
import { openGateway } from '../../../src/provision/gateway/gateway.ts';
import { docker, publishedPort, untilAnswers } from './database.ts';
import { BULK_BYTES } from './loads.ts';

/** What the gateway's process is told: where the backend is, or which container it has to start. */
export type GatewayTask = { readonly backendPort: number } | { readonly starts: string };

export async function gatewayProcess(task: GatewayTask) {
  const { child, port } = await start('gateway', JSON.stringify(task));
  return {
    port,
    stop: () => void child.kill(),
    async starts(): Promise<number> {
      child.send('starts');
      return Number((await once(child, 'message'))[0]);
    },
  };
}

export async function sourceProcess() {
  const { child, port } = await start('source');
  return { port, stop: () => void child.kill() };
}

async function start(...words: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(process.argv[1] as string, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return { child, port: Number((await once(child, 'message'))[0]) };
}

/** This program again, as one of the processes above. */
export async function roles(role: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  if (role === 'gateway') await beGateway(JSON.parse(process.argv[3] as string) as GatewayTask);
  else if (role === 'source') beSource();
  else throw new Error(`There is no role ${role}.`);
}

async function beGateway(task: GatewayTask): Promise<void> {
  let starts = 0;
  const opened = await openGateway({
    port: 0,
    now: Date.now,
    onEvent: () => {},
    onFault: (fault) => console.error(fault.message),
    wake: async () => {
      starts++;
      if ('backendPort' in task) return ok(backendAt(task.backendPort));
      await docker('start', task.starts);
      const port = await publishedPort(task.starts);
      await untilAnswers(port);
      return ok(backendAt(port));
    },
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  process.on('message', () => process.send?.(starts));
  process.send?.(opened.value.port);
}

const backendAt = (port: number): Backend => ({ host: '127.0.0.1', port, containerPort: 5432 });

function beSource(): void {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => sendAll(socket, Buffer.alloc(2 ** 18, 1)));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
}

async function sendAll(socket: Socket, chunk: Buffer): Promise<void> {
  for (let left = BULK_BYTES; left > 0; left -= chunk.length) if (!socket.write(chunk)) await once(socket, 'drain');
  socket.end();
}
