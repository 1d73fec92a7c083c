import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource, Rung } from '../../../src/domain/index.ts';
import { createSweeperStarter, leasesIn, workspacesIn } from '../../../src/host/node/startSweeper.ts';
import type { Context } from '../../../src/provision/provider.ts';
import { createDockerProvider } from '../../../src/provision/providers/docker.ts';
import { createProcessProvider } from '../../../src/provision/providers/process.ts';

/** What this program does: the steps in order, each a line of JSON on its output; then it ends, or stays until it is killed. */
export interface ClimberOptions {
  readonly host: string;
  /** Root of Prewarm's own files. */
  readonly root: string;
  readonly workspace: string;
  readonly instance: string;
  readonly leaseMs: number;
  readonly steps: readonly {
    readonly resource: Resource;
    readonly to: Rung;
    readonly afterMs: number;
    readonly onBehalfOf: Context['onBehalfOf'];
  }[];
  /** Folder of the bundles: it then starts the sweeper, as the app does. */
  readonly sweeper?: string;
  readonly atLast: 'end' | 'stay';
}

/** A Prewarm in a process of its own, without the editor: the provider, its locks and leases. */
async function main(options: ClimberOptions): Promise<void> {
  const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  const docker = createDockerProvider({ host: options.host });
  const processes = createProcessProvider();
  for (const { resource, to, afterMs, onBehalfOf } of options.steps) {
    await sleep(afterMs);
    const result = await (resource.provider === 'process' ? processes : docker).reach(resource, to, {
      workspace: options.workspace,
      storage: join(workspacesIn(options.root), options.workspace),
      leases: leasesIn(options.root),
      now: Date.now,
      leaseMs: options.leaseMs,
      signal: new AbortController().signal,
      progress: (progress) => say({ progress }),
      instance: options.instance,
      onBehalfOf,
    });
    say(result.ok ? { reached: result.value.rung } : { fault: result.fault });
  }
  if (options.sweeper)
    createSweeperStarter({ root: options.root, engine: { host: options.host }, bundles: options.sweeper, log: (line) => say({ line }) })();
  if (options.atLast === 'stay') setInterval(() => {}, 1000);
}

void main(JSON.parse(process.argv[2] as string) as ClimberOptions);
