import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { createWorkflowMessages } from '../../src/host/vscode/workflowMessages.ts';
import { createDevelopersWorld, idOf, lineOf, MINUTE } from '../app/developersWorld.ts';
import { until } from '../harness/until.mjs';
import { launchBrowser } from '../harness/workbench.mjs';
import { buildWebview, openWebview } from './openWebview.ts';
import { THEMES, type Theme } from './themes.ts';

const RESULTS = join(import.meta.dirname, '..', '..', 'test-results', 'webview');
const REDIS = 'docker:shop/redis';

let browser: Browser;
let files: Awaited<ReturnType<typeof buildWebview>>;
beforeAll(async () => {
  [browser, files] = await Promise.all([launchBrowser(), buildWebview('workflow')]);
});
afterAll(() => browser?.close());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The web view over a whole app in virtual time, in a session of the workflow that uses two databases; the second needs the first. */
async function opened(theme: Theme = 'dark') {
  const world = createDevelopersWorld({ dependsOn: [[], [0], []], memoryMb: [100, 100, 100], budgetMb: 4096 });
  const { app } = await world.open();
  closing.push(() => app.dispose());
  const settle = () => world.time.until(app.settle(), 30 * MINUTE);
  await settle();
  app.record({ type: 'command', at: world.time.now(), did: 'started', line: lineOf(0), confidence: 'high' });
  await settle();
  // The page may speak before it can be posted to.
  let view: Awaited<ReturnType<typeof openWebview>> | undefined;
  const early: object[] = [];
  const messages = createWorkflowMessages(
    async () => app,
    // The page may be closed already.
    (message) => void (view ? view.post(message).catch(() => {}) : early.push(message)),
  );
  const hear = async (raw: unknown): Promise<void> => {
    await messages.answer(raw);
    await settle();
    messages.show(app);
  };
  view = await openWebview(browser, files, {
    theme,
    height: 640,
    answer: (raw) => {
      void hear(raw);
      return [];
    },
  });
  for (const message of early) await view.post(message);
  closing.push(() => (view as { page: Page }).page.close());
  const { page, complaints: problems, axe } = view;
  const node = (id: string) => page.locator(`.node[data-id="${id}"]`);
  await node(idOf(0)).waitFor();
  return { world, app, page, problems, axe, node, settle, said: () => page.getByRole('status').innerText() };
}

const rungOf = (app: App, id: string) => app.state().resources.find((r) => r.resource.id === id)?.rung;
const eventually = (what: string, condition: () => unknown) => until(async () => condition(), 10_000, what);

