import { win32 } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type Fault, failed, type Resource, type Usage } from '../../domain/index.ts';
import { type Found, found, type Reached, reached } from '../containers/found.ts';
import { type ContainerOptions, createContainers } from '../containers.ts';
import { isAbandoned } from '../leases.ts';
import { LABEL, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { DevcontainerSpec } from './config.ts';

/** By these the official tool and the editor's extension know a folder's dev container. */
export const IDENTITY = { folder: 'devcontainer.local_folder', file: 'devcontainer.config_file' } as const;
/** What runs inside for longer than this is somebody's work. */
const PROGRAM_MS = 400;
const PROJECT = 'com.docker.compose.project';

export type DevContainer = Found;

/** The containers behind dev containers, asked of the engine itself; what is the developer's is only looked at. */
export function createDevContainers(options: ContainerOptions = {}) {
  const { docker, check, hasImage, pull, tools, elsewhere, close } = createContainers(options);

  async function find(resource: Resource): Promise<Reached | undefined> {
    const spec = resource.spec as DevcontainerSpec;
    const all = await (await docker()).listContainers({ all: true, filters: { label: [IDENTITY.folder] } });
    const ours = all.filter((c) => c.State !== 'removing' && isSame(c.Labels, spec, process.platform)).map(devContainer);
    const it = ours.find((c) => c.state === 'running') ?? ours[0];
    return it && reached(it, docker.link);
  }

  /** It, and the services of its compose project that were made with it; the developer's and other resources' are not among them. */
  async function together(it: DevContainer): Promise<readonly DevContainer[]> {
    const project = it.labels[PROJECT];
    if (project === undefined) return [it];
    const label = [`${PROJECT}=${project}`, `${LABEL.owner}=${OWNER}`, `${LABEL.resource}=${it.labels[LABEL.resource]}`];
    const all = await (await docker()).listContainers({ all: true, filters: { label } });
    return [it, ...all.map(devContainer).filter((c) => c.id !== it.id)];
  }

  async function eachOf(it: DevContainer, act: (container: Docker.Container, state: string) => Promise<void>): Promise<void> {
    const client = await docker();
    for (const { id, state } of await together(it)) await act(client.getContainer(id), state);
  }

  const stop = (it: DevContainer): Promise<void> =>
    eachOf(it, async (container, state) => {
      if (state === 'paused') await tolerate(() => container.unpause());
      await tolerate(() => container.stop({ t: 10 }));
    });

  return {
    check,
    elsewhere,
    tools,
    close,
    hasImage,
    pull,
    find,
    stop,
    /** Volumes stay, anonymous ones too: `v` is never set. */
    remove: (it: DevContainer): Promise<void> => eachOf(it, (container) => tolerate(() => container.remove({ force: true, v: false }))),
    unpause: (it: DevContainer): Promise<void> =>
      eachOf(it, (container, state) => (state === 'paused' ? tolerate(() => container.unpause()) : Promise.resolve())),
    async startedAt(it: DevContainer): Promise<string> {
      return (await (await docker()).getContainer(it.id).inspect()).State.StartedAt;
    },
    /** Somebody works in it: an editor's server, or any program that was run inside and has not ended. */
    async isOccupied(it: DevContainer): Promise<boolean> {
      return (await hasEditor(it)) || (await hasPrograms(it));
    },
    hasEditor,
    /** What it and the services that were made with it take now; undefined where it does not run. Takes the engine a second or two. */
    async usage(it: DevContainer): Promise<Usage | undefined> {
      if (it.state !== 'running') return undefined;
      const client = await docker();
      const running = (await together(it)).filter((c) => c.state === 'running');
      const each = await Promise.all(running.map(async ({ id }) => usageOf(await client.getContainer(id).stats({ stream: false }))));
      return each.reduce((sum, one) => ({ memoryBytes: sum.memoryBytes + one.memoryBytes, cpuCores: sum.cpuCores + one.cpuCores }));
    },
    /** What service has a container already in the compose project of this folder, with its labels. */
    async projectLabels(projectFolder: string): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
      const label = [`com.docker.compose.project.working_dir=${projectFolder}`];
      const all = await (await docker()).listContainers({ all: true, filters: { label } });
      return new Map(all.map((c) => [c.Labels['com.docker.compose.service'] ?? '', c.Labels]));
    },
    /** Running dev containers of ours whose lease has ended, in every workspace. */
    async abandoned(context: Context): Promise<readonly DevContainer[]> {
      const found: DevContainer[] = [];
      const all = await (await docker()).listContainers({ filters: { label: [`${LABEL.owner}=${OWNER}`, IDENTITY.folder] } });
      for (const it of all.map(devContainer)) if (await isAbandoned(it.labels, context)) found.push(it);
      return found;
    },
    /** An error of the engine as a fault; whether the engine is there at all is asked anew. */
    async fault(error: unknown, resource: Resource, signal: AbortSignal): Promise<Fault> {
      const there = await check(signal);
      if (!there.ok) return there.fault;
      const text = String((error as Error).message ?? error);
      return failed('start-failed', 'later', `${resource.id} could not be changed: ${text.slice(0, 300)}`, text).fault;
    },
  };

  async function hasEditor(it: DevContainer): Promise<boolean> {
    if (it.state !== 'running' && it.state !== 'paused') return false;
    const top = (await (await docker()).getContainer(it.id).top().catch(absent)) as
      | { Processes?: readonly (readonly string[])[] }
      | undefined;
    return (top?.Processes ?? []).some((columns) => isEditor(columns.join(' ')));
  }

  /** The same program seen twice, since health checks and the tool's own end at once. */
  async function hasPrograms(it: DevContainer): Promise<boolean> {
    const first = await programsIn(it);
    if (first.length === 0) return false;
    await sleep(PROGRAM_MS);
    const second = await programsIn(it);
    return first.some((id) => second.includes(id));
  }

  async function programsIn(it: DevContainer): Promise<readonly string[]> {
    const client = await docker();
    const info = await client.getContainer(it.id).inspect().catch(absent);
    const running = await Promise.all(
      (info?.ExecIDs ?? []).map(async (id) => ((await client.getExec(id).inspect().catch(absent))?.Running ? [id] : [])),
    );
    return running.flat();
  }
}

