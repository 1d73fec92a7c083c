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
});
