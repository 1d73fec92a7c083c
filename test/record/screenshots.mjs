/**
 * `npm run screenshots`: works in the sample shop as a developer would, in a real window with the packaged extension, and keeps pictures
 * of it in four themes and an animated tour, all in `resources/readme/`. Needs what the window tests need; about two minutes.
 * Nothing else should start containers meanwhile: their events are activities of the session, too.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { ROOT } from '../harness/workspace.mjs';

const outfile = join(ROOT, 'test-results', 'record', 'tour.mjs');
mkdirSync(join(outfile, '..'), { recursive: true });
await esbuild.build({
  entryPoints: [join(import.meta.dirname, 'tour.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
