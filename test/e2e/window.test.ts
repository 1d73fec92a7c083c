import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../harness/run.mjs';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, openPackagedWindow, type PackagedWindow, PERSONA } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');
const noPsql = (await has('psql')) ? undefined : 'psql is not installed: install the PostgreSQL client';

let opened: PackagedWindow;
beforeAll(async () => {
  opened = await openPackagedWindow();
});
afterAll(() => opened?.close());

describe('a real VS Code window with the packaged extension', () => {
  it('shows one status bar item, and lists its commands', async () => {
    const { bench } = opened;
    await until(async () => (await bench.statusText()) !== '', 60_000, 'no status bar item');
    await bench.page.keyboard.press('F1');
    for (const title of ['Warm Now', 'Cool Down', 'Why', 'Set Mode', 'Show Workflow', 'Show Log']) {
      await bench.page.locator('.quick-input-widget input').first().fill(`>Prewarm: ${title}`);
      await bench.page
        .locator('.quick-input-list .monaco-list-row', { hasText: `Prewarm: ${title}` })
        .first()
        .waitFor({ timeout: 5000 });
    }
    await bench.page.keyboard.press('Escape');
  });

  it('names the persona after three commands, and has the database ready before it is asked for', async () => {
    const { bench, journal } = opened;
    await opened.beginDatabaseWork();
    await until(async () => /\d warm/.test(await bench.statusText()), 60_000, 'nothing became warm');
    await bench.screenshot(join(results, 'warm-before-use.png'));
    expect(journal().some((a) => a.kind === 'connection.opened')).toBe(false);
  });

  it.skipIf(noPsql)(named('psql in the terminal connects with no set-up', noPsql), async () => {
    const { bench, journal } = opened;
    await opened.bench.openTerminal();
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
    const { bench } = opened;
    await bench.command('Prewarm: Show Workflow');
    const frame = bench.page.frameLocator('iframe.webview').first().frameLocator('iframe').first();
    await frame.locator('.node.warm').first().waitFor({ timeout: 20_000 });
    expect(await frame.locator('h1').innerText()).toMatch(PERSONA);
    await bench.screenshot(join(results, 'workflow.png'));
    await frame.getByRole('button', { name: 'Table' }).click();
    await frame.locator('table').waitFor();
    await bench.screenshot(join(results, 'workflow-table.png'));
  });

  it('activates quickly (median of 5 starts, reported)', async () => {
    const { bench, logs } = opened;
    for (let i = 0; i < 5; i++) {
      await opened.reload();
      await bench.page.waitForTimeout(1500);
    }
    const times = logs()
      .flatMap((text) => [...text.matchAll(/Activated in ([\d.]+) ms/g)].map((m) => Number(m[1])))
      .sort((a, b) => a - b);
    console.log(`activation, ms: ${times.join(', ')}; median ${times[Math.floor(times.length / 2)]}`);
    expect(times.length).toBeGreaterThanOrEqual(5);
  });
});
