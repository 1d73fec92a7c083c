import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeptRehearsal } from '../../src/app/rehearsals/keptRehearsal.ts';
import { type RehearsalWork, rehearsed } from '../../src/app/rehearsals/rehearsed.ts';
import { failed, ok, type Result } from '../../src/domain/index.ts';
import { openSavedRehearsals, type SavedRehearsals } from '../../src/host/node/rehearsals/savedRehearsals.ts';
import {
  createRehearsalMessages,
  type ExportTexts,
  type OfferedRehearsal,
  type RehearsalMessageOptions,
} from '../../src/host/vscode/rehearsal/rehearsalMessages.ts';
import { english } from '../../src/show/translate.ts';
import type { RehearsalResult } from '../../src/simulate/result/result.ts';
import { keptRehearsal, WORK } from '../app/rehearsals/kept.ts';
import { browserPath, launchBrowser } from '../harness/workbench.mjs';
import { buildWebview, openWebview, type Webview } from './openWebview.ts';
import { THEMES, type Theme } from './themes.ts';

const PICTURES = join(import.meta.dirname, '..', '..', 'test-results', 'webview');
const there = browserPath() !== undefined;
const DB = 'compose:shop/db';

describe.skipIf(!there)(`the rehearsal view’s page${there ? '' : ' (skipped: no Chromium or Chrome was found) '}`, () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildWebview>>;
  let calm: KeptRehearsal;
  let overloaded: KeptRehearsal;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [browser, built] = await Promise.all([launchBrowser(), buildWebview('rehearsal')]);
    calm = await keptRehearsal('Calm');
    overloaded = await keptRehearsal('Overloaded', {
      scale: 20,
      rung: 'created',
      rungs: { [DB]: 'ready' },
      faults: [{ do: 'slow', of: DB, value: '20ms' }],
    });
  }, 120_000);
  afterAll(() => browser?.close());

  let storage: string;
  let saved: SavedRehearsals;
  beforeEach(() => {
    storage = mkdtempSync(join(tmpdir(), 'prewarm-rehearsals-'));
    saved = openSavedRehearsals(storage);
    return () => rmSync(storage, { recursive: true, force: true });
  });

  interface Told {
    readonly view: Webview;
    readonly messages: ReturnType<typeof createRehearsalMessages>;
    readonly works: readonly RehearsalWork[];
    /** Of rehearsals that were called off. */
    readonly ended: readonly RehearsalWork[];
    readonly offered: readonly OfferedRehearsal[][];
  }

  /** The page with the host's own answers; what is saved stands in a folder. */
  async function open(ports: Partial<RehearsalMessageOptions> = {}, more: Partial<Parameters<typeof openWebview>[2]> = {}): Promise<Told> {
    const works: RehearsalWork[] = [];
    const ended: RehearsalWork[] = [];
    const offered: OfferedRehearsal[][] = [];
    const waiting: object[] = [];
    let post = (message: object): Promise<void> => {
      waiting.push(message);
      return Promise.resolve();
    };
    let ids = 0;
    const messages = createRehearsalMessages({
      saved,
      askName: async (name) => name,
      pick: async (all) => {
        offered.push([...all]);
        return all[0]?.id;
      },
      exportTo: async () => undefined,
      choose: () => {},
      list: () => {},
      handlers: {},
      send: (message) => void post(message),
      last: { get: () => undefined, set: () => {} },
      now: () => Date.UTC(2026, 10, 28, 9, ids),
      newId: () => `made-${++ids}`,
      t: english,
      ...ports,
      rehearse: (work, options) => {
        works.push(work);
        options.signal.addEventListener('abort', () => ended.push(work));
        return ports.rehearse ? ports.rehearse(work, options) : quickly(work);
      },
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
    return { view, messages, works, ended, offered };
  }

  const quickly = (work: RehearsalWork): Promise<Result<RehearsalResult>> =>
    rehearsed({ ...work, durationMs: 2000, replications: 2 }, { pause: async () => {}, cancelled: () => false });
  const never = (): Promise<Result<RehearsalResult>> => new Promise(() => {});
  const subject = { document: WORK.document, practices: [] };
  const sectionOf = (page: Page, name: string): Locator =>
    page.locator('section', { has: page.getByRole('heading', { name, exact: true }) });
  const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
  async function close({ complaints, page }: Webview): Promise<void> {
    expect(complaints).toEqual([]);
    await page.close();
  }
  /** With these saved; the first is shown. */
  async function showing(all: readonly KeptRehearsal[], ports: Partial<RehearsalMessageOptions> = {}, more: object = {}): Promise<Told> {
    for (const one of all) expect(await saved.save(one)).toMatchObject({ ok: true });
    const told = await open(ports, { state: { saved: all[0]?.id, tables: [], isFormOpen: false }, ...more });
    await told.view.page.locator('.headline').first().waitFor();
    return told;
  }

  describe.each(Object.keys(THEMES) as Theme[])('in the theme %s', (theme) => {
    async function looked(view: Webview, what: string, width: number): Promise<void> {
      await view.page.screenshot({ path: join(PICTURES, `rehearsal-${what}-${theme}-${width}.png`), fullPage: true });
      expect(await view.axe()).toEqual([]);
      expect(await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      await close(view);
    }
    const handlers = { apply: async () => ok('Applied.') };

    it.each([1100, 340])('full, compared, with its form, %i wide, breaks no rule of accessibility and nothing overflows', async (width) => {
      const { view } = await showing(
        [overloaded, calm],
        { handlers },
        { theme, width, state: { saved: 'overloaded', tables: ['waits', 'work'], isFormOpen: true } },
      );
      await button(view.page, 'Add a Fault').click();
      await button(view.page, 'Compare with…').click();
      await view.page.locator('.comparison').waitFor();
      await looked(view, 'full', width);
    });

    it.each([
      ['calm', 700, 'seen'],
      ['busy', 340, 'busy'],
      ['failing', 700, 'failed'],
      ['empty', 340, 'nothing'],
    ] as const)('%s, %i wide, breaks no rule of accessibility and nothing overflows', async (what, width, standing) => {
      const more = { theme, width };
      const { view } = what === 'empty' ? await open({}, more) : await showing([calm], { rehearse: never }, more);
      if (what === 'busy') {
        await view.page.locator('.form > summary').click();
        await button(view.page, 'Simulate').click();
      }
      if (what === 'failing') await view.post({ type: 'failed', message: 'Scale must be a number above 0, up to 1000000, not “x”.' });
      await view.page.locator(`.standing.${standing}`).waitFor();
      await looked(view, what, width);
    });
  });

  it('begins at once with what is usual, shows how far it is, then what came of it, and it is not saved', async () => {
    let finish: (result: Result<RehearsalResult>) => void = () => {};
    const { view, messages, works } = await open({
      rehearse: (_work, { progress }) => {
        progress(0.4);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const { page } = view;
    void messages.begin(subject);
    await page.getByText('Rehearsing Shopper').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.4');
    expect(works).toMatchObject([{ durationMs: 600_000, scale: 1, seed: 1, rung: 'ready' }]);
    finish(ok(calm.result));
    await page.getByRole('heading', { level: 1, name: 'Rehearsal of Shopper' }).waitFor();
    await page.getByText('Not saved.').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await view.kept()).not.toHaveProperty('view');
    await close(view);
  });

  it('says in words what charts show, and every chart has its table', async () => {
    const { view } = await showing([overloaded]);
    const { page } = view;
    const charts = page.locator('.charts > section');
    expect(await charts.locator('h2').allTextContents()).toEqual([
      'Latency, end to end',
      'Share of time in use',
      'Queue length',
      'Waits',
      'Time of a visit',
    ]);
    for (const chart of await charts.all()) {
      const label = await chart.locator('svg[role=img]').getAttribute('aria-label');
      await chart.locator('summary').click();
      const rows = await chart.locator('tbody tr').all();
      expect(rows.length).toBeGreaterThanOrEqual(4);
      for (const row of rows) {
        expect(label).toContain(await row.locator('th').textContent());
        expect(label).toContain(await row.locator('td').first().textContent());
      }
    }
    for (const path of await page.locator('.whisker').all()) expect(await path.getAttribute('d')).toMatch(/^[\d. MHv]+$/);
    await close(view);
  });

  it('names the setting, figures with intervals, causes, advice with before and after, practices', async () => {
    const { view } = await showing([overloaded]);
    const { page } = view;
    const texts = async (name: string): Promise<string> => (await sectionOf(page, name).textContent()) ?? '';
    expect(await texts('Setting')).toMatch(
      /PersonasShopper.*Scale× 20.*Seed3.*all: created, compose:shop\/db: ready.*compose:shop\/db slower by 20ms/,
    );
    expect(await texts('Figures, with their 95 % intervals')).toMatch(/Throughput[\d.]+\/s \(.+ – .+\).*Errors.*Memory.*Cost/);
    expect(await texts('What goes wrong, the worst first')).toMatch(/ of compose:shop\/.*It costs an interaction/);
    expect(await texts('What would help, by what it is worth')).toMatch(/Against .*p95.+ → .*Gain.*\$ an hour.*Cost/);
    expect(await texts('Practices that do not hold')).toMatch(/should be at most/);
    expect(await texts('Practices for these personas')).toMatch(/share of time in use at most/);
    expect(await texts('Calls')).toContain('compose:shop/api → compose:shop/db');
    expect(await texts('Engagement patterns')).toContain('Shopper: look');
    expect(await page.getByText(/NaN|undefined|null/).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Apply/ }).count()).toBe(0);
    await close(view);
  });

  it('has a button for what the host can do about advice, and tells of which', async () => {
    const applied: string[] = [];
    const { view } = await showing([overloaded], {
      handlers: {
        apply: async ({ text }) => {
          applied.push(text);
          return ok('It was applied.');
        },
      },
    });
    await view.page
      .getByRole('button', { name: /^Apply/ })
      .first()
      .click();
    await view.page.getByText('It was applied.').waitFor();
    expect(applied).toEqual([overloaded.result.advice[0]?.text]);
    await close(view);
  });

  it('is simulated again with what is changed by keyboard, as the command line would', async () => {
    const { view, works } = await showing([calm]);
    const { page } = view;
    await page.locator('.form > summary').press('Enter');
    await page.getByLabel('Duration').fill('3m');
    await page.getByLabel('Scale').fill('2,5');
    await page.getByLabel('Start', { exact: true }).fill('2026-11-30T09:00');
    await page.getByLabel('Seed').fill('7');
    await page.getByLabel('Replications').fill('4');
    await page.getByLabel('Warm at the start', { exact: true }).selectOption('created');
    await page.getByLabel(DB, { exact: true }).selectOption('paused');
    await button(page, 'Add a Fault').click();
    await page.getByLabel('Resource', { exact: true }).selectOption(DB);
    await page.getByLabel('Fault', { exact: true }).selectOption('fail');
    await page.getByLabel('How much').fill('5%');
    await page.getByLabel('How much').press('Enter');
    await page.getByText('Not saved.').waitFor();
    expect(works).toMatchObject([
      {
        durationMs: 180_000,
        scale: 2.5,
        startAt: Date.UTC(2026, 10, 30, 9),
        seed: 7,
        replications: 4,
        rung: 'created',
        rungs: { [DB]: 'paused' },
        faults: [{ do: 'fail', of: DB, value: '5%' }],
      },
    ]);
    expect(await sectionOf(page, 'Setting').textContent()).toContain('compose:shop/db fails in 5%');
    expect(await page.getByLabel('Scale').inputValue()).toBe('2.5');
    await close(view);
  });

  it('says what is wrong with what was typed, and leaves it there', async () => {
    const { view, works } = await showing([calm]);
    const { page } = view;
    await page.locator('.form > summary').click();
    await page.getByLabel('Duration').fill('soon');
    await button(page, 'Simulate').click();
    expect(await page.getByRole('alert').textContent()).toContain('Duration “soon” is no length of time.');
    expect(await page.getByLabel('Duration').inputValue()).toBe('soon');
    expect(works).toEqual([]);
    await close(view);
  });

  it('is called off, and what was there stays', async () => {
    const { view, ended } = await showing([calm], { rehearse: never });
    const { page } = view;
    await page.locator('.form > summary').click();
    await button(page, 'Simulate').click();
    await button(page, 'Cancel').click();
    await page.getByText('Stopped; nothing was kept of it.').waitFor();
    expect(ended.length).toBe(1);
    expect(await page.locator('.charts > section').count()).toBe(5);
    await close(view);
  });

  it('is saved under a name, and there again after a reload', async () => {
    const { view, messages } = await open({ askName: async () => 'Black Friday' });
    await messages.begin(subject);
    await button(view.page, 'Save…').click();
    await view.page.getByText('Saved as “Black Friday”.').waitFor();
    await expect.poll(() => view.kept()).toMatchObject({ saved: 'made-1' });
    const state = (await view.kept()) as object;
    await close(view);
    const { view: next } = await open({}, { state });
    await next.page.getByText('Saved as “Black Friday”.').waitFor();
    expect(next.sent).toEqual([{ type: 'ready', saved: 'made-1' }]);
    await close(next);
  });

  it('is there again where the editor lost what the page kept; one that was deleted meanwhile is not asked for', async () => {
    let id: string | undefined;
    const last = { get: () => id, set: (next: string | undefined) => void (id = next) };
    const { view, messages } = await open({ askName: async () => 'Black Friday', last });
    await messages.begin(subject);
    await button(view.page, 'Save…').click();
    await expect.poll(() => id).toBe('made-1');
    await close(view);
    const { view: next } = await open({ last });
    await next.page.getByText('Saved as “Black Friday”.').waitFor();
    await close(next);
    id = 'gone';
    const { view: none } = await open({ last });
    await none.page.getByText('Here will be how personas fare').waitFor();
    await close(none);
  });

  it('that is gone after a reload says so', async () => {
    const { view } = await open({}, { state: { saved: 'gone', tables: [], isFormOpen: false } });
    expect(await view.page.getByRole('alert').textContent()).toContain('This rehearsal is not saved here, or was deleted.');
    await close(view);
  });

  it('stands beside another: of the session, saved, or a file; differences and whether intervals separate', async () => {
    const { view, messages, offered } = await open({}, { state: { tables: [], isFormOpen: false } });
    await saved.save(overloaded);
    await messages.begin(subject);
    await messages.begin(subject);
    const { page } = view;
    await button(page, 'Compare with…').click();
    const comparison = page.locator('.comparison');
    await comparison.waitFor();
    expect(offered[0]?.map(({ name, where }) => [name, where])).toEqual([
      ['Shopper 1', 'session'],
      ['Overloaded', 'saved'],
    ]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('comparison-title');
    expect(await comparison.locator('.headline').textContent()).toMatch(/^0 of \d+ figures differ beyond chance/);
    await button(page, 'Close Comparison').click();
    expect(await comparison.count()).toBe(0);
    await close(view);

    const { view: filed } = await showing([calm], {
      pick: async () => ({ name: 'there.json', text: JSON.stringify(overloaded.result) }),
    });
    await button(filed.page, 'Compare with…').click();
    const rows = filed.page.locator('.comparison section', { hasText: 'What only one of them has' }).locator('tbody tr');
    expect(await rows.filter({ hasText: 'latency p95' }).textContent()).toMatch(/latency p95.+-\d.+ %yes$/);
    expect(await rows.filter({ hasText: `${DB}: share of time in use` }).count()).toBe(1);
    await close(filed);
  });

  it('is exported as JSON that the command line compares, as CSV and as Markdown', async () => {
    const written: ExportTexts[] = [];
    const { view } = await showing([overloaded], {
      exportTo: async (_name, texts) => {
        written.push(texts);
        return ok('/there.md');
      },
    });
    await button(view.page, 'Export…').click();
    await view.page.getByText('Exported to /there.md.').waitFor();
    const [texts] = written;
    expect(JSON.parse(texts?.json() ?? '')).toEqual(overloaded.result);
    expect(texts?.csv()).toMatch(/^resource,utilization/);
    const markdown = texts?.md() ?? '';
    expect(markdown).toMatch(
      /^# Rehearsal of Shopper\n\n[\s\S]*## Setting[\s\S]*## Waits[\s\S]*\| compose:shop\/db \|[\s\S]*## What would help/,
    );
    await close(view);
  });

  it('tells of what could not be done', async () => {
    const { view } = await showing([calm], { exportTo: async () => failed('storage-failed', 'never', '/full could not be written.') });
    await button(view.page, 'Export…').click();
    expect(await view.page.getByRole('alert').textContent()).toContain('/full could not be written.');
    await close(view);
  });

  it('forgets what is erased', async () => {
    const { view, messages, offered } = await showing([calm]);
    messages.forget();
    await view.page.locator('.standing.nothing').waitFor();
    expect(await view.page.locator('.charts').count()).toBe(0);
    await expect.poll(() => view.kept()).not.toMatchObject({ saved: 'calm' });
    expect(offered).toEqual([]);
    await close(view);
  });
});
