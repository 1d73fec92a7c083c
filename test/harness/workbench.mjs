import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import { until } from './until.mjs';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
export const browserPath = () => process.env.PREWARM_BROWSER ?? BROWSERS.find((path) => existsSync(path));

export function launchBrowser(more = []) {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  });
}

/** A real VS Code window in a real browser, with the few moves that tests make in it; `language` is what a language pack would set. */
export async function openWorkbench(browser, url, { language = 'en' } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: [], locale: language });
  if (language !== 'en') await context.addInitScript((l) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: l }), language);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
  const status = page
    .locator('[id="prewarm.prewarm.prewarm.status"], [id="prewarm.prewarm.status"], .statusbar-item[id*="prewarm.status"]')
    .first();

  /**
   * A web view that has the focus keeps the key for itself: then the title bar takes it, and the key is pressed again. A modal editor,
   * as that of workspace trust, covers the title bar and goes by Escape.
   */
  async function openPalette(input) {
    for (let tries = 0; tries < 4; tries++) {
      await page.keyboard.press('F1');
      if (
        await input.waitFor({ timeout: 5000 }).then(
          () => true,
          () => false,
        )
      )
        return;
      if (await page.locator('.monaco-modal-editor-block').isVisible()) await page.keyboard.press('Escape');
      else await page.locator('.part.titlebar').click({ position: { x: 60, y: 5 } });
    }
    await input.waitFor();
  }

  async function command(title) {
    const input = page.locator('.quick-input-widget input').first();
    await openPalette(input);
    await input.fill(`>${title}`);
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await page.keyboard.press('Enter');
  }

  return {
    page,
    command,
    statusText: async () => ((await status.count()) > 0 ? (await status.innerText()).trim() : ''),
    status,
    async openFile(name) {
      await page.keyboard.press('Control+P');
      const input = page.locator('.quick-input-widget input').first();
      await input.waitFor();
      await input.fill(name);
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
      await page.waitForTimeout(400);
      await page.keyboard.press('Enter');
      await page.locator('.tab.active', { hasText: name }).first().waitFor();
      // What is pressed while it closes is lost.
      await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
    },
    /** Types into a terminal; resolves when it is ready to be typed into. */
    async openTerminal() {
      await command('Terminal: Create New Terminal');
      const active = page.locator('.terminal-wrapper.active');
      await active.locator('.xterm').first().waitFor({ timeout: 30_000 });
      await until(
        async () => /[#$%>❯]\s*$/m.test((await active.allInnerTexts()).join('').trim()),
        30_000,
        'the new terminal shows no prompt',
      );
      // The shell's integration comes a moment after its first prompt.
      await page.waitForTimeout(1500);
      await active.locator('textarea.xterm-helper-textarea').first().focus();
    },
    async type(line) {
      await page.keyboard.type(line, { delay: 4 });
      await page.keyboard.press('Enter');
    },
    /** What the terminal shows; it draws on a canvas unless asked for DOM, so tests set `terminal.integrated.gpuAcceleration` off. */
    terminalText: async () => (await page.locator('.xterm-rows').allInnerTexts()).join('\n').replaceAll('\u00a0', ' '),
    async screenshot(path) {
      mkdirSync(dirname(path), { recursive: true });
      await page.screenshot({ path });
    },
    waitFor: (condition, timeoutMs, what) => until(condition, timeoutMs, what),
  };
}
