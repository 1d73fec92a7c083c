import type { Socket } from 'node:net';
import type { Backend } from '../../domain/index.ts';
import { type Dialled, dial } from './dial.ts';
import type { Injection } from './gatewayOptions.ts';
import type { Shortcut } from './shortcut.ts';

/** Two sockets that are one connection: the client's and one to the backend. */
export interface Splice {
  /** Unix ms of the last byte either way; of the splice itself before the first. */
  readonly lastTrafficAt: number;
  /** The client spoke last, so something is under way, however silent the wire is. */
  readonly awaitsAnswer: boolean;
  /** Both directions together. */
  readonly bytes: number;
  /** From the splice, or from the client's first byte where that came later, to the backend's first byte. */
  readonly firstByteMs: number | undefined;
  /** Ends both at once. */
  destroy(): void;
}

export interface SpliceOptions {
  readonly client: Socket;
  readonly to: Backend;
  readonly shortcut: Shortcut | undefined;
  readonly now: () => number;
  /** Told of bytes from the client, before they are sent on. */
  readonly spoke: () => void;
  readonly inject?: Injection | undefined;
}

export type Joined =
  | { readonly did: 'joined'; readonly splice: Splice }
  /** The client left while the backend was dialled. */
  | { readonly did: 'left' }
  | Exclude<Dialled, { did: 'connected' }>;

/** The first chunk is read into this much memory; a connection whose reads fill it gets four times as much, up to the limit. */
const FIRST_BUFFER_BYTES = 16 * 1024;
const BUFFER_BYTES = 256 * 1024;

/**
 * Dials the backend and joins it with the client: bytes both ways, half-close both ways, and back-pressure both ways, so that a client that
 * doesn't read stops the backend from sending, at the cost of one buffer. Written by hand rather than with `pipe`: what the backend sends is
 * read into one buffer over and over, which is free again as soon as the kernel has taken it.
 */
export async function splice(options: SpliceOptions): Promise<Joined> {
  const { client, to, shortcut, now } = options;
  const meter = createMeter(now);
  const inward = createInward(client, meter.answered);
  const dialled = await dial(to, shortcut, inward.reader);
  if (dialled.did !== 'connected') return dialled;
  const upstream = dialled.socket;
  if (client.destroyed) {
    upstream.destroy();
    return { did: 'left' };
  }
  inward.from(upstream);
  const asked = (): void => {
    meter.asked();
    options.spoke();
  };
  if (options.inject) joinDisturbed(client, upstream, options.inject, meter.begins, asked);
  else joinOutward(client, upstream, asked);
  joinEnds(client, upstream);
  client.resume();
  const destroy = (): void => {
    client.destroy();
    upstream.destroy();
  };
  return {
    did: 'joined',
    splice: meter.over(() => upstream.bytesRead + upstream.bytesWritten, destroy),
  };
}

/** From the backend to the client. */
function createInward(client: Socket, answered: () => void) {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  let upstream: Socket | undefined;
  let stopped = false;
  const flushed = (): void => {
    if (!stopped || client.writableLength > 0) return;
    stopped = false;
    upstream?.resume();
  };
  const callback = (length: number, bytes: Uint8Array): boolean => {
    answered();
    client.write(bytes.subarray(0, length), flushed);
    // The kernel took all of it at once, so the buffer is free; else `flushed` reads on.
    stopped = client.writableLength > 0;
    if (!stopped && length === buffer.length && length < BUFFER_BYTES) buffer = Buffer.allocUnsafeSlow(length * 4);
    return !stopped;
  };
  return {
    reader: { buffer: () => buffer, callback },
    from(socket: Socket): void {
      upstream = socket;
    },
  };
}

/** From the client to the backend. */
function joinOutward(client: Socket, upstream: Socket, asked: () => void): void {
  client.on('data', (bytes: Buffer) => {
    asked();
    upstream.write(bytes);
    if (upstream.writableLength >= upstream.writableHighWaterMark) client.pause();
  });
  upstream.on('drain', () => client.resume());
}

/** The same with delays and cut connections, at the begin of each request. */
function joinDisturbed(client: Socket, upstream: Socket, inject: Injection, begins: () => boolean, asked: () => void): void {
  client.on('data', (bytes: Buffer) => {
    const begun = begins();
    asked();
    if (begun && inject.random() < inject.errorShare) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
      return;
    }
    // What follows, also the client's end, is read only afterwards, so that the order stays.
    client.pause();
    setTimeout(
      () => {
        if (!upstream.destroyed) upstream.write(bytes);
        if (upstream.writableLength < upstream.writableHighWaterMark) client.resume();
      },
      begun ? inject.delayMs : 0,
    );
  });
  upstream.on('drain', () => client.resume());
}

/** A half-close is passed on as one, an abort as an abort: what was cut off must not look complete. */
function joinEnds(client: Socket, upstream: Socket): void {
  if (client.readableEnded) upstream.end();
  client.on('end', () => upstream.end());
  upstream.on('end', () => client.end());
  upstream.on('error', () => client.resetAndDestroy());
  upstream.on('close', () => client.destroySoon());
  client.on('close', () => (client.errored ? upstream.resetAndDestroy() : upstream.destroy()));
}

function createMeter(now: () => number) {
  let lastTrafficAt = now();
  let awaitsAnswer = false;
  let begunAt = performance.now();
  let firstByteMs: number | undefined;
  return {
    /** What the client says now is a new request. */
    begins: () => !awaitsAnswer,
    asked(): void {
      lastTrafficAt = now();
      if (!awaitsAnswer && firstByteMs === undefined) begunAt = performance.now();
      awaitsAnswer = true;
    },
    answered(): void {
      lastTrafficAt = now();
      awaitsAnswer = false;
      firstByteMs ??= performance.now() - begunAt;
    },
    over: (bytes: () => number, destroy: () => void): Splice => ({
      get lastTrafficAt() {
        return lastTrafficAt;
      },
      get awaitsAnswer() {
        return awaitsAnswer;
      },
      get bytes() {
        return bytes();
      },
      get firstByteMs() {
        return firstByteMs;
      },
      destroy,
    }),
  };
}
