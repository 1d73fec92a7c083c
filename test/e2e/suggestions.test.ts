import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { DATABASE_WORK, named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');
const DB = 'compose:sample-shop/db';

let opened: PackagedWindow | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** A window that has just asked whether to warm the database. */
async function asked() {
  const window = await openPackagedWindow({ mode: 'suggest' });
  opened = window;
  await window.loaded();
  await window.beginDatabaseWork();
  const { page } = window.bench;
  const toast = page.locator('.notification-toast', { hasText: 'Warm db now?' });
  await toast.waitFor({ timeout: 20_000 });
  const answer = async (button: string): Promise<void> => {
    await toast.locator('.monaco-button', { hasText: button }).first().click();
    await toast.waitFor({ state: 'detached' });
  };
  /** The reason for what is done about the database now, as “Why” shows it. */
  const why = async (): Promise<string> => {
    await window.bench.command('Prewarm: Why');
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: 'db' }).first();
    await row.waitFor();
    const text = await row.innerText();
    await page.keyboard.press('Escape');
    return text;
  };
  /** Works on for as long as a suggestion took before, and says whether there was another one. */
  const askedAgain = async (): Promise<boolean> => {
    await window.bench.openTerminal();
    const before = window.journal().length;
    for (const line of DATABASE_WORK) {
      await window.bench.type(line);
      await page.waitForTimeout(1200);
    }
    await until(() => window.journal().length > before + 2, 20_000, 'nothing more was heard');
    return (await toast.count()) > 0;
  };
  return { window, toast, answer, why, askedAgain };
}

describe.skipIf(noDocker)(named('a suggestion in a real window', noDocker), () => {
  it('“Warm” warms it, and what is warm is not suggested again', async () => {
    const { window, answer, why, askedAgain } = await asked();
    await window.bench.screenshot(join(results, 'suggestion.png'));
    expect(window.containers()).toEqual([]);
    await answer('Warm');
    await until(async () => /1 warm/.test(await window.bench.statusText()), 90_000, 'it was not warmed');
    expect(window.containers()).toEqual(['sample-shop-db-1']);
    expect(window.memory().feedback?.[DB]?.verdict).toBe('asked');
    expect(await why()).toMatch(/you asked/i);
    expect(await askedAgain()).toBe(false);
  });

  it('“Not now” is asked no more in this session', async () => {
    const { window, answer, why, askedAgain } = await asked();
    await answer('Not now');
    await until(() => window.memory().feedback?.[DB]?.verdict === 'not-now', 10_000, 'it was not learnt');
    expect(await why()).toMatch(/not now/i);
    expect(await askedAgain()).toBe(false);
    expect(window.containers()).toEqual([]);
  });

  it('“Never” is asked no more at all, not after a reload either', async () => {
    const { window, answer, why, askedAgain } = await asked();
    await answer('Never');
    await until(() => window.memory().feedback?.[DB]?.verdict === 'never', 10_000, 'it was not learnt');
    expect(await why()).toMatch(/never/i);
    await window.reload();
    expect(await askedAgain()).toBe(false);
    expect(await why()).toMatch(/never/i);
    expect(window.containers()).toEqual([]);
  });
});