describe('editing by mouse', () => {
  it('adds from the catalogue, connects by dragging, reorders by dragging, removes, and takes it all back', async () => {
    const { app, page, node, problems } = await opened();
    await page.getByRole('button', { name: 'Add…' }).click();
    await page.getByLabel('What').selectOption({ label: 'redis (redis:7)' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Starts redis').waitFor();
    await page.screenshot({ path: join(RESULTS, 'preview.png') });
    expect(rungOf(app, REDIS)).toBeUndefined();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.locator(`.node.warm[data-id="${REDIS}"]`).waitFor();
    expect(rungOf(app, REDIS)).toBe('ready');

    await node(REDIS).hover();
    const port = await node(REDIS).locator('.port').boundingBox();
    const target = await node(idOf(0)).boundingBox();
    await page.mouse.move((port?.x ?? 0) + 6, (port?.y ?? 0) + 6);
    await page.mouse.down();
    await page.mouse.move((target?.x ?? 0) + 20, (target?.y ?? 0) + 20, { steps: 4 });
    await page.mouse.up();
    await eventually('no connection', () => app.state().edits.overlay.edges.some((e) => e.from === REDIS && e.to === idOf(0)));
    const apply = page.getByRole('button', { name: 'Apply' });
    if (await apply.isVisible()) await apply.click();

    const from = await node(REDIS).boundingBox();
    const behind = await node(idOf(0)).boundingBox();
    await page.mouse.move((from?.x ?? 0) + 40, (from?.y ?? 0) + 20);
    await page.mouse.down();
    await page.mouse.move((behind?.x ?? 0) + (behind?.width ?? 0) + 30, (behind?.y ?? 0) + 20, { steps: 4 });
    await page.mouse.up();
    await eventually('not moved', () => app.state().edits.overlay.moves.some((m) => m.resource === REDIS && m.after === idOf(0)));

    await node(REDIS).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Stops redis').waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await node(REDIS).waitFor({ state: 'detached' });
    expect(rungOf(app, REDIS)).toBeUndefined();
    for (let i = 0; i < 4; i++) await page.getByRole('button', { name: 'Undo' }).click();
    await eventually('not all undone', () => app.state().edits.undo === undefined);
    await node(REDIS).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  it('pins, sets the memory and connects in the details; a circle is refused in words', async () => {
    const { app, page, node, said } = await opened();
    await node(idOf(0)).click();
    await page.getByLabel('Keep it').selectOption('always');
    const apply = page.getByRole('button', { name: 'Apply' });
    await until(async () => (await apply.isVisible()) || app.state().edits.overlay.pins.length > 0, 10_000, 'neither asked nor done');
    if (await apply.isVisible()) await apply.click();
    await eventually('not pinned', () => app.state().edits.overlay.pins.some((p) => p.resource === idOf(0) && p.rung === 'always'));
    await node(idOf(0)).locator('.pin', { hasText: 'always ready' }).waitFor();
    await page.getByLabel('Memory, MB').fill('333');
    await page.getByRole('button', { name: 'Set' }).click();
    await eventually('no requirement', () => app.state().edits.overlay.requirements[0]?.memoryBytes === 333 * 2 ** 20);
    await node(idOf(1)).click();
    await page.getByLabel('Leads to').selectOption(idOf(0));
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await until(
      async () => /circle/.test(await said()),
      5000,
      async () => `it says ${await said()}`,
    );
  });

  it('what is chosen stays in sight when its details open beside it', async () => {
    const { page } = await opened();
    await page.setViewportSize({ width: 900, height: 600 });
    const last = page.locator('.node').last();
    await last.focus();
    await last.press('Enter');
    await page.getByRole('button', { name: 'Remove' }).waitFor();
    await until(
      async () => {
        const [frame, box] = await Promise.all([page.locator('.frame').boundingBox(), last.boundingBox()]);
        return frame && box && box.x >= frame.x && box.x + box.width <= frame.x + frame.width;
      },
      5000,
      async () => JSON.stringify([await page.locator('.frame').boundingBox(), await last.boundingBox()]),
    );
  });

  it('pans and zooms without the components', async () => {
    const { page } = await opened();
    const transform = () => page.locator('.layer').evaluate((e) => (e as HTMLElement).style.transform);
    const frame = await page.locator('.frame').boundingBox();
    const from =
      /translate\((.*)px, (.*)px\)/
        .exec(await transform())
        ?.slice(1)
        .map(Number) ?? [];
    const [x, y] = [(frame?.x ?? 0) + 700, (frame?.y ?? 0) + 400];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y - 30, { steps: 3 });
    await page.mouse.up();
    const moved = `translate(${(from[0] ?? 0) + 60}px, ${(from[1] ?? 0) - 30}px)`;
    await until(async () => (await transform()).includes(moved), 3000, transform);
    await page.mouse.wheel(0, 400);
    await until(async () => !(await transform()).includes('scale(1)'), 3000, transform);
  });
});

describe('editing by keyboard alone', () => {
  it('adds, connects, reorders, pins, removes, undoes and redoes; the focus is never lost; a reload finds all as it was', async () => {
    const { app, page, node, said, problems } = await opened();
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focusedId = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id);
    const tabTo = async (selector: string): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        await press('Tab');
        if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo('.node');
    await press('a');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SELECT');
    await page.keyboard.type('redis');
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    await page.getByText('Starts redis').waitFor();
    await tabTo('button.primary');
    await press('Enter');
    await node(REDIS).waitFor();
    await until(
      async () => (await focusedId()) === REDIS,
      5000,
      async () => `the focus is on ${await focusedId()}`,
    );
    expect(rungOf(app, REDIS)).toBe('ready');
    expect(await said()).toMatch(/Add redis/);

    await press('c');
    expect(await said()).toMatch(/Connect redis/);
    await press('End');
    const first = await focusedId();
    await press('Escape');
    expect(await said()).toMatch(/Nothing was connected/);
    expect(first).not.toBe(REDIS);
    for (let i = 0; i < 20 && (await focusedId()) !== idOf(0); i++) await press(i % 4 === 3 ? 'ArrowRight' : 'ArrowDown');
    await press('c');
    await page.evaluate((id) => document.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus(), REDIS);
    await press('Enter');
    const apply = page.getByRole('button', { name: 'Apply' });
    await until(async () => (await apply.isVisible()) || app.state().edits.overlay.edges.length > 0, 5000, 'neither asked nor connected');
    if (await apply.isVisible()) {
      await tabTo('button.primary');
      await press('Enter');
    }
    await eventually('no connection', () => app.state().edits.overlay.edges.some((e) => e.to === REDIS && e.edge));

    await until(
      async () => (await focusedId()) === REDIS,
      5000,
      async () => `the focus is on ${await focusedId()}`,
    );
    await press('Alt+ArrowLeft');
    await eventually('not moved', () => app.state().edits.overlay.moves.some((m) => m.resource === REDIS));
    await press('Enter');
    await page.getByRole('heading', { name: 'redis' }).waitFor();
    await eventually('the details have no focus', () => page.evaluate(() => document.activeElement?.id === 'details-title'));
    await press('Escape');
    expect(await focusedId()).toBe(REDIS);

    await press('Delete');
    await page.getByText('Stops redis').waitFor();
    await tabTo('button.primary');
    await press('Enter');
    await node(REDIS).waitFor({ state: 'detached' });
    await until(async () => (await focusedId()) !== undefined, 5000, 'the focus is lost');
    await press('Control+z');
    await node(REDIS).waitFor();
    await press('Control+y');
    await node(REDIS).waitFor({ state: 'detached' });
    await press('Control+z');
    await node(REDIS).waitFor();
    await press('+', '+');
    await until(async () => /scale\(1\.56/.test((await page.locator('.layer').getAttribute('style')) ?? ''), 3000, 'not zoomed');
    await page.waitForTimeout(300);

    await page.reload();
    await node(REDIS).waitFor();
    expect(await page.locator('.layer').getAttribute('style')).toMatch(/scale\(1\.56/);
    expect(await node(REDIS).locator('.said').textContent()).toMatch(/^redis, cache, ready, \d+% likely.*always ready, added by you/);
    expect(problems).toEqual([]);
  });

  it('does the same in the table', async () => {
    const { app, page } = await opened();
    await page.getByRole('button', { name: 'Table' }).focus();
    await page.keyboard.press('Enter');
    const row = page.locator(`button.name[data-id="${idOf(0)}"]`);
    await row.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await row.focus();
    await page.keyboard.press('p');
    const apply = page.getByRole('button', { name: 'Apply' });
    await until(async () => (await apply.isVisible()) || app.state().edits.overlay.pins.length > 0, 5000, 'neither asked nor pinned');
    if (await apply.isVisible()) await apply.press('Enter');
    await eventually('not pinned', () => app.state().edits.overlay.pins.some((p) => p.resource === idOf(0)));
    await page.keyboard.press('Control+z');
    await eventually('not undone', () => app.state().edits.overlay.pins.length === 0);
  });
});

describe.each(Object.keys(THEMES) as Theme[])('the %s theme', (theme) => {
  it('has no violation of accessibility rules: graph, details, table and every dialog', async () => {
    const { page, axe } = await opened(theme);
    const check = async (what: string): Promise<void> => {
      await page.screenshot({ path: join(RESULTS, `${theme}-${what}.png`) });
      expect(await axe(), what).toEqual([]);
    };
    await check('graph');
    await page.locator('.node').first().focus();
    await page.locator(`.node[data-id="${idOf(0)}"]`).click();
    await page.getByRole('button', { name: 'Why' }).click();
    await page.locator('.why li').first().waitFor();
    await check('details');
    await page.getByRole('button', { name: 'Table' }).click();
    await check('table');
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('dialog').waitFor();
    await check('keys');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add…' }).click();
    await page.getByLabel('What').selectOption({ label: 'redis (redis:7)' });
    await page.getByRole('textbox', { name: 'Image' }).waitFor();
    await check('add');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Starts redis').waitFor();
    await check('preview');
  });
});

describe('words', () => {
  it('are translated by what the editor hands in, and never taken for markup', async () => {
    const words = { 'Loading…': 'Lädt … <b>"&' };
    const { page } = await openWebview(browser, files, { theme: 'dark', words, answer: () => [] });
    closing.push(() => page.close());
    await page.getByText('Lädt … <b>"&').waitFor();
  });
});
