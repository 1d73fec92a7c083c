import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow, PERSONA } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');
const home = mkdtempSync(join(tmpdir(), 'prewarm-home-'));
const DAY_S = 86_400;
const SESSIONS = [
  ['git status', 'npm run lint', 'git diff --stat', 'psql -c "select 1"', 'npm test', 'git commit -am done'],
  ['ls docs', 'less docs/api.md', 'npx markdownlint docs', 'git log --oneline'],
];

/** What Bash keeps with HISTTIMEFORMAT set: two workflows, by turns, over three weeks. */
function bashHistory(): string {
  const today = Math.floor(Date.now() / 1000);
  return Array.from({ length: 24 }, (_, i) => i)
    .flatMap((i) => {
      const begin = today - (24 - i) * DAY_S;
      return (SESSIONS[i % 2] as readonly string[]).flatMap((line, n) => [`#${begin + n * 40}`, line]);
    })
    .join('\n');
}

let opened: PackagedWindow;
beforeAll(async () => {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.bash_history'), `${bashHistory()}\n`);
  // Compose, as a plugin of Docker, stays where it is.
  const env = { HOME: home, HISTFILE: '', DOCKER_CONFIG: process.env.DOCKER_CONFIG ?? join(homedir(), '.docker') };
  opened = await openPackagedWindow({ mode: undefined, history: 'none', env });
});
afterAll(async () => {
  await opened?.close();
  rmSync(home, { recursive: true, force: true });
});

describe('the first run', () => {
  it.skipIf(noDocker)(named('from the walkthrough by history and mode to the first warm database', noDocker), async () => {
    const { bench } = opened;
    const { page } = bench;
    await opened.loaded();
    expect(await bench.statusText()).toContain('learning');
    expect(opened.containers()).toEqual([]);

    await bench.command('Welcome: Open Walkthrough...');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Prewarm' }).first().click();
    const walkthrough = page.locator('.gettingStartedContainer');
    await walkthrough.getByRole('button', { name: 'Choose Histories…' }).first().waitFor({ timeout: 20_000 });
    await bench.screenshot(join(results, 'first-run-walkthrough.png'));
    await walkthrough.getByRole('button', { name: 'Choose Histories…' }).first().click();

    // Consent: nothing is read before OK, and what would be kept can be seen.
    const bash = page.locator('.quick-input-list .monaco-list-row', { hasText: '.bash_history' }).first();
    await bash.waitFor({ timeout: 20_000 });
    await bash.hover();
    await bash.locator('.codicon-eye').click();
    await page.locator('.tab.active', { hasText: 'Preview of' }).waitFor();
    await page.locator('.view-lines', { hasText: 'npm run lint' }).first().waitFor();
    await bench.screenshot(join(results, 'first-run-preview.png'));
    expect(opened.memory()).not.toHaveProperty('model');
    // The shell's own history is what most would choose.
    await page.locator('.quick-input-widget', { hasText: '1 Selected' }).waitFor();
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await page
      .locator('.notification-toast', { hasText: /persona/i })
      .first()
      .waitFor({ timeout: 30_000 });
    await bench.screenshot(join(results, 'first-run-personas.png'));

    await bench.command('Prewarm: Set Mode');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'auto' }).first().click();
    await opened.beginDatabaseWork();
    expect(await bench.statusText()).toMatch(PERSONA);
    await until(
      async () => /\d warm/.test(await bench.statusText()),
      90_000,
      () => `nothing became warm; its log:\n${opened.logs().join('\n')}`,
    );
    expect(opened.containers()).toEqual(['sample-shop-db-1']);
    await bench.screenshot(join(results, 'first-run-warm.png'));
  });
});
