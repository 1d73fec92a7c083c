import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * The two pipes of a program as one connection, with what Node's HTTP client asks of a socket beyond a stream. It fails with what the program
 * said where that ends before a byte came.
 */
export function duplexOf(child: ChildProcessWithoutNullStreams, ended: Promise<Error>): Duplex {
  let heard = false;
  let silence: NodeJS.Timeout | undefined;
  const connection = new Duplex({
    allowHalfOpen: true,
    read: () => void child.stdout.resume(),
    write: (chunk: Buffer, encoding, done) => void child.stdin.write(chunk, encoding, (error) => done(error)),
    final: (done) => void child.stdin.end(done),
    destroy(error, done) {
      clearTimeout(silence);
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    heard = true;
    silence?.refresh();
    if (!connection.push(chunk)) child.stdout.pause();
  });
  child.stdout.on('end', () => heard && connection.push(null));
  // It went away while something was said to it: what it said at its end is the better error.
  child.stdin.on('error', () => {});
  void ended.then((error) => !heard && connection.destroy(error));
  const ends = [child.stdin, child.stdout, child.stderr] as unknown as Socket[];
  const each = (act: (end: Socket | ChildProcessWithoutNullStreams) => void): Duplex => {
    for (const end of [...ends, child]) act(end);
    return connection;
  };
  return Object.assign(connection, {
    ref: () => each((end) => end.ref()),
    unref: () => each((end) => end.unref()),
    setKeepAlive: () => connection,
    setNoDelay: () => connection,
    setTimeout(ms: number) {
      clearTimeout(silence);
      silence = ms > 0 ? setTimeout(() => connection.emit('timeout'), ms).unref() : undefined;
      return connection;
    },
  }).ref();
}
