import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const results = join(ROOT, 'test-results');
const folder = mkdtempSync(join(tmpdir(), 'prewarm-late-'));
const socket = join(folder, 'docker.sock');

let opened: PackagedWindow;
let engine: ChildProcess | undefined;
beforeAll(async () => {
  opened = await openPackagedWindow({
    settings: { 'prewarm.docker.host': `unix://${socket}`, 'prewarm.embedded.enabled': false, 'prewarm.localBinaries.enabled': false },
    // The command lines of Docker and Compose go the same way.
    env: { DOCKER_HOST: `unix://${socket}` },
  });
});
afterAll(async () => {
  await opened?.close();
  engine?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Hands on what comes to one socket to another. */
const PROXY = `
  const { connect, createServer } = require('node:net');
  const [from, to] = process.argv.slice(1);
  createServer({ allowHalfOpen: true }, (client) => {
    const real = connect({ path: to, allowHalfOpen: true });
    client.pipe(real).pipe(client);
    client.on('close', () => real.destroy()).on('error', () => {});
    real.on('close', () => client.destroy()).on('error', () => {});
  }).listen(from);
`;

/** The real engine, at the place where Prewarm looks for it, from now on; by a program of its own, since here the command line is waited for. */
function dockerStarts(): void {
  engine = spawn(process.execPath, ['-e', PROXY, socket, '/var/run/docker.sock'], { stdio: 'ignore' });
}

describe('Docker', () => {
  it.skipIf(noDocker)(named('that is not there is said, and is used as soon as it comes', noDocker), async () => {
    const { bench } = opened;
    const { page } = bench;
    await opened.loaded();
    await opened.beginDatabaseWork();
    await bench.status.hover();
    await page.locator('.workbench-hover', { hasText: 'Docker cannot be reached' }).waitFor({ timeout: 20_000 });
    await bench.screenshot(join(results, 'no-docker.png'));
    await page.mouse.move(600, 300);
    expect(opened.containers()).toEqual([]);
    expect(await bench.statusText()).not.toMatch(/warm/);
    // Nothing broke: what needs no engine goes on.
    await bench.command('Prewarm: Show Workflow');
    await page.frameLocator('iframe.webview').first().frameLocator('iframe').first().locator('.node').first().waitFor({ timeout: 20_000 });

    dockerStarts();
    await until(
      async () => /\d warm/.test(await bench.statusText()),
      150_000,
      async () => `${await bench.statusText()}; its log:\n${opened.logs().join('\n')}`,
    );
    expect(opened.containers()).toEqual(['sample-shop-db-1']);
    await bench.screenshot(join(results, 'late-docker.png'));
  });
});
