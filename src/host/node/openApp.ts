import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { App } from '../../app/app.ts';
import { createApp } from '../../app/createApp.ts';
import type { CredentialOptions, Ports, Settings } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { heldAbove } from '../../provision/leases.ts';
import { sweepLocks } from '../../provision/lock.ts';
import { createLearner } from '../worker/learnerClient.ts';
import { createProviders, type ProviderOptions } from './createProviders.ts';
import { createForecasters } from './demand/forecasters.ts';
import { finishErasing } from './erasure.ts';
import { createFeedPorts } from './feeds/feedPorts.ts';
import type { FeedWorld } from './feeds/world.ts';
import { readHead } from './gitHead.ts';
import { openHistories } from './histories.ts';
import { createHostReadings } from './hostReadings/hostReadings.ts';
import { openJournal } from './journal.ts';
import { importsIn, journalIn, memoryIn, versionsIn } from './kept.ts';
import { openPersonaFile } from './personaFile.ts';
import { openVersions } from './personaVersions.ts';
import { createRecords } from './records.ts';
import { createSweeperStarter, leasesIn, workspacesIn } from './startSweeper.ts';
import { openStore } from './store.ts';
import { visiting } from './visiting.ts';
import { readWorkspace } from './workspaceFiles.ts';
import { workspaceOf } from './workspaceIdentity.ts';

const MINUTE = 60_000;
const DAY_MS = 86_400_000;
export const RETENTION_DAYS = 90;

export const DEFAULT_SETTINGS: Settings = {
  mode: 'suggest',
  trusted: true,
  memoryBytes: 2 * 2 ** 30,
  idleMs: 30 * MINUTE,
  horizonMs: 20 * MINUTE,
  leaseMs: 15 * MINUTE,
  settleMs: 5 * MINUTE,
  battery: 'careful',
  gateway: 'on',
};

export interface OpenOptions {
  readonly folder: string;
  /** What this Prewarm is, for others to read (default: `window`). */
  readonly as?: 'window' | 'cli';
  /** Root of Prewarm's own files; the user data folder where it is not given. */
  readonly stateFolder?: string;
  readonly settings?: Partial<Settings>;
  readonly providers?: Pick<ProviderOptions, 'engine' | 'kubernetes' | 'devcontainerPath' | 'embedded' | 'localBinaries' | 'snapshotBytes'>;
  readonly retentionDays?: number;
  /** Undefined: databases get no roles of ours. */
  readonly credentials?: Pick<CredentialOptions, 'secrets' | 'scope'> | undefined;
  /** Undefined: no feeds are asked. */
  readonly feedSecret?: FeedWorld['secret'] | undefined;
  /** The folder of the bundles: the learner's thread and the embedded database are programs of their own. */
  readonly bundles: string;
  readonly log: (line: string) => void;
  /** A guest keeps nothing, and acts only when asked, if it may `move` at all (default: at home). */
  readonly visit?: 'look' | 'move';
}

/** The composition root of everything that runs on Node: files, clock, worker and engines become the app's ports. */
export async function openApp(options: OpenOptions): Promise<Result<App>> {
  const folder = await stat(options.folder).catch(() => undefined);
  if (!folder?.isDirectory()) return failed('not-found', 'never', `${options.folder} is not a folder.`);
  const workspace = workspaceOf(options.folder);
  const root = options.stateFolder ?? defaultStateFolder();
  const storage = join(workspacesIn(root), workspace.id);
  await mkdir(storage, { recursive: true, mode: 0o700 });
  // How long things are kept is for who lives here to say.
  const retentionDays = options.visit ? Number.POSITIVE_INFINITY : (options.retentionDays ?? RETENTION_DAYS);
  // Before anything is read of it.
  await finishErasing(storage);
  const unique = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const instance = `${options.as ?? 'window'}-${unique}`;
  void sweepLocks({ leases: leasesIn(root), instance }).catch(() => {});
  const journal = await openJournal({
    folder: journalIn(storage),
    instance: unique,
    now: Date.now,
    retentionDays,
  });
  const learner = createLearner({ program: join(options.bundles, 'worker.js'), journal: journalIn(storage), now: Date.now });
  const ports: Ports = {
    workspace,
    storage,
    journal,
    leases: leasesIn(root),
    instance,
    startSweeper: createSweeperStarter({
      root,
      bundles: options.bundles,
      log: options.log,
      ...(options.providers?.engine ? { engine: options.providers.engine } : {}),
      ...(options.providers?.kubernetes ? { kubernetes: options.providers.kubernetes } : {}),
    }),
    heldElsewhere: async (id, rung) =>
      (await heldAbove(id, rung, { workspace: workspace.id, leases: leasesIn(root), now: Date.now, instance })) !== undefined,
    actor: 'local',
    head: () => readHead(workspace.folder),
    now: Date.now,
    random: Math.random,
    after,
    store: openStore(memoryIn(storage)),
    versions: openVersions(versionsIn(storage)),
    personaFile: openPersonaFile(workspace.folder),
    readWorkspace: () => readWorkspace(workspace.folder, new AbortController().signal),
    readPrices: () => readFile(join(workspace.folder, '.prewarm', 'prices.json'), 'utf8').catch(() => undefined),
    providers: createProviders({ ...options.providers, cache: join(root, 'cache'), bundles: options.bundles }),
    readings: createHostReadings(watchedFolders(root)),
    learner,
    forecasts: createForecasters({ bundles: options.bundles }),
    histories: openHistories({ folder: importsIn(storage), importAll: learner.importAll, now: Date.now, retentionDays }),
    records: createRecords({ root, workspace, retentionDays, now: Date.now }),
    home: homedir(),
    log: options.log,
    settings: { ...DEFAULT_SETTINGS, retentionMs: retentionDays * DAY_MS, ...options.settings },
    ...(options.credentials ? { credentials: { ...options.credentials, randomBytes } } : {}),
    ...(options.feedSecret ? { feeds: feedPortsOf(options, options.feedSecret, workspace.folder, storage) } : {}),
  };
  return ok(await createApp(options.visit ? visiting(ports, options.visit) : ports));
}

const feedPortsOf = ({ log, providers }: OpenOptions, secret: FeedWorld['secret'], folder: string, storage: string) =>
  createFeedPorts({ folder, storage, secret, log, engine: providers?.engine });

export function defaultStateFolder(): string {
  return envPaths('prewarm', { suffix: '' }).data;
}

/** Where what is warm takes its space. The engine's folder is not looked for: elsewhere, or in a machine of its own, it is not watched. */
const watchedFolders = (root: string) => [
  { what: 'the disk of Prewarm’s own files', path: root },
  { what: 'the disk of Docker’s images', path: '/var/lib/docker' },
];

/** The timer never keeps the process alive by itself. */
function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
