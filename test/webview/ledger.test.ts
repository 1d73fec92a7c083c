import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/index.ts';
import type { Comparison } from '../../src/show/ledger.ts';
import { parseFromLedger } from '../../src/show/ledgerProtocol.ts';
import { browserPath, launchBrowser } from '../harness/workbench.mjs';
import { COMPARED, months, shadow, viewOf } from './ledgerFixture.ts';
import { buildWebview, openWebview, type Webview } from './openWebview.ts';
import { THEMES, type Theme } from './themes.ts';

const PICTURES = join(import.meta.dirname, '..', '..', 'test-results', 'webview');
const there = browserPath() !== undefined;
const NOTHING: Comparison = { uses: 0, policies: [], eagerness: [] };

describe.skipIf(!there)(`the ledger’s page${there ? '' : ' (skipped: no Chromium or Chrome was found) '}`, () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildWebview>>;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [browser, built] = await Promise.all([launchBrowser(), buildWebview('ledger')]);
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(entries: readonly LedgerEntry[], compared: Comparison, more: Partial<Parameters<typeof openWebview>[2]> = {}) {
    const view = await openWebview(browser, built, {
      theme: 'dark',
      width: 1100,
      answer: (raw) => {
        const message = parseFromLedger(raw);
        if (message?.type === 'span') return [{ type: 'ledger', view: viewOf(entries, message.span) }];
        return message ? [{ type: 'comparison', comparison: compared }] : [];
      },
      ...more,
    });
    await view.page.locator('.headline').waitFor();
    return view;
  }
  async function close(view: Webview): Promise<void> {
    expect(view.complaints).toEqual([]);
    await view.page.close();
  }

  describe.each(Object.keys(THEMES) as Theme[])('in the theme %s', (theme) => {
    it.each([
      ['full', 1100, months(), COMPARED],
      ['full', 340, months(), COMPARED],
      ['shadow', 700, shadow(), NOTHING],
      ['empty', 1100, [], NOTHING],
      ['empty', 340, [], NOTHING],
    ] as const)('%s, %i wide, breaks no rule of accessibility and nothing overflows', async (what, width, entries, compared) => {
      const view = await open(entries, compared, {
        theme,
        width,
        state: { span: 30, tables: what === 'full' ? ['saved', 'policies'] : [] },
      });
      await view.page.locator(what === 'empty' ? '.empty' : 'footer button:enabled').waitFor();
      await view.page.screenshot({ path: join(PICTURES, `ledger-${what}-${theme}-${width}.png`), fullPage: true });
      expect(await view.axe()).toEqual([]);
      expect(await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      await close(view);
    });
  });

  it('says in words what the charts show, and every chart has its table', async () => {
    const view = await open(months(), COMPARED);
    const { page } = view;
    expect(await page.locator('.headline').textContent()).toBe(viewOf(months(), 7).headline);
    const charts = page.locator('section');
    expect(await charts.count()).toBe(6);
    for (const chart of await charts.all()) {
      expect(await chart.locator('svg[role=img]').first().getAttribute('aria-label')).toMatch(/\d/);
      await chart.locator('summary').click();
      expect(await chart.locator('tbody tr').count()).toBeGreaterThan(2);
    }
    const days = viewOf(months(), 7).days.filter((d) => d.hits > 0);
    const first = page.locator('section').first().locator('tbody tr');
    expect(await first.count()).toBe(days.length);
    expect(await first.first().locator('th').textContent()).toBe(days.at(-1)?.day);
    await close(view);
  });

  it('draws a bar for what there was, and none for what there was not', async () => {
    const view = await open(months(), COMPARED);
    const hits = viewOf(months(), 7).days;
    const chart = view.page.locator('section', { hasText: 'Hits and misses' }).locator('figure > svg');
    expect(await chart.locator('rect.good').count()).toBe(hits.filter((d) => d.hits > 0).length);
    expect(await chart.locator('rect.hollow').count()).toBe(hits.filter((d) => d.misses > 0).length);
    await close(view);
  });

  it('in a mode that starts nothing it draws what would have been', async () => {
    const view = await open(shadow(), NOTHING);
    expect(await view.page.locator('.headline').textContent()).toMatch(/^Nothing was warmed on a prediction/);
    const would = viewOf(shadow(), 7).days.filter((d) => d.would.hits > 0).length;
    expect(await view.page.locator('section', { hasText: 'Time saved' }).locator('figure > svg rect.dashed').count()).toBe(would);
    await close(view);
  });

  it('looks at other days by keyboard, and keeps that and the open tables for its next life', async () => {
    const view = await open(months(), COMPARED);
    const { page } = view;
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page
      .getByText(/in 30 days/)
      .first()
      .waitFor();
    expect(view.sent.filter((m) => m.type === 'span')).toEqual([
      { type: 'span', span: 7 },
      { type: 'span', span: 30 },
    ]);
    await page.getByText('Table: Time saved').click();
    await expect.poll(() => view.kept()).toMatchObject({ span: 30, tables: ['saved'] });
    const kept = (await view.kept()) as object;
    await close(view);
    const next = await open(months(), COMPARED, { state: kept });
    expect(await next.page.getByRole('button', { name: '30 days' }).getAttribute('aria-pressed')).toBe('true');
    expect(await next.page.locator('section details[open]').count()).toBe(1);
    expect(next.sent[0]).toEqual({ type: 'span', span: 30 });
    await close(next);
  });

  it('says what will be here where there is nothing yet, and begins when there is', async () => {
    const view = await open([], NOTHING);
    expect(await view.page.locator('.empty').textContent()).toMatch(/Here will be.*The first line is written when/);
    expect(await view.page.locator('section').count()).toBe(0);
    await view.post({ type: 'ledger', view: viewOf(months(), 7) });
    await view.page.locator('section').first().waitFor();
    expect(await view.page.getByText('Nothing was used here yet').count()).toBe(1);
    await close(view);
  });

  it('compares anew when asked', async () => {
    const view = await open(months(), COMPARED);
    await view.page.getByRole('button', { name: 'Compare again' }).click();
    await expect.poll(() => view.sent.filter((m) => m.type === 'compare').length).toBe(2);
    await close(view);
  });
});

it.each([
  [
    { type: 'span', span: 7 },
    { type: 'span', span: 7 },
  ],
  [{ type: 'compare', more: 1 }, { type: 'compare' }],
  [{ type: 'span', span: 8 }, undefined],
  [{ type: 'span', span: '7' }, undefined],
  [{ type: 'span' }, undefined],
  [{ type: 'erase' }, undefined],
  ['compare', undefined],
  [null, undefined],
  [undefined, undefined],
])('a message of the page %j is read as %j', (raw, message) => expect(parseFromLedger(raw)).toEqual(message));
