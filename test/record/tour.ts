import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openPackagedWindow, PERSONA } from '../e2e/packagedWindow.ts';
import { say } from '../harness/run.mjs';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { animation } from './animation.mjs';

const PICTURES = join(ROOT, 'resources', 'readme');
/** As wide as a marketplace page shows it, so that it is not scaled. */
const SIZE = { width: 1120, height: 700 };
/** Name of the picture → the label of VS Code's theme, and the class that the workbench has then. */
const THEMES = {
  dark: ['Dark 2026', 'vs-dark'],
  light: ['Light 2026', 'vs'],
  'hc-dark': ['Dark High Contrast', 'hc-black'],
  'hc-light': ['Light High Contrast', 'hc-light'],
} as const;
type Theme = keyof typeof THEMES;

// A prompt that names neither the user nor the machine.
const opened = await openPackagedWindow({ history: 'weeks', env: { PROMPT_COMMAND: "PS1='\\W$ '" } });
const { bench } = opened;
const { page } = bench;
const film = createFilm(page);
try {
  await page.setViewportSize(SIZE);
  await tour();
  const gif = animation(film.pictures());
  writeFileSync(join(PICTURES, 'tour.gif'), gif);
  say(`tour.gif: ${film.pictures().length} pictures, ${Math.round(gif.length / 1000)} kB`);
} catch (error) {
  await bench.screenshot(join(ROOT, 'test-results', 'tour-failed.png'));
  console.error(opened.logs().join('\n'));
  throw error;
} finally {
  await film.pause();
  await opened.close();
}

/** Each scene is filmed, then pictured in every theme. */
async function tour(): Promise<void> {
  await until(async () => (await bench.statusText()).includes('learning'), 60_000, 'the status bar did not come up');
  const secondary = page.locator('.part.auxiliarybar');
  if (await secondary.isVisible()) await bench.command('View: Toggle Secondary Side Bar Visibility');
  await bench.command('Focus on Prewarm View');

  await bench.command('Welcome: Open Walkthrough');
  await page.locator('.quick-input-widget input').first().fill('Prewarm');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await page.locator('.getting-started-step, .step-title').first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(1500);
  await pictured('first-run');

  film.roll();
  await caption('Work as you always do …');
  await bench.openFile('server.mjs');
  await bench.openTerminal();
  // As in the recorded history's work on the API.
  for (const line of ['git status', 'npm run lint', 'git diff --stat']) {
    await bench.type(line);
    await page.waitForTimeout(1500);
  }
  await until(async () => /\d+%/.test(await bench.statusText()), 60_000, 'no persona was recognised');
  await caption('… Prewarm recognises the workflow, and the database is warm before you ask');
  await until(async () => /\d warm/.test(await bench.statusText()), 90_000, 'nothing became warm');
  await page.waitForTimeout(1500);
  await pictured('warm');

  film.roll();
  await caption('psql connects at once, with no set-up');
  await bench.openFile('db.mjs');
  await bench.openTerminal();
  await bench.type('psql -c "select count(*) from orders"');
  await until(async () => /\(\d+ rows?\)/.test(await bench.terminalText()), 30_000, 'psql did not answer');
  await page.waitForTimeout(1500);
  await pictured('psql');

  film.roll();
  await caption('What follows what, what is warm, and why');
  await bench.command('View: Close Panel');
  await bench.command('View: Toggle Primary Side Bar Visibility');
  await bench.command('Prewarm: Show Workflow');
  const frame = page.frameLocator('iframe.webview').first().frameLocator('iframe').first();
  await frame.locator('.node.warm').first().waitFor({ timeout: 20_000 });
  await frame.locator('.node.warm').first().click();
  await page.waitForTimeout(1500);
  await pictured('workflow');

  film.roll();
  await caption('What you did not have to wait for stands in the ledger');
  await showLedger();
  await page.waitForTimeout(2000);
  await pictured('ledger');

  film.roll();
  await caption('How much will be needed, and when');
  await bench.command('Prewarm: Show Demand');
  const demand = page.frameLocator('iframe.webview').last().frameLocator('iframe').first();
  await demand
    .getByRole('button', { name: 'Week' })
    .or(demand.getByRole('radio', { name: 'Week' }))
    .first()
    .click();
  await demand.locator('svg').first().waitFor({ timeout: 30_000 });
  await page.waitForTimeout(3000);
  await pictured('demand');

  await bench.command('Prewarm: Simulate…');
  const personas = page.locator('.quick-input-list .monaco-list-row');
  const database = personas.filter({ hasText: PERSONA }).first();
  await database.waitFor({ timeout: 20_000 });
  if ((await database.getAttribute('aria-checked')) !== 'true') await database.click();
  await page.keyboard.press('Enter');
  const rehearsal = page.frameLocator('iframe.webview').last().frameLocator('iframe').first();
  await rehearsal.locator('svg').first().waitFor({ timeout: 90_000 });
  await page.waitForTimeout(2000);
  await pictured('rehearsal');
}

