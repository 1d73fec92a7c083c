import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must } from '../harness/run.mjs';
import { until } from '../harness/until.mjs';
import { installVsix, startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser, openWorkbench } from '../harness/workbench.mjs';
import { copySample, ROOT, seedHistory, seedWeeks } from '../harness/workspace.mjs';

/** Why there is no Docker here; undefined where there is. */
export const noDocker = process.env.PREWARM_DOCKER && process.env.PREWARM_DOCKER !== 'yes' ? process.env.PREWARM_DOCKER : undefined;

/** A test's name, with the reason where it cannot run here. */
export const named = (what: string, problem: string | undefined): string => (problem ? `${what} (skipped: ${problem})` : what);

/** How the recorded sessions that use the database begin, and what they are called. */
export const DATABASE_WORK = ['git status', 'npm run lint', 'git diff --stat'];
export const PERSONA = /Database/;

export interface Line {
  readonly kind: string;
  readonly resource: string;
  readonly session?: string;
}

export interface WindowOptions {
  /** Undefined: as it is after the install. */
  readonly mode?: 'shadow' | 'suggest' | 'auto' | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** `weeks`: the recorded one by turns on the working days of five weeks; `none`: nothing but the extension. */
  readonly history?: 'recorded' | 'weeks' | 'none';
  /** `none`: the same window without it, to compare. */
  readonly extension?: 'packaged' | 'none';
  /** The editor's, over those of all windows. */
  readonly settings?: object;
}

/** Once for all windows of a test file. */
let packaged: Promise<unknown> | undefined;
const packageOnce = (): Promise<unknown> => {
  packaged ??= must('npm', ['run', 'package'], { cwd: ROOT }).then(() => must(process.execPath, ['esbuild.config.mjs'], { cwd: ROOT }));
  return packaged;
};

/** The packaged extension, installed as a user installs it, in a real window over the sample with its recorded history. */
export async function openPackagedWindow({
  mode = 'auto',
  env = {},
  history = 'recorded',
  extension = 'packaged',
  settings = {},
}: WindowOptions = {}) {
  const temp = mkdtempSync(join(tmpdir(), 'prewarm-e2e-'));
  const dataFolder = join(temp, 'code');
  const stateFolder = join(dataFolder, 'data', 'User', 'globalStorage', 'prewarm.prewarm');
  await packageOnce();
  if (extension === 'packaged') await installVsix(join(ROOT, 'prewarm.vsix'), dataFolder);
  const workspace: string = await copySample(temp);
  const { workspaceOf } = (await import(pathToFileURL(join(ROOT, 'dist', 'core.js')).href)) as {
    workspaceOf(folder: string): { id: string };
  };
  const workspaceId = workspaceOf(workspace).id;
  if (history === 'recorded') seedHistory(stateFolder, workspaceId);
  if (history === 'weeks') seedWeeks(stateFolder, workspaceId, Date.now());
  // Terminals that come back after a reload would take the place of the one that a test has just opened.
  const all = {
    'prewarm.mode': mode,
    'terminal.integrated.gpuAcceleration': 'off',
    'terminal.integrated.enablePersistentSessions': false,
    ...settings,
  };
  freeSample();
  const code = await startVsCode({ dataFolder, folder: workspace, settings: all, env });
  const browser = await launchBrowser();
  const bench = await openWorkbench(browser, code.url);

  /** Only what Prewarm made for this very workspace, which is a folder of this run. */
  function ours(what: 'containers' | 'volumes'): readonly string[] {
    if (noDocker) return [];
    const list = what === 'containers' ? ['ps', '-a', '--format', '{{.Names}}'] : ['volume', 'ls', '--format', '{{.Name}}'];
    const output = execFileSync('docker', [...list, '--filter', `label=dev.prewarm.workspace=${workspaceId}`], { encoding: 'utf8' });
    return output.split('\n').filter(Boolean);
  }

  function removeContainers(): void {
    const names = ours('containers');
    if (names.length > 0) execFileSync('docker', ['rm', '-f', '-v', ...names], { stdio: 'ignore' });
  }

  /** When its core says what it sees, terminals have their environment: one that was opened before is begun anew by the editor. */
  const loaded = (): Promise<unknown> =>
    until(
      async () => !['', 'Prewarm'].includes(await bench.statusText()),
      60_000,
      async () => `the core was not loaded: ${await bench.statusText()}`,
    );

  const isNamed = async (): Promise<boolean> => PERSONA.test(await bench.statusText());

  return {
    bench,
    code,
    /** What its core keeps of the workspace, as it stands in the file. */
    memory: (): { readonly feedback?: Record<string, { readonly verdict: string }> } => {
      const file = join(stateFolder, 'workspaces', workspaceId, 'memory.json');
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { state: object }).state : {};
    },
    /** Another window of the same workspace, by the same server. */
    openAnother: () => openWorkbench(browser, code.url),
    /**
     * Works as in the recorded history until the session is named by the status bar. Lines typed before the shell tells of its
     * commands are not heard: then they are typed again.
     */
    async beginDatabaseWork(): Promise<void> {
      await bench.openTerminal();
      for (let tries = 0; tries < 4 && !(await isNamed()); tries++)
        for (const line of DATABASE_WORK) {
          await bench.type(line);
          await bench.page.waitForTimeout(1200);
        }
      await until(isNamed, 20_000, async () => `the status bar says ${await bench.statusText()}; its log:\n${this.logs().join('\n')}`);
    },
    workspace,
    stateFolder,
    workspaceId,
    containers: () => ours('containers'),
    removeContainers,
    /** Snapshots and copies too. */
    async removeAll(): Promise<void> {
      // What is being made at this moment has to be taken away once more.
      const isClear = (): boolean => {
        removeContainers();
        const names = ours('volumes');
        return names.length === 0 || spawnSync('docker', ['volume', 'rm', '-f', ...names], { stdio: 'ignore' }).status === 0;
      };
      await until(isClear, 20_000, () => `could not be removed: ${ours('volumes').join(', ')}`);
    },
    /** Live lines only. */
    journal(): readonly Line[] {
      const folder = join(stateFolder, 'workspaces', workspaceId, 'journal');
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((f) => f.endsWith('.jsonl'))
        .flatMap((f) => readFileSync(join(folder, f), 'utf8').split('\n').filter(Boolean))
        .map((line) => JSON.parse(line) as Line)
        .filter((a) => a.session === undefined);
    },
    logs(): readonly string[] {
      const folder = join(dataFolder, 'data', 'logs');
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('Prewarm.log'))
        .map((f) => readFileSync(join(folder, f), 'utf8'));
    },
    /** After the extension host was killed: the window as the developer loads it again. */
    async reload(): Promise<void> {
      await bench.page.reload();
      await loaded();
    },
    loaded,
    async close(): Promise<void> {
      await browser.close();
      await code.stop();
      await this.removeAll();
      rmSync(temp, { recursive: true, force: true });
    },
  };
}

/** All copies of the sample share a compose project: what an aborted run or `npm start` left would hold the names of this one. */
function freeSample(): void {
  if (noDocker) return;
  const labels = ['com.docker.compose.project=sample-shop', 'dev.prewarm.owner=prewarm'].flatMap((label) => ['--filter', `label=${label}`]);
  const left = execFileSync('docker', ['ps', '-aq', ...labels], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
  if (left.length > 0) execFileSync('docker', ['rm', '-f', '-v', ...left], { stdio: 'ignore' });
}

export type PackagedWindow = Awaited<ReturnType<typeof openPackagedWindow>>;
