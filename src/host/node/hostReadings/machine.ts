import { readdir, readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { spawned } from '../../../provision/spawned.ts';

/** The machine, as the readers below see it; tests hand in another. Each reader of files and programs resolves to undefined where there is none. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly now: () => number;
  readonly file: (path: string) => Promise<string | undefined>;
  readonly folder: (path: string) => Promise<readonly string[]>;
  /** Standard output of a program that ended well. */
  readonly output: (program: string, args: readonly string[]) => Promise<string | undefined>;
  readonly processors: () => readonly ProcessorTimes[];
  /** As Node tells; right on Windows only. */
  readonly memory: () => { readonly totalBytes: number; readonly availableBytes: number };
  readonly disk: (path: string) => Promise<{ readonly freeBytes: number; readonly totalBytes: number } | undefined>;
}

/** ms since the machine began. */
export interface ProcessorTimes {
  readonly idle: number;
  readonly all: number;
}

const PROGRAM_MS = 10_000;

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    now: Date.now,
    file: (path) => readFile(path, 'utf8').catch(() => undefined),
    folder: (path) => readdir(path).catch(() => []),
    output: async (program, args) => {
      const { code, stdout } = await spawned(program, args, { timeoutMs: PROGRAM_MS });
      return code === 0 ? stdout : undefined;
    },
    processors: () => cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ idle, all: user + nice + sys + idle + irq })),
    memory: () => ({ totalBytes: totalmem(), availableBytes: freemem() }),
    disk: async (path) => {
      const found = await statfs(path).catch(() => undefined);
      return found && { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
    },
  };
}
