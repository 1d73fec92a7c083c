import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser, openWorkbench } from '../harness/workbench.mjs';
import { ROOT } from '../harness/workspace.mjs';

const temp = mkdtempSync(join(tmpdir(), 'prewarm-agents-'));
const told = join(temp, 'told');
const results = join(ROOT, 'test-results');
let code: Awaited<ReturnType<typeof startVsCode>>;
let browser: Awaited<ReturnType<typeof launchBrowser>>;
let bench: Awaited<ReturnType<typeof openWorkbench>>;

/** Another extension, as somebody else writes it: it asks Prewarm by command, and writes down what it is told. */
const ACME = `
const vscode = require('vscode');
const { writeFileSync } = require('node:fs');
const tell = (name, work) => vscode.commands.registerCommand('acme.' + name, async () => {
  const outcome = await work().catch((error) => ({ error: String(error.message) }));
  writeFileSync(${JSON.stringify(told)} + '-' + name, JSON.stringify(outcome));
});
const use = (name, input) => vscode.lm.invokeTool('prewarm_' + name, { input, toolInvocationToken: undefined });
const text = (result) => result.content.map((part) => part.value).join('');
exports.activate = (context) => {
  const prewarm = async () => vscode.extensions.getExtension('prewarm.prewarm').activate();
  context.subscriptions.push(
    tell('ask', async () => {
      const api = await prewarm();
      const sensor = api.registerSensor({ name: 'acme', source: 'test' });
      sensor.record({ name: 'unit tests', did: 'ended', ok: true });
      return { version: api.apiVersion, exported: Object.keys(api), readiness: await api.getReadiness(), said: text(await use('get_readiness', {})) };
    }),
    tell('warm', async () => ({ said: text(await use('warm_persona', { resources: ['mail'] })) })),
  );
};`;

beforeAll(async () => {
  const folder = join(temp, 'shop');
  mkdirSync(folder);
  // An image that no registry has: whatever is allowed, nothing starts.
  writeFileSync(join(folder, 'compose.yaml'), 'name: acme-mail\nservices: { mail: { image: "invalid.invalid/mail:1" } }');
  const acme = join(temp, 'code', 'extensions', 'acme.acme-1.0.0');
  mkdirSync(acme, { recursive: true });
  const commands = ['ask', 'warm'].map((name) => ({ command: `acme.${name}`, title: `Acme ${name}` }));
  const manifest = { name: 'acme', publisher: 'acme', version: '1.0.0', engines: { vscode: '^1.105.0' }, main: './acme.cjs' };
  writeFileSync(
    join(acme, 'package.json'),
    JSON.stringify({ ...manifest, activationEvents: ['onStartupFinished'], contributes: { commands } }),
  );
  writeFileSync(join(acme, 'acme.cjs'), ACME);
  code = await startVsCode({ dataFolder: join(temp, 'code'), folder, development: ROOT, settings: { 'chat.disableAIFeatures': false } });
  browser = await launchBrowser();
  bench = await openWorkbench(browser, code.url);
  await until(async () => (await bench.statusText()) !== '', 60_000, 'no status bar item');
});
afterAll(async () => {
  await browser?.close();
  await code?.stop();
  rmSync(temp, { recursive: true, force: true });
});

async function outcome<T>(name: string): Promise<T> {
  const file = `${told}-${name}`;
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 60_000, `acme.${name} did not end`);
  const read = JSON.parse(readFileSync(file, 'utf8')) as T;
  rmSync(file);
  return read;
}

describe('a window with another extension and its agents', () => {
  it('the other extension gets the API and nothing behind it, and its questions are answered', async () => {
    await bench.command('Acme ask');
    const { version, exported, readiness, said } = await outcome<{
      version: number;
      exported: string[];
      readiness: object[];
      said: string;
    }>('ask');
    expect(version).toBe(1);
    expect(exported).not.toContain('app');
    expect(readiness).toMatchObject([{ resource: 'compose:acme-mail/mail', ready: false }]);
    expect(said).toContain('mail (compose:acme-mail/mail): ');
  });

  it('before anything is warmed the developer is asked, and no is no', async () => {
    await bench.command('Acme warm');
    const dialog = bench.page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: 30_000 });
    expect(await dialog.innerText()).toMatch(/Warm mail\?[\s\S]*Prewarm will start mail and wait until all of it is ready\./);
    await bench.screenshot(join(results, 'tool-confirmation.png'));
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await outcome<{ error: string }>('warm')).error).toMatch(/cancel/i);
  });

  it('allowed, it is tried, and what came of it is told', async () => {
    await bench.command('Acme warm');
    const dialog = bench.page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: 30_000 });
    await dialog.getByRole('button', { name: 'Yes' }).click();
    const { error } = await outcome<{ error: string }>('warm');
    expect(error).toMatch(/invalid\.invalid|Docker|mail/);
    expect(error).not.toMatch(/^cancel/i);
  });

  it('the editor finds the MCP server of this workspace, and starts it', async () => {
    await bench.command('MCP: List Servers');
    const row = bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Prewarm' }).first();
    await row.waitFor({ timeout: 20_000 });
    await bench.screenshot(join(results, 'mcp-servers.png'));
    await row.click();
    const start = bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Start Server' }).first();
    await start.waitFor({ timeout: 10_000 });
    await start.click();
    // Its log, which the editor opens.
    await bench.page.locator('.output-view .view-lines', { hasText: 'Discovered 3 tools' }).waitFor({ timeout: 30_000 });
    await bench.screenshot(join(results, 'mcp-started.png'));
  });
});
