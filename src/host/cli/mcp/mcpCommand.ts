import { join } from 'node:path';
import { ok, type Result } from '../../../domain/index.ts';
import { defaultStateFolder, openApp } from '../../node/openApp.ts';
import { openSecretFiles } from '../../node/secretFiles.ts';
import { BUNDLES } from '../bundles.ts';
import type { Invocation, Report } from '../command.ts';
import { namedCluster } from '../namedCluster.ts';
import { serve } from './serve.ts';
import { createVisits } from './visits.ts';

/** Serves until its standard input ends or it is interrupted. Standard output is the protocol's alone. */
export async function mcpCommand({ options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const folder = typeof options.workspace === 'string' ? options.workspace : '.';
  const stateFolder = typeof options.state === 'string' ? options.state : defaultStateFolder();
  const may = options['allow-warm'] === true ? 'move' : 'look';
  const visits = createVisits({
    now: Date.now,
    open: () =>
      openApp({
        folder,
        as: 'cli',
        visit: may,
        stateFolder,
        settings: { mode: 'shadow', gateway: 'off' },
        providers: namedCluster(process.env),
        ...(may === 'move' ? { credentials: { secrets: openSecretFiles(join(stateFolder, 'secrets')), scope: 'kept' } } : {}),
        bundles: BUNDLES,
        log: terminal.message,
      }),
  });
  await serve({ use: visits.use, may, log: terminal.message, signal });
  await visits.end();
  return ok({ lines: [] });
}
