import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where fetched and built parts of the test bench live: outside the checkout, one folder per version. */
export function cacheFolder(name) {
  const base =
    process.env.PREWARM_CACHE ??
    (process.platform === 'win32'
      ? join(process.env.LOCALAPPDATA ?? homedir(), 'prewarm-dev')
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches', 'prewarm-dev')
        : join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prewarm-dev'));
  const folder = join(base, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
