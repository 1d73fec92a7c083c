import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineWish } from '../../provision/engine/choose.ts';
import { holderOf } from '../../provision/lock.ts';
import { lifeOf, ownIdentity, type ProcessIdentity } from '../../provision/processIdentity.ts';

/** What the sweeper (`sweeper.ts`) is told, as its one argument. */
export interface SweeperOptions {
  /** Root of Prewarm's own files. */
  readonly root: string;
  readonly engine?: EngineWish;
  readonly kubernetes?: { readonly context: string; readonly namespace: string };
}

export interface StartSweeperOptions extends SweeperOptions {
  /** The folder of the bundles. */
  readonly bundles: string;
  readonly log: (line: string) => void;
}

const LOG_AT_MOST_BYTES = 256 * 1024;

export const leasesIn = (root: string): string => join(root, 'leases');
export const workspacesIn = (root: string): string => join(root, 'workspaces');
export const sweeperLogIn = (root: string): string => join(root, 'sweeper.log');
/** Each machine that shares the folder has engines and processes of its own. */
export const sweeperLock = ({ machine }: ProcessIdentity): string => `sweeper-${machine}`;

/** Starts the sweeper where none runs; it outlives the editor and does not keep it from closing. */
export function createSweeperStarter(options: StartSweeperOptions): () => void {
  let starting = false;
  return () => {
    if (starting) return;
    starting = true;
    void start(options)
      .catch((error: Error) => options.log(`The sweeper was not started: ${error.message}`))
      .finally(() => {
        starting = false;
      });
  };
}

async function start({ root, engine, kubernetes, bundles, log }: StartSweeperOptions): Promise<void> {
  const holder = await holderOf(sweeperLock(await ownIdentity()), { leases: leasesIn(root) });
  if (holder && (await lifeOf(holder)) === 'alive') return;
  const file = sweeperLogIn(root);
  const long = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_AT_MOST_BYTES;
  const out = openSync(file, long ? 'w' : 'a', 0o600);
  const told: SweeperOptions = { root, ...(engine ? { engine } : {}), ...(kubernetes ? { kubernetes } : {}) };
  const child = spawn(process.execPath, ['--max-old-space-size=64', join(bundles, 'sweeper.js'), JSON.stringify(told)], {
    // Not the workspace's folder: a process keeps its own from being removed on Windows.
    cwd: root,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    detached: true,
    stdio: ['ignore', out, out],
    windowsHide: true,
  });
  closeSync(out);
  child.once('error', (error) => log(`The sweeper was not started: ${error.message}`));
  child.unref();
}
