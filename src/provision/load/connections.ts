import { createConnection, type Socket } from 'node:net';
import type { Answered, Asked, Player, PlayerOptions } from './asked.ts';

/** A protocol over one socket: one question at a time. */
export interface Dialogue {
  /** Greets; the connection is of no use where this fails. */
  begin(): Promise<void>;
  /** False: answered with an error, after which the connection is as good as before. Throws where it is not. */
  ask(asked: Asked): Promise<boolean>;
}

interface Waiting {
  readonly asked: Asked;
  readonly answer: (outcome: Answered) => void;
  over: boolean;
}

interface Talk {
  readonly line: Line;
  readonly dialogue: Dialogue;
}

/** Asks over at most so many connections; who finds all busy waits in the order of coming. */
export function connected(options: PlayerOptions, dialogue: (line: Line) => Dialogue): Player {
  const idle: Talk[] = [];
  const lines = new Set<Line>();
  const queue: Waiting[] = [];
  /** Open ones and those that are being opened. */
  let connections = 0;
  let closed = false;

  async function open(): Promise<Talk> {
    const line = await createLine(options).catch((error: unknown) => {
      connections--;
      throw error;
    });
    const talk: Talk = { line, dialogue: dialogue(line) };
    lines.add(line);
    void line.ended.then(() => {
      connections--;
      lines.delete(line);
      if (idle.includes(talk)) idle.splice(idle.indexOf(talk), 1);
    });
    if (closed) line.end();
    try {
      await talk.dialogue.begin();
    } catch (error) {
      line.end();
      throw error;
    }
    return talk;
  }

  async function work(talk: Talk | undefined): Promise<void> {
    let at = talk;
    try {
      at ??= await open();
    } catch {
      // Nobody is there: the next who waits is told so, and who comes later tries again.
      queue.shift()?.answer('failed');
      return;
    }
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (next.over) continue;
      try {
        next.answer((await at.dialogue.ask(next.asked)) ? 'well' : 'failed');
      } catch {
        next.answer('failed');
        at.line.end();
        return;
      }
      // Who gave up left an answer on its way, which has come by now.
    }
    idle.push(at);
  }

  function serve(): void {
    if (queue.length === 0) return;
    const talk = idle.pop();
    if (!talk && connections >= options.mostConnections) return;
    if (!talk) connections++;
    void work(talk).finally(() => {
      if (!closed) serve();
    });
  }

  return {
    ask: (asked) =>
      new Promise<Answered>((resolve) => {
        const timer = setTimeout(() => waiting.answer('timed-out'), options.timeoutMs);
        const waiting: Waiting = {
          asked,
          over: false,
          answer(outcome) {
            this.over = true;
            clearTimeout(timer);
            resolve(outcome);
          },
        };
        if (closed) return waiting.answer('failed');
        queue.push(waiting);
        serve();
      }),
    close() {
      closed = true;
      for (const line of lines) line.end();
      for (const waiting of queue.splice(0)) waiting.answer('failed');
    },
  };
}

/** Bytes to and from a socket, read in parts. */
export interface Line {
  write(bytes: Buffer): void;
  /** Waits until `parse` finds something whole at the begin of what has come, and takes so many bytes as it says. */
  read<T>(parse: (bytes: Buffer) => { readonly value: T; readonly length: number } | undefined): Promise<T>;
  readonly ended: Promise<void>;
  end(): void;
}

function createLine({ host, port, timeoutMs }: PlayerOptions): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ host, port, noDelay: true });
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), timeoutMs);
    let rest = Buffer.alloc(0);
    let look: () => void = () => {};
    let lost: (error: Error) => void = reject;
    const ended = new Promise<void>((over) => socket.once('close', () => over()));
    socket.on('data', (bytes) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      look();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      lost(new Error('the connection ended'));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      lost = () => {};
      resolve({
        write: (bytes) => void socket.write(bytes),
        read: (parse) =>
          new Promise((found, failed) => {
            if (socket.destroyed) return failed(new Error('the connection ended'));
            lost = failed;
            look = () => {
              try {
                const part = parse(rest);
                if (!part) return;
                rest = rest.subarray(part.length);
                look = () => {};
                found(part.value);
              } catch (error) {
                look = () => {};
                failed(error);
              }
            };
            look();
          }),
        ended,
        end: () => void socket.destroy(),
      });
    });
  });
}
