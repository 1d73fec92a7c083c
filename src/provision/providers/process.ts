import { open } from 'node:fs/promises';
import {
  type Backend,
  failed,
  type Observation,
  ok,
  type Resource,
  type ResourceSpec,
  type Result,
  type Rung,
  rungIndex,
} from '../../domain/index.ts';
import { type Detached, listDetached, madeFromSameSpec, readDetached, startDetached, stopDetached } from '../detached.ts';
import { inTurn } from '../inTurn.ts';
import { leaseOver, renewLeases } from '../leases.ts';
import { LABEL } from '../ownership.ts';
import { processUsage } from '../processUsage.ts';
import type { Context, Orphan, Provider } from '../provider.ts';
import { attempt, type Reach, untilReady } from '../readiness.ts';
import { spawned } from '../spawned.ts';

type ProcessSpec = Extract<ResourceSpec, { type: 'process' }>;

const RUNGS: readonly Rung[] = ['absent', 'running', 'ready'];

/** A declared command (`redis-server`, `npm run dev`) as a process of its own that outlives the editor and is found again by its state file. */
export function createProcessProvider(): Provider {
  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const it = await readDetached(resource, context);
    const base = { id: resource.id, at: context.now() };
    if (!it) return { ...base, rung: 'absent', owner: 'none', backends: [] };
    const problem = await attempt(resource.probe, reachOf(resource, it, context));
    const seen = { ...base, owner: 'prewarm', backends: backendsOf(resource) } as const;
    return problem === undefined ? { ...seen, rung: 'ready' } : { ...seen, rung: 'running', detail: problem };
  }

  async function climb(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>> {
    let it = await readDetached(resource, context);
    if (it && !madeFromSameSpec(it, resource)) {
      await stopDetached(resource, context);
      it = undefined;
    }
    if (!it) {
      const spec = resource.spec as ProcessSpec;
      context.progress(`starting ${spec.command.join(' ')}`);
      const started = await startDetached(resource, spec.command, { cwd: spec.cwd, env: spec.environment }, context);
      if ('problem' in started)
        return failed(
          'start-failed',
          'never',
          `${resource.id} was not started: ${started.problem}. It is declared in ${resource.declaredIn}.`,
        );
      it = started;
    }
    if (rung === 'ready') {
      const ready = await untilReady(resource, reachOf(resource, it, context), context.signal, context.now);
      if (!ready.ok) {
        if (ready.fault.code !== 'cancelled') await stopDetached(resource, context);
        return ready;
      }
    }
    return ok(await observe(resource, context));
  }

  return inTurn({
    name: 'process',
    rungs: RUNGS,
    supports: (resource) => resource.spec.type === 'process',
    check: async () => ok({ version: process.platform }),
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, context) {
      if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
      if (rungIndex(rung) >= rungIndex('running')) return climb(resource, rung, context);
      await stopDetached(resource, context);
      return ok(await observe(resource, context));
    },
    renew: (resources, context) =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
    sweep: (context) => sweepDetached(context),
    ...processUsage(),
    close: async () => {},
  });
}

/** Ends what is ours, of this workspace, and whose lease nobody renewed. */
export async function sweepDetached(context: Context): Promise<Result<readonly Orphan[]>> {
  const orphans: Orphan[] = [];
  for (const { it, stop } of await listDetached(context)) {
    if (!(await leaseOver(it.labels, context))) continue;
    await stop();
    orphans.push({ resource: it.labels[LABEL.resource] ?? '', workspace: context.workspace, what: `process ${it.pid}` });
  }
  return ok(orphans);
}

/** A process listens where it was told to, so its own port is the backend. */
function backendsOf(resource: Resource): readonly Backend[] {
  return resource.ports.map((p) => ({ host: '127.0.0.1', port: p.host ?? p.container, containerPort: p.container }));
}

function reachOf(resource: Resource, it: Detached, context: Context): Reach {
  const dead = async (): Promise<string | undefined> => {
    if (await readDetached(resource, context)) return undefined;
    return `the process ended; its last lines: ${(await tail(it.log)).trim().slice(-400) || '(none)'}.`;
  };
  return {
    port: async (port) => port,
    run: async ([program, ...args]) => {
      const { code, stderr } = await spawned(program ?? '', args, { timeoutMs: 5000, signal: context.signal });
      return code === 0 ? undefined : `failed with exit code ${code} ${stderr.trim().slice(-200)}`;
    },
    logs: () => tail(it.log),
    health: dead,
    dead,
  };
}

/** The last 64 kB of a file; empty where it can't be read. */
export async function tail(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 65_536);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
