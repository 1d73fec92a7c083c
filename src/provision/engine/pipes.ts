import { Duplex, type Readable, type Writable } from 'node:stream';

/** What a connection is made of: a socket, or the pipes of a program. */
export interface Ends {
  readonly from: Readable;
  readonly to: Writable;
  /** What keeps the process alive while it is in use. */
  readonly handles: readonly object[];
  /** Resolves when it is over, to why. */
  readonly ended: Promise<Error>;
  end(): void;
}

/**
 * A connection that is still being made, with what Node's HTTP client asks of a socket beyond a stream. It fails with what `ended` says where
 * it is over before a byte came.
 */
export function duplexOf(making: Promise<Ends>): Duplex {
  let ends: Ends | undefined;
  let inUse = true;
  let silence: NodeJS.Timeout | undefined;
  const connection: Duplex = new Duplex({
    allowHalfOpen: true,
    construct(done) {
      making.then((made) => {
        ends = made;
        hold();
        listen(made);
        done();
      }, done);
    },
    read: () => void ends?.from.resume(),
    write: (chunk: Buffer, encoding, done) => void ends?.to.write(chunk, encoding, (error) => done(error)),
    final: (done) => void ends?.to.end(() => done()),
    destroy(error, done) {
      clearTimeout(silence);
      if (ends) ends.end();
      else making.then(({ end }) => end()).catch(() => {});
      done(error);
    },
  });

  function listen({ from, to, ended }: Ends): void {
    let heard = false;
    from.on('data', (chunk: Buffer) => {
      heard = true;
      silence?.refresh();
      if (!connection.push(chunk)) from.pause();
    });
    from.on('end', () => heard && connection.push(null));
    // It went away while something was said to it: why it ended is the better error.
    from.on('error', () => {});
    to.on('error', () => {});
    void ended.then((error) => connection.destroy(heard ? undefined : error));
  }

  function hold(): Duplex {
    for (const handle of ends?.handles ?? []) (handle as { ref?(): void; unref?(): void })[inUse ? 'ref' : 'unref']?.();
    return connection;
  }

  return Object.assign(connection, {
    ref() {
      inUse = true;
      return hold();
    },
    unref() {
      inUse = false;
      return hold();
    },
    setTimeout(ms: number) {
      clearTimeout(silence);
      silence = ms > 0 ? setTimeout(() => connection.emit('timeout'), ms).unref() : undefined;
      return connection;
    },
    setKeepAlive: () => connection,
    setNoDelay: () => connection,
  });
}
