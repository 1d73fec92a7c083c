import { createConnection, type Socket } from 'node:net';
import type { Backend } from '../../domain/index.ts';
import type { Shortcut } from './shortcut.ts';

export type Dialled =
  | { readonly did: 'connected'; readonly socket: Socket }
  /** Nobody listens there. */
  | { readonly did: 'refused' }
  /** This machine has no descriptor or port left for one more connection: the backend is not to blame. */
  | { readonly did: 'exhausted'; readonly code: string };

export interface Reader {
  readonly buffer: () => Uint8Array;
  /** Returns false to stop reading until `resume`. */
  readonly callback: (length: number, bytes: Uint8Array) => boolean;
}

const SHORTCUT_WITHIN_MS = 250;
/** Loopback answers at once; only a full queue of the backend's takes longer (the kernel tries again after 1 and 3 s). */
const WITHIN_MS = 10_000;
const KEEP_ALIVE_AFTER_MS = 30_000;
const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** By the shortcut where there is one. A refusal there is one of the backend's; any other trouble is the shortcut's own. */
export async function dial(to: Backend, shortcut: Shortcut | undefined, reader: Reader): Promise<Dialled> {
  if (shortcut) {
    const tried = await connect(shortcut, SHORTCUT_WITHIN_MS, reader);
    if (tried.did !== 'failed') return tried;
  }
  const dialled = await connect(to, WITHIN_MS, reader);
  return dialled.did === 'failed' ? { did: 'refused' } : dialled;
}

function connect(
  { host, port }: { readonly host: string; readonly port: number },
  withinMs: number,
  reader: Reader,
): Promise<Dialled | { readonly did: 'failed' }> {
  return new Promise((resolve) => {
    const socket = createConnection({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
      onread: reader,
    });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ did: 'failed' });
    }, withinMs);
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(code === 'ECONNREFUSED' ? { did: 'refused' } : EXHAUSTED.has(code) ? { did: 'exhausted', code } : { did: 'failed' });
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      resolve({ did: 'connected', socket });
    });
  });
}
