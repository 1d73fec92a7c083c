import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, ok, type Result } from '../domain/index.ts';
import type { Context } from './provider.ts';
import { type Finished, spawned } from './spawned.ts';

/** Packages that are not bundled: npm fetches them on first use, in exactly these versions, into a folder of their own. */
export interface NpmPackages {
  /** Absolute path; name it after the version, so that a new version never meets an old folder. */
  readonly folder: string;
  /** Name to exact version. npm checks the registry's digest of each. */
  readonly versions: Readonly<Record<string, string>>;
  /** What people call it; begins the message of a fault. */
  readonly title: string;
  /** Its size, for the progress text. */
  readonly size: string;
  /** What to do instead, where it cannot be fetched; ends the message of a fault. */
  readonly instead: string;
}

export const isFetched = (packages: NpmPackages): Promise<boolean> => exists(join(packages.folder, 'complete'));

/** `npm` itself; code 127 where it is not installed. On Windows npm is a command script, which only the shell can start; the arguments here are constants. */
export function runNpm(
  args: readonly string[],
  options: { cwd?: string; signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Finished> {
  return process.platform === 'win32' ? spawned('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options) : spawned('npm', args, options);
}

/** Fetched into a neighbour and renamed, so that a broken fetch leaves nothing that looks whole. Install scripts are not run. */
export async function fetchPackages(packages: NpmPackages, context: Context): Promise<Result<void>> {
  if (await isFetched(packages)) return ok(undefined);
  context.progress(`fetching ${packages.title} (${packages.size}, once)`);
  const draft = `${packages.folder}.${process.pid}.${context.now()}`;
  await mkdir(draft, { recursive: true });
  const manifest = { name: 'prewarm-packages', private: true, dependencies: packages.versions };
  await writeFile(join(draft, 'package.json'), JSON.stringify(manifest));
  const { code, stderr } = await runNpm(
    ['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel', 'error'],
    { cwd: draft, signal: context.signal },
  );
  if (context.signal.aborted || code !== 0) {
    await rm(draft, { recursive: true, force: true });
    if (context.signal.aborted) return failed('cancelled', 'never', `Fetching ${packages.title} was cancelled.`);
    return failed(
      'fetch-failed',
      'later',
      `${packages.title} could not be fetched with npm. Check the network and your npm settings, or ${packages.instead}.`,
      stderr.slice(-1000),
    );
  }
  await writeFile(join(draft, 'complete'), '');
  await rename(draft, packages.folder).catch(async (error: unknown) => {
    // Another window was faster.
    if (!(await isFetched(packages))) throw error;
    await rm(draft, { recursive: true, force: true });
  });
  return ok(undefined);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
