import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measured, Records, Workspace } from '../../app/ports.ts';
import { failed, ok, type UnixMs } from '../../domain/index.ts';
import { eraseWorkspace } from './erasure.ts';
import { exportWorkspace } from './exportWorkspace.ts';
import { codeOf } from './journalSegments.ts';
import { bytesBelow, bytesOf, datasetsIn, importsIn, journalIn, memoryIn, rehearsalsIn, versionsIn } from './kept.ts';
import { sweeperLogIn, workspacesIn } from './startSweeper.ts';

export interface RecordsOptions {
  /** Root of Prewarm's own files. */
  readonly root: string;
  readonly workspace: Workspace;
  readonly retentionDays: number;
  readonly now: () => UnixMs;
}

/** What is kept of the developer, on this disk; needs no app, so that it can be seen and erased whatever state the rest is in. */
export function createRecords({ root, workspace, retentionDays, now }: RecordsOptions): Records {
  const storage = join(workspacesIn(root), workspace.id);
  const cache = datasetsIn(root);

  async function workspaces(): Promise<readonly string[]> {
    const entries = await readdir(workspacesIn(root), { withFileTypes: true }).catch(() => []);
    return entries.filter((e) => e.isDirectory()).map((e) => join(workspacesIn(root), e.name));
  }

  async function measure(): Promise<Measured> {
    const count = async (folder: string, ending: string): Promise<number> =>
      (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending)).length;
    return {
      journalBytes: await bytesBelow(journalIn(storage)),
      importedHistories: await count(importsIn(storage), '.jsonl'),
      savedRehearsals: await count(rehearsalsIn(storage), '.json'),
      memoryBytes: (await bytesOf(memoryIn(storage))) + (await bytesOf(versionsIn(storage))),
      otherWorkspaces: (await workspaces()).filter((folder) => folder !== storage).length,
      datasetCacheBytes: await bytesBelow(cache),
    };
  }

  return {
    folder: storage,
    retentionDays,
    measure,
    export: (into, settings, options) =>
      exportWorkspace({ storage, into, name: workspace.name, settings, retentionDays, at: now() }, options),
    async erase({ scope, datasetCache }) {
      const going = scope === 'everywhere' ? [...new Set([storage, ...(await workspaces())])] : [storage];
      const erasure = { id: randomUUID(), at: now() };
      let bytes = 0;
      try {
        for (const folder of going) bytes += await eraseWorkspace(folder, erasure);
        // It names resources of all workspaces.
        if (scope === 'everywhere') await rm(sweeperLogIn(root), { force: true });
        if (datasetCache === 'erase') {
          bytes += await bytesBelow(cache);
          await rm(cache, { recursive: true, force: true });
        }
      } catch (error) {
        const where = (error as NodeJS.ErrnoException).path ?? root;
        return failed(
          'storage-failed',
          'later',
          `Not everything could be erased: ${where} (${codeOf(error)}). Close what holds it and erase again; Prewarm also tries when it next begins.`,
        );
      }
      return ok({ workspaces: going.length, bytes });
    },
  };
}
