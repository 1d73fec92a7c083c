import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, ok, type Result } from '../../domain/index.ts';
import { fetchPackages, isFetched, type NpmPackages, runNpm } from '../npmPackages.ts';
import type { Context } from '../provider.ts';
import { spawned } from '../spawned.ts';

/** Pinned: what was tried is what is fetched. One package of 2 MB without dependencies. */
export const FETCHED_VERSION = '0.89.0';
/** The first with `--no-lockfile`, and the tool refuses options that it does not know. */
const OLDEST = [0, 87, 0] as const;

/** The official dev container command line as it is started on this machine. */
export interface DevcontainerCli {
  readonly command: readonly [string, ...string[]];
  readonly version: string;
}

export interface CliOptions {
  /** Where it is kept once fetched, shared by all workspaces. */
  readonly cache: string;
  /** The developer's choice: a program, or its `devcontainer.js`. */
  readonly path?: string;
  /** The folders to look in; the environment's `PATH`. */
  readonly search?: string;
}

/** The one that the developer names, else one on the path that is new enough, else ours, which npm fetches on first use. */
export function createCli({ cache, path, search = process.env.PATH ?? '' }: CliOptions) {
  const packages: NpmPackages = {
    folder: join(cache, `devcontainers-cli-${FETCHED_VERSION}`),
    versions: { '@devcontainers/cli': FETCHED_VERSION },
    title: 'The dev container command line',
    size: '2 MB',
    instead: 'install it yourself (`npm install -g @devcontainers/cli`)',
  };
  const ours: DevcontainerCli = {
    command: [process.execPath, join(packages.folder, 'node_modules', '@devcontainers', 'cli', 'devcontainer.js')],
    version: FETCHED_VERSION,
  };
  let installed: Promise<Result<DevcontainerCli | undefined>> | undefined;
  const findInstalled = (): Promise<Result<DevcontainerCli | undefined>> => {
    installed ??= path ? named(path) : onPath(search);
    return installed;
  };

  return {
    /** Cheap: is it there, or can it be fetched? */
    async check(): Promise<Result<{ readonly version: string }>> {
      const found = await findInstalled();
      if (!found.ok) return found;
      if (found.value) return ok({ version: found.value.version });
      if (await isFetched(packages)) return ok({ version: FETCHED_VERSION });
      if ((await runNpm(['--version'], { timeoutMs: 1500 })).code === 0) return ok({ version: `${FETCHED_VERSION}, fetched on first use` });
      return failed(
        'tool-missing',
        'never',
        'Dev containers need the `devcontainer` command line, which is fetched with npm on first use, and npm is not installed. Install Node.js with npm, or set `prewarm.devcontainer.path`.',
      );
    },
    async get(context: Context): Promise<Result<DevcontainerCli>> {
      const found = await findInstalled();
      if (!found.ok) return found;
      if (found.value) return ok(found.value);
      const fetched = await fetchPackages(packages, context);
      return fetched.ok ? ok(ours) : fetched;
    },
  };
}

async function named(path: string): Promise<Result<DevcontainerCli | undefined>> {
  const cli = await asked(path);
  if (cli && isNewEnough(cli.version)) return ok(cli);
  const why = cli ? `is version ${cli.version}; ${OLDEST.join('.')} or later is needed` : 'is not the `devcontainer` command line';
  return failed('tool-missing', 'never', `${path} (\`prewarm.devcontainer.path\`) ${why}. Correct the setting, or empty it.`);
}

async function onPath(search: string): Promise<Result<DevcontainerCli | undefined>> {
  for (const candidate of candidates(search, process.platform)) {
    if (!(await stat(candidate).catch(() => undefined))?.isFile()) continue;
    const cli = await asked(candidate);
    if (cli && isNewEnough(cli.version)) return ok(cli);
  }
  return ok(undefined);
}

async function asked(path: string): Promise<DevcontainerCli | undefined> {
  const command: [string, ...string[]] = path.endsWith('.js') ? [process.execPath, path] : [path];
  const [program, ...args] = command;
  const { code, stdout } = await spawned(program, [...args, '--version'], { env: asNode(), timeoutMs: 1500 });
  return code === 0 ? { command, version: stdout.trim() } : undefined;
}

/**
 * Where the folders of a path would hold it. On Windows npm installs a command script, which only a shell can start;
 * the script's own program lies beside it and needs none.
 */
export function candidates(search: string, platform: NodeJS.Platform): readonly string[] {
  if (platform !== 'win32') return search.split(':').flatMap((folder) => (folder ? [`${folder.replace(/\/$/, '')}/devcontainer`] : []));
  const folders = search.split(';').map((folder) => folder.trim().replace(/^"|"$/g, '').replace(/\\$/, ''));
  return folders.flatMap((folder) => (folder ? [`${folder}\\node_modules\\@devcontainers\\cli\\devcontainer.js`] : []));
}

export function isNewEnough(version: string): boolean {
  const parts = version
    .match(/^(\d+)\.(\d+)\.(\d+)/)
    ?.slice(1)
    .map(Number);
  if (!parts) return false;
  const first = OLDEST.findIndex((oldest, i) => parts[i] !== oldest);
  return first < 0 || (parts[first] as number) > (OLDEST[first] as number);
}

/** The editor's own program runs as Node only when told so; elsewhere nothing is added, since hooks on the host inherit it. */
export const asNode = (): Record<string, string> => (process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {});
