import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Executed } from './provider.ts';

/** Output beyond this is cut, bytes. */
const MOST_OUTPUT = 8e6;
/** The engine may tell the end of the output a moment before it knows the exit code. */
const EXIT_CODE_WITHIN_MS = 2000;

/**
 * Runs a program inside a running container, without a shell, and resolves when it has ended; one that reads only part of its input has
 * ended as well. `input` goes to its standard input and nowhere else. Aborted, the connection is closed, which ends what reads its
 * input; then, and where the engine cannot be reached or `input` cannot be read, it throws.
 */
export async function execInside(
  container: Docker.Container,
  command: readonly string[],
  input: string | Readable,
  signal: AbortSignal,
): Promise<Executed> {
  signal.throwIfAborted();
  const exec = await container.exec({ Cmd: [...command], AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  // A program that ended without reading on breaks the pipe: its exit code tells what that means.
  stream.on('error', stop).on('end', stop);
  const [stdout, stderr] = [gathered(), gathered()];
  container.modem.demuxStream(stream, stdout.into, stderr.into);
  let unreadable: Error | undefined;
  if (typeof input === 'string') stream.end(input);
  else {
    const fail = (error: Error): void => {
      unreadable = error;
      stop();
    };
    // It may have failed while the program was being started; then it tells nobody again.
    if (input.errored) fail(input.errored);
    else input.on('error', fail).pipe(stream);
  }
  await closed;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (unreadable) throw unreadable;
  return { code: await exitCodeOf(exec), stdout: stdout.text(), stderr: stderr.text() };
}

async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const { ExitCode, Running } = await exec.inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    if (waitedMs >= EXIT_CODE_WITHIN_MS) return 130;
    await sleep(50);
  }
}

function gathered(): { readonly into: PassThrough; readonly text: () => string } {
  const into = new PassThrough();
  const chunks: Buffer[] = [];
  let size = 0;
  into.on('data', (chunk: Buffer) => {
    if (size < MOST_OUTPUT) chunks.push(chunk);
    size += chunk.length;
  });
  return { into, text: () => Buffer.concat(chunks).toString('utf8') };
}
