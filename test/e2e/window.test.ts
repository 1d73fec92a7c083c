import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, must } from '../harness/run.mjs';
import { until } from '../harness/until.mjs';
import { installVsix, startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser, openWorkbench } from '../harness/workbench.mjs';
import { copySample, ROOT, seedHistory } from '../harness/workspace.mjs';

const PERSONA = /Database/;
const temp = mkdtempSync(join(tmpdir(), 'prewarm-e2e-'));
const dataFolder = join(temp, 'code');
const stateFolder = join(dataFolder, 'data', 'User', 'globalStorage', 'prewarm.prewarm');
const results = join(ROOT, 'test-results');
const noDocker = process.env.PREWARM_DOCKER && process.env.PREWARM_DOCKER !== 'yes' ? process.env.PREWARM_DOCKER : undefined;
const noPsql = (await has('psql')) ? undefined : 'psql is not installed: install the PostgreSQL client';
const named = (what: string, problem: string | undefined): string => (problem ? `${what} (skipped: ${problem})` : what);

let workspace: string;
let workspaceId: string;
let browser: Browser;
let code: Awaited<ReturnType<typeof startVsCode>>;
let bench: Awaited<ReturnType<typeof openWorkbench>>;

/** The packaged extension, installed as a user installs it, in a real window over the sample. */
beforeAll(async () => {
  await must('npm', ['run', 'package'], { cwd: ROOT });
  await must(process.execPath, ['esbuild.config.mjs'], { cwd: ROOT });
  await installVsix(join(ROOT, 'prewarm.vsix'), dataFolder);
  workspace = await copySample(temp);
  const { workspaceOf } = createRequire(import.meta.url)(join(ROOT, 'dist', 'core.cjs')) as { workspaceOf(folder: string): { id: string } };
  workspaceId = workspaceOf(workspace).id;
  seedHistory(stateFolder, workspaceId);
  code = await startVsCode({
    dataFolder,
    folder: workspace,
    settings: { 'prewarm.mode': 'auto', 'terminal.integrated.gpuAcceleration': 'off' },
  });
  browser = await launchBrowser();
  bench = await openWorkbench(browser, code.url);
});

afterAll(async () => {
  await browser?.close();
  await code?.stop();
  removeContainers();
  rmSync(temp, { recursive: true, force: true });
});

