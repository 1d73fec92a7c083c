import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');

let opened: PackagedWindow;
beforeAll(async () => {
  const trust = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
  opened = await openPackagedWindow({ settings: trust });
});
afterAll(() => opened?.close());

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('Restricted Mode', () => {
  it.skipIf(noDocker)(named('starts nothing and listens nowhere until the workspace is trusted; then it works', noDocker), async () => {
    const { bench } = opened;
    const { page } = bench;
    await opened.loaded();
    // The editor opens no terminal here, so what can be done is to read files.
    for (const name of ['server.mjs', 'compose.yaml', 'Makefile']) await bench.openFile(name);
    await bench.status.hover();
    await page.locator('.workbench-hover', { hasText: 'Restricted Mode: nothing is started' }).waitFor({ timeout: 20_000 });
    await bench.screenshot(join(results, 'restricted.png'));
    expect(opened.containers()).toEqual([]);
    expect(await listens(5432)).toBe(false);

    await bench.command('Workspaces: Manage Workspace Trust');
    await page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await page.keyboard.press('Escape');
    await until(() => listens(5432), 30_000, 'the gateway does not listen');
    await opened.beginDatabaseWork();
    await until(
      async () => /\d warm/.test(await bench.statusText()),
      90_000,
      () => `nothing became warm; its log:\n${opened.logs().join('\n')}`,
    );
    expect(opened.containers()).toEqual(['sample-shop-db-1']);
  });
});
