import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { App } from '../../app/app.ts';
import { createApp } from '../../app/createApp.ts';
import type { Ports, Settings } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { createLearner } from '../worker/learnerClient.ts';
import { createProviders, type ProviderOptions } from './createProviders.ts';
import { openHistories } from './histories.ts';
import { openJournal } from './journal.ts';
import { openStore } from './store.ts';
import { readWorkspace } from './workspaceFiles.ts';
import { workspaceOf } from './workspaceIdentity.ts';

const MINUTE = 60_000;

export const DEFAULT_SETTINGS: Settings = {
  mode: 'suggest',
  trusted: true,
  memoryBytes: 2 * 2 ** 30,
  idleMs: 30 * MINUTE,
  horizonMs: 20 * MINUTE,
  leaseMs: 15 * MINUTE,
  settleMs: 5 * MINUTE,
  gateway: 'on',
};

export interface OpenOptions {
  readonly folder: string;
  /** Root of Prewarm's own files; the user data folder where it is not given. */
  readonly stateFolder?: string;
  readonly settings?: Partial<Settings>;
  readonly providers?: Pick<ProviderOptions, 'dockerHost' | 'embedded'>;
  readonly retentionDays?: number;
  /** The folder of the bundles: the learner's thread and the embedded database are programs of their own. */
  readonly bundles: string;
  readonly log: (line: string) => void;
}

/** The composition root of everything that runs on Node: files, clock, worker and engines become the app's ports. */
export async function openApp(options: OpenOptions): Promise<Result<App>> {
  const folder = await stat(options.folder).catch(() => undefined);
  if (!folder?.isDirectory()) return failed('not-found', 'never', `${options.folder} is not a folder.`);
  const workspace = workspaceOf(options.folder);
  const root = options.stateFolder ?? defaultStateFolder();
  const storage = join(root, 'workspaces', workspace.id);
  await mkdir(storage, { recursive: true, mode: 0o700 });
  const journal = await openJournal({
    folder: join(storage, 'journal'),
    instance: `${process.pid}-${randomUUID().slice(0, 8)}`,
    now: Date.now,
    ...(options.retentionDays ? { retentionDays: options.retentionDays } : {}),
  });
  const learner = createLearner({ program: join(options.bundles, 'worker.cjs'), journal: join(storage, 'journal'), now: Date.now });
  const ports: Ports = {
    workspace,
    storage,
    journal,
    leases: join(root, 'leases'),
    actor: 'local',
    now: Date.now,
    random: Math.random,
    after,
    store: openStore(join(storage, 'memory.json')),
    readWorkspace: () => readWorkspace(workspace.folder, new AbortController().signal),
    providers: createProviders({ ...options.providers, cache: join(root, 'cache'), bundles: options.bundles }),
    learner,
    histories: openHistories({ folder: join(storage, 'imports'), importAll: learner.importAll, now: Date.now }),
    log: options.log,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
  };
  return ok(await createApp(ports));
}

export function defaultStateFolder(): string {
  return envPaths('prewarm', { suffix: '' }).data;
}

/** The timer never keeps the process alive by itself. */
function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
