import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');

let opened: PackagedWindow;
beforeAll(async () => {
  opened = await openPackagedWindow();
});
afterAll(() => opened?.close());

/** VS Code shows one web view in two frames; the inner one is ours, and it is another one after a reload. */
async function editor(): Promise<Frame> {
  const { page } = opened.bench;
  const find = async (): Promise<Frame | undefined> => {
    for (const frame of page.frames())
      if (
        (await frame
          .locator('.node')
          .count()
          .catch(() => 0)) > 0
      )
        return frame;
    return undefined;
  };
  return (await until(find, 60_000, 'the workflow is not drawn')) as Frame;
}

const redisContainers = () => opened.containers().filter((name) => name.startsWith('prewarm-scratch-'));

describe('the workflow editor in a real window', () => {
  it.skipIf(noDocker)(
    named('by keyboard alone: a container by its image comes, goes by undo, and all is there after a reload', noDocker),
    async () => {
      const { bench } = opened;
      const { page } = bench;
      const press = async (...keys: readonly string[]): Promise<void> => {
        for (const key of keys) await page.keyboard.press(key);
      };
      await until(async () => (await bench.statusText()) !== '', 60_000, 'no status bar item');
      await opened.beginDatabaseWork();
      await bench.command('Prewarm: Show Workflow');
      let view = await editor();
      const focused = (test: string) => view.evaluate((s) => document.activeElement?.matches(s) ?? false, test);
      const tabTo = async (test: string): Promise<void> => {
        for (let i = 0; i < 40; i++) {
          if (await focused(test)) return;
          await press('Tab');
        }
        throw new Error(`Tab does not reach ${test}`);
      };

      await tabTo('.node');
      await press('a');
      await view.locator('dialog[open]').waitFor();
      await until(() => focused('select'), 5000, 'the dialog has no focus');
      // The last of the list is any image.
      await press('End');
      await tabTo('input[placeholder]');
      await page.keyboard.type('redis:7');
      await press('Tab');
      // Not Ctrl+A, which goes by way of the workbench and comes too late for who types on.
      await press('Home', 'Shift+End');
      await page.keyboard.type('scratch');
      await tabTo('button[type=submit]');
      await press('Enter');
      await view.getByText('Starts scratch').waitFor({ timeout: 20_000 });
      await bench.screenshot(join(results, 'workflow-preview.png'));
      await tabTo('button[type=submit]');
      await press('Enter');
      await until(
        () => redisContainers().length === 1,
        60_000,
        async () => `no container; its log:\n${opened.logs().join('\n')}`,
      );
      const node = '.node[data-id$="/scratch"]';
      await view.locator(`${node}.warm`).waitFor({ timeout: 60_000 });
      await bench.screenshot(join(results, 'workflow-editor.png'));

      await until(
        () => focused(node),
        10_000,
        async () => `the focus is on ${await view.evaluate(() => document.activeElement?.outerHTML.slice(0, 300))}`,
      );
      await press('Control+z');
      await until(() => redisContainers().length === 0, 60_000, 'the container stays');
      await view.locator(node).waitFor({ state: 'detached' });
      await press('Control+y');
      await view.locator(`${node}.warm`).waitFor({ timeout: 60_000 });
      expect(redisContainers()).toHaveLength(1);
      await until(() => focused(node), 10_000, 'what came again has no focus');
      const order = () => view.locator('.node').evaluateAll((all) => all.map((n) => (n as HTMLElement).dataset.id));
      const added = await order();
      await press('Alt+ArrowRight');
      await until(
        async () => (await view.getByRole('status').innerText()).includes('Move scratch'),
        10_000,
        async () => `it says ${await view.getByRole('status').innerText()}`,
      );
      await until(async () => (await order()).join() !== added.join(), 10_000, 'it was not moved');
      const before = await order();
      await page.waitForTimeout(1500);

      await opened.reload();
      view = await editor();
      await view.locator(`${node}.warm`).waitFor({ timeout: 60_000 });
      await until(
        async () => (await view.locator(node).locator('.said').textContent())?.includes('always ready, added by you'),
        20_000,
        'it is not as it was',
      );
      expect(await order()).toEqual(before);
      expect(redisContainers()).toHaveLength(1);
      await bench.screenshot(join(results, 'workflow-reloaded.png'));
      await view.locator(node).focus();
      await press('Control+z', 'Control+z');
      await until(() => redisContainers().length === 0, 60_000, 'after the reload it cannot be undone');
    },
  );

  it.skipIf(noDocker)(
    named('by mouse alone: a container is added, connected and removed again, each step with its preview and its undo', noDocker),
    async () => {
      const { bench } = opened;
      const { page } = bench;
      await bench.command('Prewarm: Show Workflow');
      const view = await editor();
      const cache = '.node[data-id$="/redis"]';
      const containers = () => opened.containers().filter((name) => name.startsWith('prewarm-redis-'));
      const gone = (what: string) => until(() => containers().length === 0, 60_000, what);
      const apply = () => view.getByRole('button', { name: 'Apply' }).click();

      await view.getByRole('button', { name: 'Add…' }).click();
      await view.getByLabel('What').selectOption({ label: 'redis (redis:7)' });
      await view.getByRole('button', { name: 'Add', exact: true }).click();
      await view.getByText('Starts redis').waitFor({ timeout: 20_000 });
      await apply();
      await view.locator(`${cache}.warm`).waitFor({ timeout: 60_000 });
      expect(containers()).toHaveLength(1);

      const edges = await view.locator('.edge').count();
      await drag(view, `${cache} .port`, '.node[data-id$="/db"]');
      const preview = view.getByRole('button', { name: 'Apply' });
      await until(
        async () => (await preview.isVisible()) || (await view.locator('.edge').count()) > edges,
        10_000,
        'nothing was connected',
      );
      if (await preview.isVisible()) await preview.click();
      await until(async () => (await view.locator('.edge').count()) === edges + 1, 10_000, 'no edge was drawn');
      await bench.screenshot(join(results, 'workflow-connected.png'));

      await view.locator(cache).click();
      await view.getByRole('button', { name: 'Remove' }).click();
      await apply();
      await gone('what was removed is still there');

      const undo = view.getByRole('button', { name: 'Undo' });
      await undo.click();
      await view.locator(`${cache}.warm`).waitFor({ timeout: 60_000 });
      await undo.click();
      await until(async () => (await view.locator('.edge').count()) === edges, 10_000, 'the edge stays');
      await undo.click();
      await gone('what was undone is still there');
      await view.locator(cache).waitFor({ state: 'detached' });

      /** By hand, as a person does: press, move in steps, let go. */
      async function drag(from: Frame, what: string, onto: string): Promise<void> {
        const [a, b] = await Promise.all([from.locator(what).first().boundingBox(), from.locator(onto).first().boundingBox()]);
        if (!a || !b) throw new Error(`${what} or ${onto} is not in sight`);
        await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
        await page.mouse.down();
        await page.mouse.move(b.x + 20, b.y + 20, { steps: 12 });
        await page.mouse.up();
      }
    },
  );
});
