import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { has, must, run, say } from './run.mjs';

const VERSION = 'v2.40.3';

/** Docker Compose as users have it (the v2 plugin): what is there, else built from its Go module into the cache. Returns why not, if so. */
export async function ensureCompose() {
  if ((await run('docker', ['compose', 'version'])).code === 0) return undefined;
  const binary = join(cacheFolder(`compose-${VERSION}`), 'docker-compose');
  if (!existsSync(binary)) {
    if ((await run('go', ['version'])).code !== 0)
      return (await has('docker-compose'))
        ? undefined
        : 'Docker Compose is not installed (`docker compose version`), nor Go to build it with';
    say(`building Docker Compose ${VERSION} with Go (some minutes, once)`);
    await build(binary);
  }
  const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'cli-plugins');
  say(`putting Docker Compose ${VERSION} into ${plugins}`);
  mkdirSync(plugins, { recursive: true });
  copyFileSync(binary, join(plugins, 'docker-compose'));
  chmodSync(join(plugins, 'docker-compose'), 0o755);
  return undefined;
}

/** Its go.mod has directives that `go install` refuses, so it is built as the main module from a copy of the downloaded one. */
async function build(binary) {
  const { Dir } = JSON.parse(await must('sh', ['-c', `cd / && go mod download -json github.com/docker/compose/v2@${VERSION} 2>/dev/null`]));
  const source = mkdtempSync(join(tmpdir(), 'prewarm-compose-'));
  try {
    cpSync(Dir, source, { recursive: true });
    await must('chmod', ['-R', 'u+w', source]);
    await must(
      'go',
      ['build', '-trimpath', '-ldflags', `-s -w -X github.com/docker/compose/v2/internal.Version=${VERSION}`, '-o', binary, './cmd'],
      { cwd: source },
    );
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}
