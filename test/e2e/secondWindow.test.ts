import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

let opened: PackagedWindow;
beforeAll(async () => {
  opened = await openPackagedWindow();
});
afterAll(() => opened?.close());

describe('a second window of the same workspace', () => {
  it.skipIf(noDocker)(named('meets at the same container, hears what was said in the first, and leaves it warm', noDocker), async () => {
    const { bench } = opened;
    await opened.loaded();
    await opened.beginDatabaseWork();
    const isWarm = async (window: typeof bench): Promise<boolean> => /1 warm/.test(await window.statusText());
    await until(
      () => isWarm(bench),
      90_000,
      () => `nothing became warm; its log:\n${opened.logs().join('\n')}`,
    );

    const second = await opened.openAnother();
    await until(
      () => isWarm(second),
      60_000,
      async () => `the second says ${await second.statusText()}; the logs:\n${opened.logs().join('\n')}`,
    );
    expect(opened.containers()).toEqual(['sample-shop-db-1']);

    // Said in the second; what the first writes afterwards does not undo it.
    await second.command('Prewarm: Never');
    await second.page.locator('.quick-input-list .monaco-list-row', { hasText: 'cache' }).first().click();
    const isSaid = (): boolean => opened.memory().feedback?.['compose:sample-shop/cache']?.verdict === 'never';
    await until(isSaid, 10_000, 'it was not kept');
    await bench.command('Prewarm: Always');
    await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'db' }).first().click();
    await until(() => opened.memory().feedback?.['compose:sample-shop/db']?.verdict === 'always', 10_000, 'it was not kept');
    expect(isSaid()).toBe(true);

    await second.page.context().close();
    await bench.page.waitForTimeout(3000);
    expect(await isWarm(bench)).toBe(true);
    expect(opened.containers()).toEqual(['sample-shop-db-1']);
    expect(isSaid()).toBe(true);
  });
});
