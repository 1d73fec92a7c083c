/**
 * `npm run bench:devcontainer`: how long “Reopen in Container” takes up to the container, as the plain command line does it
 * (`devcontainer up --workspace-folder F`, no other flags), from each state that Prewarm may have brought it to; and how long
 * Prewarm itself takes to make it ready from there. The image stands (PREWARM_BENCH_IMAGE, default the one that `npm test`
 * builds); its declaration has one feature from a local folder and one hook of 3 s that stands for an install.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource, Rung } from '../../src/domain/index.ts';
import { createDevcontainerProvider } from '../../src/provision/providers/devcontainer.ts';
import { type Figure, figure, tell } from './figures.ts';

const RUNS = 5;
const IMAGE = process.env.PREWARM_BENCH_IMAGE ?? 'prewarm-test/base';
const CLI = join(process.cwd(), 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');
/** What is there before; `stopped` was ready once, so its hooks have run. */
const BEFORE = { absent: ['absent'], fetched: ['fetched'], stopped: ['ready', 'created'], ready: ['ready'] } as const satisfies Record<
  string,
  readonly Rung[]
>;

const root = mkdtempSync(join(tmpdir(), 'prewarm-bench-'));
const folder = join(root, 'prewarm-bench-shop');
write('.devcontainer/tool/devcontainer-feature.json', '{ "id": "tool", "version": "1.0.0", "name": "Tool" }');
write('.devcontainer/tool/install.sh', 'echo tool > /tool');
write('.devcontainer/devcontainer.json', JSON.stringify({ image: IMAGE, features: { './tool': {} }, onCreateCommand: 'sleep 3' }));

const resource: Resource = {
  id: 'devcontainer:bench/shop',
  name: 'shop',
  kind: 'devcontainer',
  provider: 'devcontainer',
  declaredIn: '.devcontainer/devcontainer.json',
  ports: [],
  dependsOn: [],
  probe: { type: 'health', timeoutMs: 60_000 },
  memoryBytes: 0,
  spec: { type: 'devcontainer', folder, configFile: join(folder, '.devcontainer', 'devcontainer.json') },
};
const context = {
  workspace: `bench-${process.pid}`,
  storage: join(root, 'storage'),
  leases: join(root, 'leases'),
  instance: 'window-1-a',
  onBehalfOf: 'person' as const,
  now: Date.now,
  leaseMs: 600_000,
  signal: new AbortController().signal,
  progress: () => {},
};
const provider = createDevcontainerProvider({ cache: join(tmpdir(), 'prewarm-devcontainer-cache') });

const figures: Record<string, Figure> = {};
try {
  for (const [name, rungs] of Object.entries(BEFORE)) {
    figures[`developer’s up, from ${name}`] = figure('ms', await timesFrom(rungs, developersUp));
    figures[`Prewarm to ready, from ${name}`] = figure('ms', await timesFrom(rungs, () => reach('ready')));
  }
  figures['Prewarm down to created'] = figure('ms', await timesFrom(['ready'], () => reach('created')));
} finally {
  removeContainers();
  removeImages();
  rmSync(root, { recursive: true, force: true });
}
tell(figures);

async function timesFrom(rungs: readonly Rung[], act: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    removeContainers();
    if (rungs[0] === 'absent') removeImages();
    for (const rung of rungs) await reach(rung);
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
  }
  return times;
}

async function developersUp(): Promise<void> {
  execFileSync(process.execPath, [CLI, 'up', '--workspace-folder', folder], { stdio: 'pipe' });
}

async function reach(rung: Rung): Promise<void> {
  const result = await provider.reach(resource, rung, context);
  if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
}

/** The developer’s own ones too, which Prewarm would leave: they are this benchmark's. */
function removeContainers(): void {
  const ids = execFileSync('docker', ['ps', '-aq', '--filter', `label=devcontainer.local_folder=${folder}`])
    .toString()
    .split('\n')
    .filter(Boolean);
  if (ids.length > 0) execFileSync('docker', ['rm', '-f', ...ids], { stdio: 'pipe' });
}

/** What was built, with its layers; the image that it was built on stays. */
function removeImages(): void {
  const names = execFileSync('docker', ['images', '--format', '{{.Repository}}', '--filter', 'reference=vsc-prewarm-bench-shop-*'])
    .toString()
    .split('\n')
    .filter(Boolean);
  if (names.length > 0) execFileSync('docker', ['rmi', '-f', ...names], { stdio: 'pipe' });
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}
