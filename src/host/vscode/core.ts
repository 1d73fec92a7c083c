import { join } from 'node:path';
import type { App } from '../../app/app.ts';
import { keptSecrets } from '../node/feeds/feedSecrets.ts';
import { openApp } from '../node/openApp.ts';
import { openSavedRehearsals } from '../node/rehearsals/savedRehearsals.ts';
import { keeperOf } from '../node/secretFiles.ts';
import { workspacesIn } from '../node/startSweeper.ts';
import { workspaceOf } from '../node/workspaceIdentity.ts';
import type { Core, CoreOptions } from './coreContract.ts';

/** The heavy half of the extension: engines, scan, learning. Throws where the workspace folder itself is gone. */
export async function openCore(options: CoreOptions): Promise<App> {
  const opened = await openApp({
    folder: options.folder,
    stateFolder: options.stateFolder,
    bundles: options.bundles,
    retentionDays: options.retentionDays,
    providers: {
      embedded: options.embedded,
      localBinaries: options.localBinaries,
      engine: options.engine,
      kubernetes: options.kubernetes,
      ...(options.devcontainerPath ? { devcontainerPath: options.devcontainerPath } : {}),
      snapshotBytes: options.snapshotBytes,
    },
    settings: {
      mode: options.mode,
      trusted: options.trusted,
      memoryBytes: options.memoryBytes,
      idleMs: options.idleMs,
      horizonMs: options.horizonMs,
      battery: options.battery,
      remediation: options.remediation,
      branchCopies: options.branchCopies,
      excludedFolders: options.excludedFolders,
      feeds: options.feeds,
    },
    log: options.log,
    feedSecret: keptSecrets(options.feedSecrets),
    credentials: options.secrets && { secrets: { ...options.secrets, keeper: keeperOf('code', options.stateFolder) }, scope: 'all' },
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
}

/** Loaded when spans are first to be heard. */
export const openOtlpReceiver: Core['openOtlpReceiver'] = async (options) =>
  (await import('../node/otlpReceiver.ts')).openOtlpReceiver({ ...options, now: Date.now });

export const savedRehearsals: Core['savedRehearsals'] = (stateFolder, folder) =>
  openSavedRehearsals(join(workspacesIn(stateFolder), workspaceOf(folder).id));

export { AGENT_TOOLS, warmWish } from '../../app/agentTools/agentTools.ts';
export { checkPersonas } from '../../sense/pdl/check.ts';
export { defaultStateFolder } from '../node/openApp.ts';
export { rehearseInThread } from '../node/rehearsals/rehearseInThread.ts';
export { workspaceOf } from '../node/workspaceIdentity.ts';
export { createRehearsalMessages } from './rehearsal/rehearsalMessages.ts';
