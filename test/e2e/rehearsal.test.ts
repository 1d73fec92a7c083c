import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { openPackagedWindow, type PackagedWindow, PERSONA } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');

let opened: PackagedWindow;
beforeAll(async () => {
  mkdirSync(results, { recursive: true });
  opened = await openPackagedWindow({ mode: 'shadow', history: 'weeks' });
  await opened.loaded();
});
afterAll(() => opened?.close());

/** The rehearsal view's own frame, once these words are in it. */
async function viewWith(words: string | RegExp): Promise<Frame> {
  const found = async (): Promise<Frame | undefined> => {
    for (const frame of opened.bench.page.frames())
      if (
        (await frame
          .getByText(words)
          .count()
          .catch(() => 0)) > 0 &&
        (await frame.getByRole('button', { name: 'Show Rehearsal…' }).count()) > 0
      )
        return frame;
    return undefined;
  };
  return (await until(found, 90_000, () => `no rehearsal with ${words}; its log:\n${opened.logs().join('\n')}`)) as Frame;
}

const button = (view: Frame, name: string) => view.getByRole('button', { name, exact: true });
const input = () => opened.bench.page.locator('.quick-input-widget input:visible').first();
const rows = () => opened.bench.page.locator('.quick-input-list .monaco-list-row');

async function simulateAgain(view: Frame, typed: Readonly<Record<string, string>>): Promise<void> {
  if (!(await view.getByLabel('Duration').isVisible())) await view.locator('.form > summary').click();
  for (const [label, text] of Object.entries(typed)) await view.getByLabel(label, { exact: true }).fill(text);
  await button(view, 'Simulate').click();
}

describe('a rehearsal in a real window', () => {
  it('of learnt personas begins when they are picked, and shows what came of it', async () => {
    const { bench } = opened;
    await bench.command('Prewarm: Simulate…');
    await rows().filter({ hasText: 'Those of a persona document…' }).waitFor({ timeout: 30_000 });
    expect(await rows().count()).toBeGreaterThan(1);
    // One that only runs commands has nothing to rehearse alone.
    const database = rows().filter({ hasText: PERSONA }).first();
    if ((await database.getAttribute('aria-checked')) !== 'true') await database.click();
    await bench.page.keyboard.press('Enter');
    const view = await viewWith('Not saved.');
    expect(await view.getByRole('heading', { level: 1 }).textContent()).toMatch(/^Rehearsal of .+/);
    expect(await view.locator('.charts > section').count()).toBe(5);
    await bench.screenshot(join(results, 'rehearsal.png'));
  });

  it('is simulated again with another scale and seed', async () => {
    const view = await viewWith('Not saved.');
    await simulateAgain(view, { Scale: '2', Seed: '7' });
    await until(async () => /Scale× 2.*Seed7/.test((await view.locator('.facts').first().textContent()) ?? ''), 90_000, 'it is as before');
  });

  it('that takes long is cancelled, and what was there stays', async () => {
    const view = await viewWith('Not saved.');
    await simulateAgain(view, { Duration: '366d', Scale: '1000', Replications: '1000' });
    await button(view, 'Cancel').click();
    await view.getByText('Stopped; nothing was kept of it.').waitFor({ timeout: 15_000 });
    expect(await view.locator('.facts').first().textContent()).toMatch(/Scale× 2.*Seed7/);
  });

  it('is saved under a name, and stands beside the one before', async () => {
    const { bench } = opened;
    const view = await viewWith('Stopped; nothing was kept of it.');
    await button(view, 'Save…').click();
    await input().fill('Twice as many');
    await bench.page.keyboard.press('Enter');
    await viewWith('Saved as “Twice as many”.');
    await button(view, 'Compare with…').click();
    await rows().filter({ hasText: 'of this session' }).first().click();
    await view.locator('.comparison').waitFor({ timeout: 15_000 });
    expect(await view.locator('.comparison').textContent()).toMatch(/Scale× 1× 2/);
    await bench.screenshot(join(results, 'rehearsal-compared.png'));
  });

  it('is there again after the window is loaded anew, and in the list', async () => {
    const { bench } = opened;
    await opened.reload();
    const view = await viewWith('Saved as “Twice as many”.');
    expect(await view.locator('.charts > section').count()).toBe(5);
    await bench.command('Prewarm: Show Rehearsal…');
    await rows().filter({ hasText: 'Twice as many' }).click();
    await viewWith('Saved as “Twice as many”.');
  });
});