async function showLedger(): Promise<void> {
  await bench.command('Prewarm: Show Ledger');
  const frame = page.frameLocator('iframe.webview').last().frameLocator('iframe').first();
  await frame.locator('h1').first().waitFor({ timeout: 20_000 });
}

async function pictured(name: string): Promise<void> {
  await film.pause();
  await caption('');
  for (const theme of Object.keys(THEMES) as Theme[]) {
    await previewed(theme, async () => {
      await bench.screenshot(join(PICTURES, `${name}-${theme}.png`));
    });
  }
  say(`${name}: ${Object.keys(THEMES).length} pictures`);
}

/** The picker shows a theme without setting it: an edit of the settings would be an activity of the session. It is out of sight meanwhile. */
async function previewed(theme: Theme, shoot: () => Promise<void>): Promise<void> {
  const [label, mark] = THEMES[theme];
  // A web view that has the focus would keep the keys for itself.
  await page.locator('.part.titlebar').click({ position: { x: 60, y: 5 } });
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+T');
  const picker = page.locator('.quick-input-widget').first();
  const input = picker.locator('input').first();
  await input.waitFor();
  await input.fill(label);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().waitFor({ timeout: 15_000 });
  await page.locator(`.monaco-workbench.${mark}`).first().waitFor({ timeout: 15_000 });
  await picker.evaluate((element: HTMLElement) => element.style.setProperty('clip-path', 'inset(100%)', 'important'));
  await page.waitForTimeout(1000);
  await shoot();
  await picker.evaluate((element: HTMLElement) => element.style.removeProperty('clip-path'));
  await input.press('Escape');
  await picker.waitFor({ state: 'hidden' });
  await page.waitForTimeout(500);
}

/** A line over the window, for the film only. */
async function caption(text: string): Promise<void> {
  await page.evaluate((words: string) => {
    const id = 'tour-caption';
    const line = document.getElementById(id) ?? document.body.appendChild(Object.assign(document.createElement('div'), { id }));
    line.textContent = words;
    Object.assign(line.style, {
      display: words ? 'block' : 'none',
      position: 'fixed',
      left: '50%',
      top: '3px',
      transform: 'translateX(-50%)',
      padding: '5px 22px',
      borderRadius: '8px',
      background: '#e8702a',
      color: '#ffffff',
      font: '600 16px system-ui, sans-serif',
      whiteSpace: 'nowrap',
      zIndex: '100000',
      pointerEvents: 'none',
    });
  }, text);
}

/** A few pictures of the window a second, while it rolls; time stands still while it does not. */
function createFilm(of: Page) {
  const taken: { readonly png: Buffer; readonly at: number }[] = [];
  let clock = 0;
  let rolling = false;
  let shooting: Promise<void> = Promise.resolve();
  async function shoot(): Promise<void> {
    let last = Date.now();
    while (rolling) {
      const png = await of.screenshot();
      clock += Date.now() - last;
      last = Date.now();
      if (!taken.at(-1)?.png.equals(png)) taken.push({ png, at: clock });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return {
    roll(): void {
      if (rolling) return;
      rolling = true;
      shooting = shoot();
    },
    async pause(): Promise<void> {
      rolling = false;
      await shooting;
    },
    pictures: () => taken,
  };
}
