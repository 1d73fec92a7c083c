import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.mjs';
import { startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser } from '../harness/workbench.mjs';
import { copySample, ROOT } from '../harness/workspace.mjs';

const temp = mkdtempSync(join(tmpdir(), 'prewarm-host-'));
const file = join(temp, 'results.json');
let results: readonly { name: string; failure?: string; figures?: object }[] = [];

/** `test/host/index.cjs` runs inside the extension host; here its results are told one by one. */
beforeAll(async () => {
  const folder = await copySample(temp);
  const code = await startVsCode({
    dataFolder: join(temp, 'code'),
    folder,
    development: ROOT,
    tests: join(ROOT, 'test', 'host', 'index.cjs'),
    env: { PREWARM_HOST_RESULTS: file },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(code.url);
    await until(
      () => existsSync(file),
      120_000,
      () => `the tests inside the extension host did not end:\n${code.log().slice(-2000)}`,
    );
    results = JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    await browser.close();
    await code.stop();
  }
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const source = readFileSync(join(ROOT, 'test', 'host', 'index.cjs'), 'utf8');
const names = [...source.matchAll(/^ {2}async '([^']+)'/gm)].map((m) => m[1] as string);
const secret = /^const SECRET = '([^']+)'/m.exec(source)?.[1] as string;

describe('inside the extension host of a real VS Code', () => {
  it.each(names)('%s', (name) => {
    const result = results.find((r) => r.name === name);
    if (result?.figures) console.info(JSON.stringify(result.figures, null, 1));
    expect(result, 'it did not run').toBeDefined();
    expect(result?.failure).toBeUndefined();
  });

  it('no file that Prewarm wrote, its log included, holds the secret that was typed', () => {
    const data = join(temp, 'code', 'data');
    const written = filesBelow(data).filter((path) => /prewarm/i.test(path.slice(data.length)));
    expect(
      written.some((path) => path.endsWith('.jsonl')),
      'there is no journal',
    ).toBe(true);
    expect(
      written.some((path) => path.endsWith('Prewarm.log')),
      'there is no log',
    ).toBe(true);
    expect(written.filter((path) => readFileSync(path, 'utf8').includes(secret))).toEqual([]);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
