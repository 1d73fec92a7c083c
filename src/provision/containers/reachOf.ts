import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Resource } from '../../domain/index.ts';
import { isElsewhere } from '../engine/endpoint.ts';
import type { EngineLink } from '../engine/link.ts';
import { createShortcuts } from '../gateway/shortcut.ts';
import { portProblem, type Reach } from '../readiness.ts';
import { type Engine, statusOf } from './engine.ts';
import type { Reached } from './found.ts';
import { unframed } from './frames.ts';

/** Where containers themselves listen: one look through the processes serves all. */
const shortcutTo = createShortcuts();
const CLOSED_WITHIN_MS = 15;
const LIVES_ELSEWHERE_MS = 600;
/** A probe in a container that somebody has paused meanwhile never ends; a declared timeout of a health check goes before this. */
const TRY_WITHIN_MS = 10_000;

/** How long a connection must live to count as one to the server itself: of another machine the answer that it is closed takes its way. */
export async function livesMs(link: EngineLink): Promise<number | undefined> {
  return isElsewhere((await link.chosen()).endpoint) ? LIVES_ELSEWHERE_MS : undefined;
}

/** How a resource's probes reach its container. */
export function reachOf(resource: Resource, it: Pick<Reached, 'id' | 'backends'>, docker: Engine): Reach {
  const published = async (port: number) => it.backends.find((b) => b.containerPort === port)?.port;
  const inside = async () => (await docker()).getContainer(it.id);
  return {
    port: published,
    livesMs: () => livesMs(docker.link),
    run: async (command) => execProblem(await inside(), command),
    logs: async () => String(await (await inside()).logs({ stdout: true, stderr: true, tail: 1000 })),
    // Database images run their health command against a private server while they still initialise; the published port is open only afterwards.
    health: async () => {
      const port = resource.ports.find((p) => p.protocol === 'tcp');
      if (!port) return healthProblem(await inside());
      const at = await published(port.container);
      const open = portProblem(at, at === undefined ? undefined : await shortcutTo(at), await livesMs(docker.link));
      // A closed port says so at once, and no program need be run inside; an open one is watched for a moment while it runs.
      const early = await Promise.race([open, sleep(CLOSED_WITHIN_MS, undefined)]);
      if (early !== undefined) return early;
      const [problem, closed] = await Promise.all([healthProblem(await inside()), open]);
      return problem ?? closed;
    },
    dead: async () => {
      const { State } = await (await inside()).inspect();
      if (State.Running) return undefined;
      const log = await lastLines(await inside(), 5);
      return `exit code ${State.ExitCode}${log ? `; its last lines: ${log.slice(-400)}` : ''}.`;
    },
  };
}

/** The end of its log as plain text. */
export async function lastLines(container: Docker.Container, tail: number): Promise<string> {
  return plain(unframed(await container.logs({ stdout: true, stderr: true, tail })));
}

/** Without colours and the like. */
const plain = (text: string): string => text.replace(/[^\P{C}\n]+/gu, ' ').trim();

async function execProblem(
  container: Docker.Container,
  command: readonly string[],
  withinMs: number = TRY_WITHIN_MS,
): Promise<string | undefined> {
  try {
    const { code, output } = await runInside(container, command, withinMs);
    if (code === undefined) return `did not end in ${withinMs / 1000} s`;
    return code === 0 ? undefined : `failed with exit code ${code}: ${plain(output).replace(/\n+/g, ' ').slice(-200)}`;
  } catch (error) {
    // 409: it is not running (any more); whether it ended is for `dead` to say.
    if (statusOf(error) === 409) return 'is not running';
    throw error;
  }
}

/**
 * Runs a program in the container to its end; `output` holds what it said on both streams. `code` is undefined where
 * it had not ended in time: it is then left alone.
 */
export async function runInside(
  container: Docker.Container,
  command: readonly string[],
  withinMs: number,
): Promise<{ readonly code: number | null | undefined; readonly output: string }> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output: Buffer[] = [];
  const ended = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    stream.on('data', (data: Buffer) => {
      output.push(data);
    });
    stream.on('end', end).on('error', end);
  });
  if (!ended) stream.destroy();
  return { code: ended ? (await exec.inspect()).ExitCode : undefined, output: unframed(Buffer.concat(output)) };
}

/** The engine tries a health check only every `interval`, often 10 s or more; running its command here is as true and sooner. */
async function healthProblem(container: Docker.Container): Promise<string | undefined> {
  const { State, Config } = await container.inspect();
  if (State.Health?.Status === 'healthy') return undefined;
  const [type, ...words] = Config.Healthcheck?.Test ?? [];
  const declaredMs = (Config.Healthcheck?.Timeout ?? 0) / 1e6;
  const withinMs = declaredMs > 0 ? declaredMs : TRY_WITHIN_MS;
  if (type === 'CMD') return execProblem(container, words, withinMs);
  if (type === 'CMD-SHELL') return execProblem(container, ['/bin/sh', '-c', words[0] ?? 'false'], withinMs);
  return undefined;
}
