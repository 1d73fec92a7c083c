import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { must, say } from './run.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

/** Packages and bundles, if they are not there yet. Uses nothing but Node and npm. */
export async function prepare({ build = 'if-missing' } = {}) {
  if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
    say('installing packages (npm ci)');
    await must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: ROOT });
  }
  if (build === 'always' || !existsSync(join(ROOT, 'dist', 'core.js'))) {
    say('building');
    await must(process.execPath, ['esbuild.config.mjs'], { cwd: ROOT });
  }
}
