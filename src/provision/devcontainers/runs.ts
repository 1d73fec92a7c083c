import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { logOf, startDetached } from '../detached.ts';
import { renewLeases } from '../leases.ts';
import type { Context } from '../provider.ts';
import { asNode, type createCli } from './cli.ts';
import { type DevcontainerConfig, type DevcontainerSpec, lockNameOf } from './config.ts';
import type { DevContainers } from './containers.ts';
import { writeOverride } from './override.ts';
import { type Making, readRecord, writeRecord } from './record.ts';
import { faultOf, outcomeOf } from './report.ts';

type Run = 'build' | 'create' | 'prepare' | 'replace';
const MAKES = { build: 'image', create: 'container-without-hooks', prepare: 'container', replace: 'container' } as const;

export interface RunPorts {
  readonly cli: ReturnType<typeof createCli>;
  readonly containers: DevContainers;
}

/** Runs of the official tool: begun, and their outcome taken in, by whoever looks first afterwards. */
export function createRuns({ cli, containers }: RunPorts) {
  const environment = async (): Promise<Record<string, string>> => ({ ...asNode(), ...(await containers.tools()) });

  async function begin(run: Run, resource: Resource, config: DevcontainerConfig, context: Context): Promise<Result<void>> {
    const tool = await cli.get(context);
    if (!tool.ok) return tool;
    const args = await argumentsOf(run, resource, config, context);
    if (!args.ok) return args;
    // Without the last run's log: a crash right here must not be taken for its outcome.
    await rm(logOf(resource, context), { force: true });
    const making: Making = { what: MAKES[run], inputs: config.digest };
    await writeRecord({ ...(await readRecord(resource, context)), making }, resource, context);
    await renewLeases([resource.id], context);
    const { folder } = resource.spec as DevcontainerSpec;
    const begun = await startDetached(resource, [...tool.value.command, ...args.value], { cwd: folder, env: await environment() }, context);
    return 'problem' in begun ? failed('tool-missing', 'later', `${resource.id} was not made: ${begun.problem}.`) : ok(undefined);
  }

  async function argumentsOf(
    run: Run,
    resource: Resource,
    config: DevcontainerConfig,
    context: Context,
  ): Promise<Result<readonly string[]>> {
    const spec = resource.spec as DevcontainerSpec;
    const data = join(context.storage, 'devcontainers', 'tool');
    const where = ['--workspace-folder', spec.folder, '--config', spec.configFile, '--user-data-folder', data, '--log-format', 'json'];
    // A lock file that the developer keeps is honoured; one that is not there is not written into the workspace unasked.
    const lock = existsSync(join(dirname(spec.configFile), lockNameOf(spec))) ? [] : ['--no-lockfile'];
    if (run === 'build') return ok(['build', ...where, ...lock]);
    const project = await containers.projectLabels(dirname(config.composeFiles[0] ?? spec.configFile));
    const override = await writeOverride(
      resource,
      config,
      { environment: await environment(), labelsOf: (service) => project.get(service) },
      context,
    );
    if (!override.ok) return override;
    const hooks = run === 'create' ? '--skip-post-create' : '--skip-non-blocking-commands';
    return ok([
      'up',
      ...where,
      ...lock,
      '--override-config',
      override.value,
      hooks,
      ...(run === 'replace' ? ['--remove-existing-container'] : []),
    ]);
  }

  /** Takes in the outcome of a run that has ended, by whichever window. Whatever is left half-made is taken away. */
  async function conclude(resource: Resource, context: Context): Promise<Result<void>> {
    const { making, ...record } = await readRecord(resource, context);
    if (!making) return ok(undefined);
    const log = await readFile(logOf(resource, context), 'utf8').catch(() => '');
    const outcome = outcomeOf(log);
    if (outcome?.outcome !== 'success') {
      if (making.what !== 'image') await discard(resource, record.ready?.container);
      await writeRecord(record, resource, context);
      return { ok: false, fault: faultOf(resource, log, outcome) };
    }
    if (making.what === 'image') {
      const name = [outcome.imageName ?? ''].flat()[0] ?? '';
      await writeRecord({ ...record, image: { name, inputs: making.inputs } }, resource, context);
    } else await concludeContainer(resource, making, record, context);
    return ok(undefined);
  }

  async function concludeContainer(resource: Resource, making: Making, record: Awaited<ReturnType<typeof readRecord>>, context: Context) {
    const it = await containers.find(resource);
    const ready = it && making.what === 'container' ? { ready: { container: it.id, startedAt: await containers.startedAt(it) } } : {};
    await writeRecord({ ...record, ...ready }, resource, context);
  }

  /**
   * The tool marks a hook as done before it runs it, so a container whose hooks were cut off or failed would later pass for
   * whole, with the editor as well. It is ours, was never ready and nobody's editor is in it: it goes.
   */
  async function discard(resource: Resource, good: string | undefined): Promise<void> {
    const it = await containers.find(resource);
    if (it && it.owner === 'prewarm' && it.id !== good && !(await containers.hasEditor(it))) await containers.remove(it);
  }

  return { begin, conclude };
}
