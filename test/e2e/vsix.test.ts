import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolderOf } from '../../thirdPartyNotices.mjs';
import { must } from '../harness/run.mjs';
import { ROOT } from '../harness/workspace.mjs';

interface Ovsx {
  publish(options: { extensionFile: string; registryUrl: string; pat: string }): Promise<readonly PromiseSettledResult<void>[]>;
}
const load = createRequire(import.meta.url);
const { publish } = load('ovsx') as Ovsx;
const { readVSIXPackage } = load('ovsx/lib/zip') as { readVSIXPackage(file: string): Promise<{ publisher: string; name: string }> };

const temp = mkdtempSync(join(tmpdir(), 'prewarm-vsix-'));
const vsix = join(temp, 'prewarm.vsix');
let said = '';

/** As `npm run package` does it, beside the package that other tests install. */
beforeAll(async () => {
  await must(process.execPath, ['esbuild.config.mjs', '--production'], { cwd: ROOT });
  said = await must('npx', ['vsce', 'package', '--no-dependencies', '-o', vsix], { cwd: ROOT });
  await must(process.execPath, ['esbuild.config.mjs'], { cwd: ROOT });
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe('the .vsix', () => {
  it('is made without a warning, and is small', () => {
    expect(said).toMatch(/DONE\s+Packaged/);
    expect(said).not.toMatch(/WARN|ERROR/i);
    expect(statSync(vsix).size).toBeLessThan(1_500_000);
  });

  it('holds the notices of every package that is bundled, whatever the bundler says', () => {
    // Of the development build: its source maps are an account that the notices were not made from.
    const maps = (readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }) as string[]).filter((f) => f.endsWith('.map'));
    const sources = maps.flatMap((f) => (JSON.parse(readFileSync(join(ROOT, 'dist', f), 'utf8')) as { sources: string[] }).sources);
    // A package that another one has packed into itself is named by that one's source map only.
    const names = new Set(sources.flatMap((s) => packageFolderOf(s)?.replace(/^.*node_modules\//, '') ?? []));
    const notices = readFileSync(join(ROOT, 'dist', 'ThirdPartyNotices.txt'), 'utf8');
    expect(names.size).toBeGreaterThan(30);
    // Never published by itself: a part of the server's package, under its licence.
    names.delete('@modelcontextprotocol/core-internal');
    expect([...names].filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
  });

  it('is read by Open VSX’s tool, and sent by it as it is', async () => {
    expect(await readVSIXPackage(vsix)).toMatchObject({ publisher: 'prewarm', name: 'prewarm' });
    const sent: { url: string; bytes: Buffer }[] = [];
    const registry = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        sent.push({ url: request.url ?? '', bytes: Buffer.concat(parts) });
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ namespace: 'prewarm', name: 'prewarm', version: '0.1.0', targetPlatform: 'universal' }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => registry.once('listening', listening));
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    try {
      const results = await publish({ extensionFile: vsix, registryUrl, pat: 'token' });
      expect(results.map((r) => r.status)).toEqual(['fulfilled']);
    } finally {
      registry.close();
    }
    expect(sent.map(({ url }) => new URL(url, registryUrl).pathname)).toEqual(['/api/-/publish']);
    expect(sent[0]?.bytes.equals(readFileSync(vsix))).toBe(true);
  });
});
