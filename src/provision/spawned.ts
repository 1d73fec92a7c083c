import { spawn } from 'node:child_process';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly input?: string;
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end, without a shell. Code 127: there is no such program. Output beyond 8 MB is cut. */
export function spawned(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: 'pipe', windowsHide: true });
    let stdout = '';
    let stderr = '';
    const stop = (): void => {
      child.kill('SIGTERM');
    };
    const timer = options.timeoutMs ? setTimeout(stop, options.timeoutMs) : undefined;
    options.signal?.addEventListener('abort', stop, { once: true });
    const end = (code: number): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      resolve({ code, stdout, stderr });
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < 8e6) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < 8e6) stderr += text;
      for (const line of text.split(/[\r\n]+/)) if (line.trim()) options.onLine?.(line.trim());
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      stderr += error.message;
      end(error.code === 'ENOENT' ? 127 : 126);
    });
    child.on('close', (code) => end(code ?? 130));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}
