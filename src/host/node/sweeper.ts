import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '../../domain/index.ts';
import { createEngineLink } from '../../provision/engine/link.ts';
import { nextLeaseEnd } from '../../provision/leases.ts';
import { ifUnlocked, sweepLocks } from '../../provision/lock.ts';
import { ownIdentity } from '../../provision/processIdentity.ts';
import type { Context, Orphan, Provider } from '../../provision/provider.ts';
import { createDockerProvider } from '../../provision/providers/docker.ts';
import { createKubernetesProvider } from '../../provision/providers/kubernetes.ts';
import { createProcessProvider } from '../../provision/providers/process.ts';
import { leasesIn, type SweeperOptions, sweeperLock, workspacesIn } from './startSweeper.ts';

/** An owner may have slept with the machine and renew in a moment; an engine may come back. */
const LOOK_AGAIN_MS = 30_000;
const AT_MOST_MS = 10 * 60_000;
/** An engine that is gone for so long took its containers along. */
const GIVE_UP_MS = 60 * 60_000;

/**
 * The program that stops (never removes) what Prewarm made warm, once its lease has ended: windows are closed and crash, and
 * nobody else would. One per user and machine; it ends by itself when no lease is left. Its output is its log.
 */
async function run(options: SweeperOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const context = contextOf(options, stop.signal);
  const lock = sweeperLock(await ownIdentity());
  const sweep = createSweep(options, context);
  for (let due = true; due; ) {
    const done = await ifUnlocked(lock, context, () => sweepUntilCold(context, sweep));
    if ('heldBy' in done) return;
    if (!done.ok) return say(done.fault.message);
    if (done.value === 'gave up') return say('ends, though something may still be warm');
    // Who made something warm while we were about to end saw us still there and started no other.
    due = (await nextLeaseEnd(context)) !== undefined;
  }
  say('nothing of ours is warm any more');
}

async function sweepUntilCold(context: Context, sweep: () => Promise<string | undefined>): Promise<Result<'cold' | 'gave up'>> {
  say(`begins (process ${process.pid})`);
  let failedSince: number | undefined;
  while (!context.signal.aborted) {
    const problem = await sweep();
    failedSince = problem === undefined ? undefined : (failedSince ?? context.now());
    if (problem !== undefined) say(problem);
    if (failedSince !== undefined && context.now() - failedSince > GIVE_UP_MS) return ok('gave up');
    // Leases that ended are forgotten only when what they were for has been looked after.
    const next = problem === undefined ? await nextLeaseEnd(context) : context.now();
    if (next === undefined) return ok('cold');
    const waitMs = next <= context.now() ? LOOK_AGAIN_MS : Math.min(next - context.now() + 100, AT_MOST_MS);
    await sleep(waitMs, undefined, { signal: context.signal }).catch(() => {});
  }
  return ok('gave up');
}

/** Containers and workloads are found on their engines, whatever their workspace; processes in the folder of each. Resolves to what went wrong. */
function createSweep(options: SweeperOptions, context: Context): () => Promise<string | undefined> {
  const { engine, kubernetes } = options;
  const engines: readonly Provider[] = [
    createDockerProvider({ engine: createEngineLink(engine) }),
    ...(kubernetes?.context && kubernetes.namespace ? [createKubernetesProvider(kubernetes)] : []),
  ];
  const processes = createProcessProvider();
  return async () => {
    await sweepLocks(context);
    const results: Result<readonly Orphan[]>[] = [];
    for (const one of engines) results.push(await one.sweep(context));
    const folder = workspacesIn(options.root);
    for (const workspace of await readdir(folder).catch(() => [] as string[]))
      results.push(await processes.sweep({ ...context, workspace, storage: join(folder, workspace) }));
    let problem: string | undefined;
    for (const result of results) {
      if (result.ok) for (const orphan of result.value) say(`stopped ${orphan.what} (${orphan.resource}): its lease had ended`);
      else problem ??= result.fault.message;
    }
    return problem;
  };
}

function contextOf({ root }: SweeperOptions, signal: AbortSignal): Context {
  return {
    workspace: '',
    storage: root,
    leases: leasesIn(root),
    now: Date.now,
    leaseMs: 0,
    signal,
    progress: () => {},
    instance: `sweeper-${process.pid}`,
    onBehalfOf: 'prediction',
  };
}

function say(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}

run(JSON.parse(process.argv[2] as string) as SweeperOptions).catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
