import { once } from 'node:events';
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, type Served, soon, until } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

async function through(backend: Served) {
  const gate = await world.gate(async () => backend.at);
  gate.gateway.backend(backend.at);
  return gate;
}

const MB = 2 ** 20;

describe('a splice', () => {
  it('passes a half-close on: who has said all may still listen', async () => {
    const backend = await world.named('all heard');
    const { gateway } = await through(backend);
    const client = await world.connect(gateway.port);
    client.socket.end('question');
    await until(() => client.over() === 'end', 'answered and ended');
    expect(client.heard()).toBe('all heard');
    await until(() => gateway.connections === 0, 'gone');
  });

  it('passes the half-close of a server on: who is told all may still speak', async () => {
    let said = '';
    const backend = await world.serve((socket) => {
      socket.end('greeting');
      socket.on('data', (data) => {
        said += data;
      });
    });
    const { gateway } = await through(backend);
    const client = await world.connect(gateway.port);
    await until(() => client.over() === 'end', 'the server has said all');
    client.socket.write('still ');
    await soon(30);
    client.socket.end('here');
    await until(() => said === 'still here', 'the server heard it');
    await until(() => gateway.connections === 0, 'gone');
  });

  it('passes on what a client said and ended before the backend was there', async () => {
    const backend = await world.echo();
    const { gateway } = await world.gate(async () => {
      await soon(100);
      return backend.at;
    });
    const [speaks, silent] = [await world.connect(gateway.port), await world.connect(gateway.port)];
    speaks.socket.end('early');
    silent.socket.end();
    await until(() => speaks.over() === 'end' && silent.over() === 'end', 'both were served');
    expect([speaks.heard(), silent.heard()]).toEqual(['early', '']);
  });

  it('lets go of a client that is cut off while it is held', async () => {
    const { gateway, events, wakes } = await world.gate(() => new Promise(() => {}));
    const clients = await Promise.all(Array.from({ length: 50 }, () => world.connect(gateway.port)));
    for (const [i, { socket }] of clients.entries()) {
      if (i % 2 === 0) socket.write('a question');
    }
    await until(() => gateway.connections === 50, 'all are held');
    for (const { socket } of clients) socket.resetAndDestroy();
    await until(() => gateway.connections === 0, 'none is held');
    expect(events.filter((e) => e.did === 'closed')).toHaveLength(50);
    expect(wakes()).toBe(1);
  });

  it('cuts the backend off when the client is cut off in the middle', async () => {
    let how = 'open';
    const backend = await world.serve((socket) => {
      socket.on('error', () => {
        how = 'reset';
      });
      socket.on('close', () => {
        how = how === 'open' ? 'closed' : how;
      });
      socket.pipe(socket);
    });
    const { gateway } = await through(backend);
    const client = await world.connect(gateway.port);
    client.socket.write('x');
    await until(() => client.heard() === 'x', 'spliced');
    client.socket.resetAndDestroy();
    await until(() => how !== 'open', 'the backend was told');
    expect(how).toBe('reset');
    await until(() => gateway.connections === 0, 'gone');
  });

  it('cuts the client off when the backend dies in the middle, so that half an answer looks like none', async () => {
    const backend = await world.serve((socket) => {
      socket.write(Buffer.alloc(1000), () => setTimeout(() => socket.resetAndDestroy(), 30));
    });
    const { gateway } = await through(backend);
    const client = await world.connect(gateway.port);
    client.socket.write('x');
    await until(() => client.over() !== 'open', 'the client was told');
    expect(client.over()).toBe('reset');
    await until(() => gateway.connections === 0, 'gone');
  });

  it('keeps back-pressure: of an endless answer to a client that never reads, a bounded part is taken', async () => {
    let sent = 0;
    const backend = await world.serve((socket) => {
      const chunk = Buffer.alloc(MB / 4);
      const more = (): void => {
        while (socket.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      socket.on('drain', more);
      more();
    });
    const { gateway } = await through(backend);
    const before = process.memoryUsage().arrayBuffers;
    const silent = createConnection({ port: gateway.port, host: '127.0.0.1' });
    silent.on('error', () => {});
    await once(silent, 'connect');
    let last = -1;
    while (sent !== last) {
      last = sent;
      await soon(300);
    }
    // What the kernel keeps for three sockets; endless otherwise.
    expect(sent).toBeLessThan(64 * MB);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MB);
    silent.resetAndDestroy();
    await until(() => gateway.connections === 0, 'gone');
  });

  it('keeps back-pressure: of an endless question to a backend that never reads, a bounded part is taken', async () => {
    const backend = await world.serve((socket) => socket.pause());
    const { gateway } = await through(backend);
    const client = await world.connect(gateway.port);
    const before = process.memoryUsage().arrayBuffers;
    const chunk = Buffer.alloc(MB / 4);
    let taken = 0;
    const more = (): void => {
      while (client.socket.write(chunk)) taken += chunk.length;
      taken += chunk.length;
    };
    client.socket.on('drain', more);
    more();
    let last = -1;
    while (taken !== last) {
      last = taken;
      await soon(300);
    }
    expect(taken).toBeLessThan(64 * MB);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MB);
  });

  it('carries every byte in order, whatever the sizes, the pauses and the readers (property)', async () => {
    const backend = await world.echo();
    const { gateway } = await through(backend);
    const conversation = fc.record({
      pieces: fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 700_000 })), { minLength: 1, maxLength: 12 }),
      pauseAfterPiece: fc.boolean(),
      slowReader: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(conversation, { minLength: 1, maxLength: 6 }), async (conversations) => {
        const outcomes = await Promise.all(conversations.map((c, i) => converse(gateway.port, c, i)));
        expect(outcomes.map((o) => o.wrongAt)).toEqual(outcomes.map(() => -1));
        expect(outcomes.map((o) => o.heard)).toEqual(conversations.map((c) => c.pieces.reduce((a, b) => a + b, 0)));
      }),
      { numRuns: 40, seed: 4 },
    );
    await until(() => gateway.connections === 0, 'all gone');
  });

  it('outlives clients of every temper at once (seeded)', async () => {
    const backend = await world.echo();
    const { gateway } = await through(backend);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('asks', 'resets', 'resets mid-stream', 'never reads', 'ends at once'), { maxLength: 40 }),
        async (tempers) => {
          await Promise.all(tempers.map((temper) => behave(gateway.port, temper)));
          await until(() => gateway.connections === 0, `all gone of ${tempers}`);
        },
      ),
      { numRuns: 20, seed: 4 },
    );
    await until(() => backend.sockets.size === 0, 'the backend has none either');
  });
});

