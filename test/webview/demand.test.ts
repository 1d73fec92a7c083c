import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ahead, DemandReport, EngagementPattern, Result } from '../../src/domain/index.ts';
import { failed, ok } from '../../src/domain/index.ts';
import { createDemandMessages, type DemandPort } from '../../src/host/vscode/demandMessages.ts';
import { browserPath, launchBrowser } from '../harness/workbench.mjs';
import { busyReport, CLOCK, report, viewOf } from '../show/demandFixture.ts';
import { buildWebview, openWebview, type Webview } from './openWebview.ts';
import { THEMES, type Theme } from './themes.ts';

const PICTURES = join(import.meta.dirname, '..', '..', 'test-results', 'webview');
const there = browserPath() !== undefined;
const SILENT = busyReport('day').silent;

describe.skipIf(!there)(`the demand view’s page${there ? '' : ' (skipped: no Chromium or Chrome was found) '}`, () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildWebview>>;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [browser, built] = await Promise.all([launchBrowser(), buildWebview('demand')]);
  }, 60_000);
  afterAll(() => browser?.close());

  interface Told {
    readonly view: Webview;
    /** What the app was told to expect, in order. */
    readonly expected: readonly (readonly [string, EngagementPattern])[];
    /** Looks that were called off. */
    readonly ended: readonly Ahead[];
  }

  /** The page with the host's own answers over a made-up app. */
  async function open(foresee: DemandPort['foresee'], more: Partial<Parameters<typeof openWebview>[2]> = {}): Promise<Told> {
    const expected: [string, EngagementPattern][] = [];
    const ended: Ahead[] = [];
    const waiting: object[] = [];
    let post = (message: object): Promise<void> => {
      waiting.push(message);
      return Promise.resolve();
    };
    const messages = createDemandMessages({
      open: async () => ({
        foresee: (ahead, signal) => {
          signal?.addEventListener('abort', () => ended.push(ahead));
          return foresee(ahead, signal);
        },
        expect: async (persona, pattern) => ok(expected.push([persona, pattern])),
      }),
      send: (message) => void post(message),
      clock: () => CLOCK,
    });
    const view = await openWebview(browser, built, {
      theme: 'dark',
      width: 1100,
      answer: (message) => {
        void messages.answer(message);
        return [];
      },
      ...more,
    });
    post = view.post;
    for (const message of waiting) await view.post(message);
    return { view, expected, ended };
  }
  const seen = async (ahead: Ahead): Promise<Result<DemandReport>> => ok(busyReport(ahead));
  const nothing = async (ahead: Ahead): Promise<Result<DemandReport>> => ok(report([], { ahead, silent: SILENT }));
  const never = (): Promise<Result<DemandReport>> => new Promise(() => {});
  const failing = async (): Promise<Result<DemandReport>> => failed('unsupported', 'never', 'Demand is not foreseen here.');
  async function close({ complaints, page }: Webview): Promise<void> {
    expect(complaints).toEqual([]);
    await page.close();
  }
  const chartOf = (page: Page, name: string) => page.locator('section', { has: page.getByRole('heading', { name, exact: true }) });

  describe.each(Object.keys(THEMES) as Theme[])('in the theme %s', (theme) => {
    const kept = { ahead: 'day', view: viewOf(busyReport('day')) };
    const id = encodeURIComponent('persona:p1:persona:p1');
    const edit = { chart: 'persona:p1:persona:p1', persona: 'p1', windowMs: 86_400_000, before: 43, after: 60 };
    it.each([
      ['full', 1100, seen, '.charts', { tables: [id], edits: [edit] }],
      ['full', 340, seen, '.charts', { tables: [id], edits: [edit] }],
      ['week', 700, seen, '.charts', { ahead: 'week' }],
      ['empty', 1100, nothing, '.empty', {}],
      ['empty', 340, nothing, '.empty', {}],
      ['busy', 1100, never, '.standing.busy', kept],
      ['busy', 340, never, '.standing.busy', {}],
      ['failing', 1100, failing, '.standing.failed', kept],
      ['failing', 340, failing, '.standing.failed', {}],
    ] as const)('%s, %i wide, breaks no rule of accessibility and nothing overflows', async (what, width, foresee, shown, state) => {
      const { view } = await open(foresee, { theme, width, state });
      await view.page.locator(shown).waitFor();
      await view.page.screenshot({ path: join(PICTURES, `demand-${what}-${theme}-${width}.png`), fullPage: true });
      expect(await view.axe()).toEqual([]);
      expect(await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      await close(view);
    });
  });

  it('says in words what the charts show, and every chart has its table', async () => {
    const { view } = await open(seen);
    const { page } = view;
    const { charts, headline } = viewOf(busyReport('day'));
    await page.locator('.charts').waitFor();
    expect(await page.locator('.headline').textContent()).toBe(headline);
    for (const { subject, says, measure, forecast, history } of charts) {
      const chart = chartOf(page, subject.name);
      expect(await chart.locator('svg[role=img]').getAttribute('aria-label')).toBe([`${subject.name}, ${measure}.`, ...says].join(' '));
      for (const words of says) expect(await chart.getByText(words, { exact: true }).count()).toBe(1);
      await chart.locator('summary').click();
      await expect.poll(() => chart.locator('tbody tr').count()).toBe(forecast.length + history.length);
    }
    expect(await chartOf(page, 'Of these nothing is said').locator('dd').allTextContents()).toEqual(SILENT.map((s) => s.because));
    await close(view);
  });

  it('draws what there is: lines, interval, events, marks with their reason, what can be served', async () => {
    const { view } = await open(seen);
    const { page } = view;
    await page.locator('.charts').waitFor();
    const drawn = async (name: string) => {
      const plot = chartOf(page, name).locator('.plot');
      const count = (what: string): Promise<number> => plot.locator(what).count();
      return {
        band: await count('.band'),
        planned: await count('.planned'),
        mark: await count('.mark'),
        capacity: await count('.capacity'),
      };
    };
    expect(await drawn('Backend with database')).toEqual({ band: 1, planned: 2, mark: 1, capacity: 0 });
    expect(await drawn('db')).toEqual({ band: 1, planned: 2, mark: 0, capacity: 1 });
    expect(await page.locator('.plot .mark title').textContent()).toContain('Sessions were 14 where about 5 were expected.');
    expect(await page.locator('.plot .planned title').allTextContents()).toContain('Release 2.4, tomorrow 09:00');
    for (const path of await page.locator('.plot path').all()) expect(await path.getAttribute('d')).toMatch(/^M[\d. LMhlZ-]+$/);
    await close(view);
  });

  it('reads the step that is pointed at', async () => {
    const { view } = await open(seen);
    const chart = chartOf(view.page, 'Backend with database');
    await chart.locator('.plot .mark').hover({ force: true });
    expect(await chart.locator('.reading').textContent()).toMatch(/^Fri 27 Nov, 13:00: 14 sessions\. Sessions were 14/);
    await view.page.locator('h1').hover();
    expect(await chart.locator('.reading').textContent()).toBe('Sessions per hour');
    await close(view);
  });

  it('looks further by keyboard, filters by kind, and keeps that and the open tables for its next life', async () => {
    const { view } = await open(seen);
    const { page } = view;
    await page.locator('.charts').waitFor();
    await page.getByRole('button', { name: 'Hour' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page
      .getByText(/In the next week about/)
      .first()
      .waitFor();
    expect(view.sent).toEqual([
      { type: 'look', ahead: 'day' },
      { type: 'look', ahead: 'week' },
    ]);
    await page.getByRole('button', { name: 'Resources' }).press('Enter');
    await page.getByText('Table: db').click();
    expect(await page.locator('.charts > section h2').allTextContents()).toEqual(['db']);
    await expect
      .poll(() => view.kept())
      .toMatchObject({
        ahead: 'week',
        kind: 'resource',
        tables: [encodeURIComponent('resource:compose:shop/db:resource:compose:shop/db')],
      });
    const kept = (await view.kept()) as object;
    await close(view);
    const { view: next } = await open(never, { state: kept });
    expect(await next.page.locator('.charts > section h2').allTextContents()).toEqual(['db']);
    expect(await next.page.locator('.charts details[open]').count()).toBe(1);
    expect(await next.page.getByRole('status').first().textContent()).toContain('Looking a week ahead…');
    expect(next.sent).toEqual([{ type: 'look', ahead: 'week' }]);
    await close(next);
  });

  it('is called off, and what was there stays', async () => {
    let looks = 0;
    const { view, ended } = await open((ahead) => (looks++ === 0 ? seen(ahead) : never()));
    const { page } = view;
    await page.locator('.charts').waitFor();
    await page.getByRole('button', { name: 'Week' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped. As of Fri 27 Nov, 15:00.').waitFor();
    expect(ended).toEqual(['week']);
    expect(await page.getByRole('button', { name: 'Day' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('.charts > section').count()).toBe(4);
    await close(view);
  });

  it('says why it failed, and tries again', async () => {
    let looks = 0;
    const { view } = await open((ahead) => (looks++ === 0 ? failing() : seen(ahead)));
    expect(await view.page.getByRole('alert').textContent()).toContain('This can’t be foreseen: Demand is not foreseen here.');
    await view.page.getByRole('button', { name: 'Try Again' }).click();
    await view.page.locator('.charts').waitFor();
    expect(await view.page.getByRole('alert').count()).toBe(0);
    await close(view);
  });

  it('says what will be here where there is nothing yet, and why', async () => {
    const { view } = await open(nothing);
    expect(await view.page.locator('.empty').textContent()).toMatch(/Here will be.*A forecast needs a past/);
    expect(await view.page.getByText(SILENT[0]?.because ?? '').count()).toBe(1);
    await close(view);
  });

  describe('how many sessions to expect', () => {
    const volume = viewOf(busyReport('day')).charts[0]?.expectation?.volume ?? 0;
    const field = (page: Page) => chartOf(page, 'Backend with database').getByLabel('Sessions expected in all');
    const handle = (page: Page) => page.getByRole('slider', { name: 'Expected sessions of Backend with database' });
    const volumes = ({ expected }: Told): readonly unknown[] => expected.map(([persona, p]) => [persona, p.expectedVolume, p.windowMs]);
    const DAY = 86_400_000;

    it('is dragged up by the line’s handle, drawn, and undone by its button', async () => {
      const told = await open(seen);
      const { page } = told.view;
      const box = await handle(page).boundingBox();
      if (!box) throw new Error('There is no handle.');
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x, y - 20, { steps: 4 });
      await page.screenshot({ path: join(PICTURES, 'demand-dragged.png') });
      expect(told.expected).toEqual([]);
      const meanwhile = Number(await handle(page).getAttribute('aria-valuenow'));
      expect(meanwhile).toBeGreaterThan(volume);
      await page.mouse.up();
      await expect.poll(() => volumes(told)).toEqual([['p1', meanwhile, DAY]]);
      expect(await chartOf(page, 'Backend with database').locator('.plot .said').count()).toBe(1);
      expect(await field(page).inputValue()).toBe(String(meanwhile));
      expect(await page.getByText(`instead of ${volume}`).count()).toBe(1);
      await page.getByRole('button', { name: /^Undo.*Backend/ }).click();
      await expect
        .poll(() => volumes(told))
        .toEqual([
          ['p1', meanwhile, DAY],
          ['p1', volume, DAY],
        ]);
      expect(await field(page).inputValue()).toBe(String(volume));
      expect(await page.locator('.plot .said').count()).toBe(0);
      await close(told.view);
    });

    it('is not changed by a click on the handle, wherever it is hit', async () => {
      const told = await open(seen);
      const { page } = told.view;
      for (const position of [
        { x: 2, y: 3 },
        { x: 9, y: 11 },
      ])
        await handle(page).click({ position });
      expect(await handle(page).getAttribute('aria-valuenow')).toBe(String(volume));
      expect(told.expected).toEqual([]);
      await close(told.view);
    });

    it('is moved by arrow keys, told when the key is let go, and undone by Ctrl+Z', async () => {
      const told = await open(seen);
      const { page } = told.view;
      await handle(page).focus();
      await page.keyboard.down('ArrowUp');
      await page.keyboard.down('ArrowUp');
      expect(told.expected).toEqual([]);
      await page.keyboard.up('ArrowUp');
      await expect.poll(() => volumes(told)).toEqual([['p1', volume + 2, DAY]]);
      expect(await handle(page).getAttribute('aria-valuetext')).toBe(`${volume + 2} sessions`);
      await page.keyboard.press('PageDown');
      await expect.poll(() => volumes(told).at(-1)).toEqual(['p1', volume, DAY]);
      await page.keyboard.press('Control+z');
      await expect.poll(() => volumes(told).at(-1)).toEqual(['p1', volume + 2, DAY]);
      await page.keyboard.press('Control+z');
      await expect.poll(() => volumes(told).at(-1)).toEqual(['p1', volume, DAY]);
      expect(await page.getByText('instead of').count()).toBe(0);
      await close(told.view);
    });

    it('is let go without a word by Escape', async () => {
      const told = await open(seen);
      const { page } = told.view;
      await handle(page).focus();
      await page.keyboard.down('ArrowUp');
      await page.keyboard.press('Escape');
      await page.keyboard.up('ArrowUp');
      expect(await handle(page).getAttribute('aria-valuenow')).toBe(String(volume));
      expect(told.expected).toEqual([]);
      await close(told.view);
    });

    it('is typed into a field, which takes whole numbers only, and is there after a reload', async () => {
      const told = await open(seen);
      const { page } = told.view;
      for (const nonsense of ['-3', '1.5', '']) {
        await field(page).fill(nonsense);
        await field(page).press('Enter');
        await expect.poll(() => field(page).inputValue()).toBe(String(volume));
      }
      expect(told.expected).toEqual([]);
      await field(page).fill('52');
      await field(page).press('Enter');
      await expect.poll(() => volumes(told)).toEqual([['p1', 52, DAY]]);
      const kept = (await told.view.kept()) as object;
      await close(told.view);
      const next = await open(seen, { state: kept });
      await expect.poll(() => field(next.view.page).inputValue()).toBe('52');
      expect(await handle(next.view.page).getAttribute('aria-valuenow')).toBe('52');
      await close(next.view);
    });

    it('is offered for sessions of personas, and for nothing else', async () => {
      const { view } = await open(seen);
      await view.page.locator('.charts').waitFor();
      expect(await view.page.getByRole('slider').count()).toBe(2);
      expect(await view.page.getByRole('spinbutton').count()).toBe(2);
      await close(view);
    });
  });
});