describe('a real VS Code window with the packaged extension', () => {
  it('shows one status bar item, and lists its commands', async () => {
    await until(async () => (await bench.statusText()) !== '', 60_000, 'no status bar item');
    await bench.page.keyboard.press('F1');
    await bench.page.locator('.quick-input-widget input').first().fill('>Prewarm: ');
    await bench.page.waitForTimeout(1000);
    const listed = (await bench.page.locator('.quick-input-list .monaco-list-row').allInnerTexts()).join('\n');
    for (const title of ['Warm Now', 'Cool Down', 'Why', 'Set Mode', 'Show Workflow', 'Show Log']) expect(listed).toContain(title);
    await bench.page.keyboard.press('Escape');
  });

  it('names the persona after three commands, and has the database ready before it is asked for', async () => {
    await bench.openTerminal();
    for (const line of ['git status', 'npm run lint', 'git diff --stat']) {
      await bench.type(line);
      await bench.page.waitForTimeout(1200);
    }
    await until(
      async () => PERSONA.test(await bench.statusText()),
      30_000,
      async () => `the status bar says ${await bench.statusText()}`,
    );
    await until(async () => /\d warm/.test(await bench.statusText()), 60_000, 'nothing became warm');
    await bench.screenshot(join(results, 'warm-before-use.png'));
    expect(journal().some((a) => a.kind === 'connection.opened')).toBe(false);
  });

  it.skipIf(noPsql)(named('psql in the terminal connects with no set-up', noPsql), async () => {
    await bench.command('Terminal: Create New Terminal');
    await bench.page.waitForTimeout(2500);
    await bench.type('psql -Atc "select count(*) from orders"');
    await until(
      async () => (await bench.terminalText()).includes('30000'),
      20_000,
      async () => `the terminal shows:\n${await bench.terminalText()}`,
    );
    await until(() => journal().some((a) => a.kind === 'connection.opened'), 5000, 'the gateway saw no connection');
    await bench.screenshot(join(results, 'psql.png'));
  });

  it('draws the workflow', async () => {
    await bench.command('Prewarm: Show Workflow');
    const frame = bench.page.frameLocator('iframe.webview').first().frameLocator('iframe').first();
    await frame.locator('.node.warm').first().waitFor({ timeout: 20_000 });
    expect(await frame.locator('h1').innerText()).toMatch(PERSONA);
    await bench.screenshot(join(results, 'workflow.png'));
    await frame.getByRole('button', { name: 'Table' }).click();
    await frame.locator('table').waitFor();
    await bench.screenshot(join(results, 'workflow-table.png'));
  });

  const killed = 'kill -9 of the extension host while a container is being warmed: nothing doubled, nothing lost';
  it.skipIf(noDocker)(named(killed, noDocker), async () => {
    removeContainers();
    await bench.page.waitForTimeout(1500);
    const before = journal().length;
    await bench.command('Terminal: Create New Terminal');
    await bench.page.waitForTimeout(2500);
    await bench.type('npm test');
    await until(() => containers().length > 0, 20_000, 'no container was being made');
    expect(await code.killExtensionHost()).toBeGreaterThan(0);
    await bench.page.waitForTimeout(1500);
    await bench.page.reload();
    await until(async () => (await bench.statusText()) !== '', 60_000, 'the window did not come back');
    // Whether more is needed is the model's to say; the developer's own next try must find what was begun.
    await bench.command('Terminal: Create New Terminal');
    await bench.page.waitForTimeout(2500);
    await bench.type('npm test');
    await until(
      async () => /\d warm/.test(await bench.statusText()),
      60_000,
      async () => `after the reload the status bar says ${await bench.statusText()}`,
    );
    expect(containers().filter((name) => name.includes('db'))).toHaveLength(1);
    expect(journal().length).toBeGreaterThanOrEqual(before);
  });

  it('activates quickly (median of 5 starts, reported)', async () => {
    for (let i = 0; i < 4; i++) {
      await bench.page.reload();
      await until(async () => (await bench.statusText()) !== '', 60_000, 'the window did not come back');
      await bench.page.waitForTimeout(1500);
    }
    const times = logs()
      .flatMap((text) => [...text.matchAll(/Activated in ([\d.]+) ms/g)].map((m) => Number(m[1])))
      .sort((a, b) => a - b);
    console.log(`activation, ms: ${times.join(', ')}; median ${times[Math.floor(times.length / 2)]}`);
    expect(times.length).toBeGreaterThanOrEqual(5);
  });
});

interface Line {
  readonly kind: string;
  readonly resource: string;
  readonly session?: string;
}

/** Live lines only. */
function journal(): readonly Line[] {
  const folder = join(stateFolder, 'workspaces', workspaceId, 'journal');
  return readdirSync(folder)
    .filter((f) => f.endsWith('.jsonl'))
    .flatMap((f) => readFileSync(join(folder, f), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Line)
    .filter((a) => a.session === undefined);
}

function logs(): readonly string[] {
  const folder = join(dataFolder, 'data', 'logs');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('Prewarm.log'))
    .map((f) => readFileSync(join(folder, f), 'utf8'));
}

/** Only what Prewarm made for this very workspace, which is a folder of this run. */
function containers(): readonly string[] {
  if (noDocker) return [];
  const list = ['ps', '-a', '--filter', `label=dev.prewarm.workspace=${workspaceId}`, '--format', '{{.Names}}'];
  return execFileSync('docker', list, { encoding: 'utf8' }).split('\n').filter(Boolean);
}

function removeContainers(): void {
  const names = containers();
  if (names.length > 0) execFileSync('docker', ['rm', '-f', '-v', ...names], { stdio: 'ignore' });
}