interface Conversation {
  readonly pieces: readonly number[];
  readonly pauseAfterPiece: boolean;
  readonly slowReader: boolean;
}

/** Sends a known sequence of bytes, and says where what came back first differs from it (−1: nowhere). */
function converse(
  port: number,
  { pieces, pauseAfterPiece, slowReader }: Conversation,
  salt: number,
): Promise<{ heard: number; wrongAt: number }> {
  const byteAt = (i: number): number => (i * 31 + (i >> 8) + salt) & 0xff;
  return new Promise((resolve, reject) => {
    let heard = 0;
    let wrongAt = -1;
    const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true }, async () => {
      let sent = 0;
      for (const size of pieces) {
        const piece = Buffer.alloc(size);
        for (let i = 0; i < size; i++) piece[i] = byteAt(sent + i);
        sent += size;
        socket.write(piece);
        if (pauseAfterPiece) await soon(1);
      }
      socket.end();
    });
    socket.on('data', (data: Buffer) => {
      for (let i = 0; i < data.length && wrongAt < 0; i++) if (data[i] !== byteAt(heard + i)) wrongAt = heard + i;
      heard += data.length;
      if (!slowReader) return;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    socket.on('end', () => resolve({ heard, wrongAt }));
    socket.on('error', reject);
  });
}

function behave(port: number, temper: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => {
      if (temper === 'asks') socket.end('question');
      if (temper === 'ends at once') socket.end();
      if (temper === 'resets') socket.resetAndDestroy();
      if (temper === 'resets mid-stream') socket.write(Buffer.alloc(MB), () => socket.resetAndDestroy());
      if (temper === 'never reads') setTimeout(() => socket.destroy(), 20);
    });
    if (temper === 'never reads') {
      socket.pause();
      socket.write(Buffer.alloc(4 * MB));
    } else socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}
