import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest, nls, nlsTranslations } from '../contributions/manifest.ts';
import { until } from '../harness/until.mjs';
import { startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser, openWorkbench } from '../harness/workbench.mjs';
import { copySample, ROOT } from '../harness/workspace.mjs';

const german = new Map(nlsTranslations).get('de') ?? {};
const temp = mkdtempSync(join(tmpdir(), 'prewarm-german-'));
let code: Awaited<ReturnType<typeof startVsCode>>;
let browser: Awaited<ReturnType<typeof launchBrowser>>;
let bench: Awaited<ReturnType<typeof openWorkbench>>;

beforeAll(async () => {
  const folder = await copySample(temp);
  // In shadow mode nothing is started and no port is opened.
  code = await startVsCode({ dataFolder: join(temp, 'code'), folder, development: ROOT, settings: { 'prewarm.mode': 'shadow' } });
  browser = await launchBrowser();
  bench = await openWorkbench(browser, code.url, { language: 'de' });
});
afterAll(async () => {
  await browser?.close();
  await code?.stop();
  rmSync(temp, { recursive: true, force: true });
});

describe('a window in German', () => {
  it('the status bar', () =>
    until(async () => (await bench.statusText()).includes('lernt'), 60_000, 'the status bar does not say “lernt”'));

  it('the commands', async () => {
    const input = bench.page.locator('.quick-input-widget input').first();
    await bench.page.keyboard.press('F1');
    await input.waitFor();
    // Some are offered at their time only, such as the end of a pause.
    const { commandPalette = [] } = manifest.contributes.menus;
    const seldom = new Set(commandPalette.map(({ command }) => command));
    for (const { command, title } of manifest.contributes.commands) {
      if (seldom.has(command)) continue;
      const key = title.replaceAll('%', '');
      await input.fill(`>${nls[key]}`);
      await bench.page
        .locator('.quick-input-list .monaco-list-row', { hasText: `Prewarm: ${german[key]}` })
        .first()
        .waitFor({ timeout: 5000 });
    }
    await bench.page.keyboard.press('Escape');
  });

  it('the workflow, which is a web view', async () => {
    await bench.command('Prewarm: Arbeitsablauf anzeigen');
    const frame = bench.page.frameLocator('iframe.webview').first().frameLocator('iframe').first();
    await frame.getByRole('button', { name: 'Tabelle' }).click();
    await frame.locator('table').waitFor();
    expect(await frame.locator('h1').innerText()).toBe('Noch keine Persona');
    expect(await frame.locator('thead').innerText()).toMatch(/Zustand/i);
    expect(await frame.locator('html').getAttribute('lang')).toBe('de');
    await bench.screenshot(join(ROOT, 'test-results', 'german.png'));
  });
});
