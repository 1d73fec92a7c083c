import type { App } from '../../app/app.ts';
import { openApp } from '../node/openApp.ts';
import type { Core, CoreOptions } from './coreContract.ts';

/** The heavy half of the extension: engines, scan, learning. Throws where the workspace folder itself is gone. */
export async function openCore(options: CoreOptions): Promise<App> {
  const opened = await openApp({
    folder: options.folder,
    stateFolder: options.stateFolder,
    bundles: options.bundles,
    retentionDays: options.retentionDays,
    providers: { embedded: options.embedded, ...(options.dockerHost ? { dockerHost: options.dockerHost } : {}) },
    settings: {
      mode: options.mode,
      trusted: options.trusted,
      memoryBytes: options.memoryBytes,
      idleMs: options.idleMs,
      horizonMs: options.horizonMs,
    },
    log: options.log,
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
}

/** Loaded when spans are first to be heard. */
export const openOtlpReceiver: Core['openOtlpReceiver'] = async (options) =>
  (await import('../node/otlpReceiver.ts')).openOtlpReceiver({ ...options, now: Date.now });

export { defaultStateFolder } from '../node/openApp.ts';
export { workspaceOf } from '../node/workspaceIdentity.ts';
