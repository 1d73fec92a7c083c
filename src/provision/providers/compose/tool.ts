import { existsSync } from 'node:fs';
import { dirname, join, parse as parsePath } from 'node:path';
import { failed, ok, type Resource, type ResourceSpec, type Result } from '../../../domain/index.ts';
import { withLock } from '../../lock.ts';
import type { Context } from '../../provider.ts';
import { spawned } from '../../spawned.ts';

export type ComposeSpec = Extract<ResourceSpec, { type: 'compose' }>;

/** The official tool in the form that this machine has: the plugin (v2) or the older program (v1). */
export interface Tool {
  readonly command: string;
  readonly prefix: readonly string[];
  readonly version: string;
  readonly major: 1 | 2;
}

type Environment = Readonly<Record<string, string>>;

/** Runs the official tool on a service's project, with this in its environment; which form of it there is is found out once. */
export function createTool(environment: () => Promise<Environment>) {
  let tool: Promise<Tool | undefined> | undefined;
  const find = (): Promise<Tool | undefined> => {
    tool ??= environment().then(detect);
    return tool;
  };

  async function run(resource: Resource, files: readonly string[], args: readonly string[], context: Context): Promise<Result<string>> {
    const spec = resource.spec as ComposeSpec;
    const found = await find();
    if (!found) return failed('tool-missing', 'never', `${resource.id} needs Docker Compose, which is not installed.`);
    const where = [...files.flatMap((f) => ['-f', f]), '-p', spec.project, '--project-directory', dirname(spec.file)];
    const env = await environment();
    const call = (signal: AbortSignal) =>
      spawned(found.command, [...found.prefix, ...where, ...args], {
        cwd: dirname(spec.file),
        env: { ...env, ...context.secrets },
        signal,
        onLine: context.progress,
      });
    // Two runs that both find the project's network missing make two of one name, and no container can be started in either.
    const alone = args[0] === 'up' ? withLock(`compose-${spec.project}`, context, async (signal) => ok(await call(signal))) : undefined;
    const ran = alone ? await alone : ok(await call(context.signal));
    if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
    if (!ran.ok) return ran;
    const finished = ran.value;
    if (finished.code === 0) return ok(finished.stdout);
    return failed(
      'start-failed',
      'later',
      `${resource.id}: docker compose ${args[0]} failed for ${resource.declaredIn}: ${lastLine(finished.stderr)}`,
      finished.stderr.slice(-2000),
    );
  }

  return { find, run };
}

export type ComposeTool = ReturnType<typeof createTool>;

async function detect(env: Environment): Promise<Tool | undefined> {
  const candidates = [
    { command: 'docker', prefix: ['compose'], major: 2 },
    { command: 'docker-compose', prefix: [], major: 1 },
  ] as const;
  for (const { command, prefix, major } of candidates) {
    const { code, stdout } = await spawned(command, [...prefix, 'version', '--short'], { env, timeoutMs: 5000 });
    if (code === 0) return { command, prefix, version: stdout.trim(), major: stdout.trim().replace(/^v/, '').startsWith('1.') ? 1 : major };
  }
  return undefined;
}

/** As the tool itself does without `-f`: a default-named file brings its override along. */
export function sourceFiles({ file }: ComposeSpec): readonly string[] {
  const { dir, name, ext } = parsePath(file);
  if (!/^(docker-)?compose$/.test(name)) return [file];
  const override = ['.yml', '.yaml'].map((e) => join(dir, `${name}.override${e}`)).find((path) => existsSync(path));
  return override && ext ? [file, override] : [file];
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? 'no message';
}