export type DevContainers = ReturnType<typeof createDevContainers>;

/** As `docker stats` shows it: without the file cache that can be dropped, and the processor time between its two samples. */
export function usageOf({ memory_stats: memory, cpu_stats: now, precpu_stats: before }: Stats): Usage {
  const dropped = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0;
  const busy = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cores = now.online_cpus ?? 1;
  return { memoryBytes: Math.max(0, (memory.usage ?? 0) - dropped), cpuCores: all > 0 && busy > 0 ? (busy / all) * cores : 0 };
}

interface Stats {
  readonly memory_stats: {
    readonly usage?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
  readonly cpu_stats: Sample;
  readonly precpu_stats: Sample;
}
interface Sample {
  readonly cpu_usage: { readonly total_usage: number };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
}

/** The servers of VS Code and of the editors made from it, and JetBrains' backend. */
export const isEditor = (command: string): boolean =>
  /[/.](vscode|vscodium|cursor|windsurf|positron|trae)[\w-]*-server|\/vscode\/[^ ]*server|remote-dev-server|jetbrains.*(backend|remote-dev)/i.test(
    command,
  );

/** On Windows the tool writes drive letters in lower case, and finds containers of the time when it left them as they were. */
export function isSame(labels: Readonly<Record<string, string>>, spec: DevcontainerSpec, platform: NodeJS.Platform): boolean {
  const same = (label: string | undefined, path: string): boolean =>
    label !== undefined && normalised(label, platform) === normalised(path, platform);
  // Containers of tools older than the second label have only the first.
  return (
    same(labels[IDENTITY.folder], spec.folder) && (labels[IDENTITY.file] === undefined || same(labels[IDENTITY.file], spec.configFile))
  );
}

export function normalised(path: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path;
  const plain = win32.normalize(path);
  return plain[1] === ':' ? `${plain[0]?.toLowerCase()}${plain.slice(1)}` : plain;
}

const devContainer = (info: Docker.ContainerInfo): DevContainer =>
  found(info, info.Labels[LABEL.owner] === OWNER ? 'prewarm' : 'developer');

/** Already stopped, running or gone: the state that was wanted, so no fault. */
async function tolerate(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const status = statusOf(error);
    if (status !== 304 && status !== 404 && !(status === 409 && /already|not paused|not running/.test(String(error)))) throw error;
  }
}

/** Gone or stopped meanwhile: nobody can be in it. */
function absent(error: unknown): undefined {
  const status = statusOf(error);
  if (status === 404 || status === 409) return undefined;
  throw error;
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;
