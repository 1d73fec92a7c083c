import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');

/** A profile whose pattern is misspelt. */
const DOCUMENT = `{
  "version": 1,
  "personas": [
    {
      "name": "Month end",
      "weight": 0.2, // a fifth of all sessions
      "edges": [],
      "engagement_patterns": [
        { "name": "reports", "time_window": "PT1H", "interaction_type": "query", "expected_volume": 400, "latency_target_ms": 800 }
      ],
      "resource_profiles": [
        { "pattern_name": "report", "cpu_cores": 4, "memory_gb": 8, "disk_io_ops": 2000, "network_bandwidth_mbps": 100 }
      ]
    }
  ]
}
`;

let opened: PackagedWindow;
beforeAll(async () => {
  opened = await openPackagedWindow({ mode: 'shadow', history: 'weeks' });
  await opened.loaded();
});
afterAll(() => opened?.close());

describe('demand in a real window', () => {
  it('is foreseen from the workspace’s history, each chart with its table, and said of what nothing is known', async () => {
    const { bench } = opened;
    await bench.command('Prewarm: Show Demand');
    const drawn = async (): Promise<Frame | undefined> => {
      for (const frame of bench.page.frames())
        if (
          (await frame
            .getByRole('heading', { level: 1, name: 'Demand' })
            .count()
            .catch(() => 0)) > 0 &&
          (await frame.locator('svg').count()) > 0
        )
          return frame;
      return undefined;
    };
    const view = (await until(drawn, 60_000, () => `nothing is foreseen; its log:\n${opened.logs().join('\n')}`)) as Frame;
    await bench.screenshot(join(results, 'demand.png'));
    expect(await view.locator('details', { hasText: 'Table' }).count()).toBeGreaterThanOrEqual(await view.locator('svg[role=img]').count());
  });

  it('a persona document is marked where it is wrong, mended by a quick fix, and taken in', async () => {
    const { bench } = opened;
    const { page } = bench;
    const file = join(opened.workspace, '.prewarm', 'personas.json');
    mkdirSync(join(opened.workspace, '.prewarm'), { recursive: true });
    writeFileSync(file, DOCUMENT);
    await bench.openFile('personas.json');
    await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
    await bench.screenshot(join(results, 'persona-document.png'));
    const fixes = page.locator('.action-widget', { hasText: 'Change to' }).first();
    // The problem opens in a widget of its own, which has to be there before the key is heard.
    const offered = async (): Promise<boolean> => {
      await page.locator('.monaco-editor .view-lines').first().click();
      await page.keyboard.press('F8');
      await page.waitForTimeout(500);
      await page.keyboard.press('Control+.');
      return fixes.waitFor({ timeout: 4000 }).then(
        () => true,
        () => false,
      );
    };
    await until(offered, 40_000, 'no quick fix is offered');
    await page.keyboard.press('Enter');
    await until(async () => (await page.locator('.squiggly-error').count()) === 0, 30_000, 'it is still marked');
    await page.keyboard.press('Control+S');
    await until(
      () => readFileSync(file, 'utf8').includes('"pattern_name": "reports"'),
      15_000,
      () => readFileSync(file, 'utf8'),
    );
    expect(readFileSync(file, 'utf8')).toContain('// a fifth of all sessions');
    await until(
      () => JSON.stringify(opened.memory()).includes('Month end'),
      60_000,
      () => `it was not taken in; its log:\n${opened.logs().join('\n')}`,
    );
  });
});
