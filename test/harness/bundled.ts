import { basename, join } from 'node:path';
import esbuild from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/** A TypeScript program of a test as one file that Node runs; for tests of what several processes do to each other. */
export async function bundled(entry: string): Promise<string> {
  // Within the checkout, so that packages are found.
  const outfile = join(ROOT, 'test-results', 'programs', `${basename(entry, '.ts')}.cjs`);
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}
