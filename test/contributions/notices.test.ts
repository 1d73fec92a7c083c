import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledFolders, isAllowed, noticesOf, packageFolderOf } from '../../thirdPartyNotices.mjs';

const temp = mkdtempSync(join(tmpdir(), 'prewarm-notices-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

function madePackage(name: string, license: unknown, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(temp, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

describe('the licence notices', () => {
  it.each([
    ['MIT', true],
    ['(Apache-2.0 AND BSD-3-Clause)', true],
    ['GPL-3.0-only OR MIT', true],
    ['MIT AND GPL-3.0-only', false],
    ['EPL-2.0', false],
    ['SEE LICENSE IN LICENSE', false],
    [undefined, false],
  ])('%s: allowed is %s', (licence, allowed) => expect(isAllowed(licence)).toBe(allowed));

  it('finds the package of a file, also of one inside another', () => {
    expect(packageFolderOf('node_modules/a/lib/x.js')).toBe('node_modules/a');
    expect(packageFolderOf('node_modules/@s/a/node_modules/b/x.js')).toBe('node_modules/@s/a/node_modules/b');
    expect(packageFolderOf('src/app/app.ts')).toBeUndefined();
  });

  it('counts only what is left in an output, once', () => {
    const inputs = (all: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(all).map(([path, bytesInOutput]) => [path, { bytesInOutput }]));
    const metafiles = [
      { inputs: {}, outputs: { one: { inputs: inputs({ 'node_modules/b/x.js': 5, 'node_modules/shaken/x.js': 0, 'src/a.ts': 9 }) } } },
      { inputs: {}, outputs: { two: { inputs: inputs({ 'node_modules/b/y.js': 5, 'node_modules/a/y.js': 1 }) } } },
    ] as unknown as Metafile[];
    expect(bundledFolders(metafiles)).toEqual(['node_modules/a', 'node_modules/b']);
  });

  it('has each one’s whole licence, its notice too, or what its read-me says', () => {
    const text = noticesOf([
      madePackage('filed', 'Apache-2.0', { 'LICENSE.md': 'the licence of filed', NOTICE: 'the notice of filed' }),
      madePackage('told', 'MIT', { 'README.md': '# told\n\nwords\n\n## License\n\nthe licence of told\n' }),
      madePackage('silent', 'ISC'),
    ]);
    for (const part of ['filed 1.2.3 (Apache-2.0)', 'the licence of filed', 'the notice of filed', 'the licence of told', '/ISC.html'])
      expect(text).toContain(part);
    expect(text).not.toContain('words');
  });

  it('does not let a build pass with a licence that was not read', () => {
    expect(() => noticesOf([madePackage('free', 'MIT', { LICENSE: 'x' }), madePackage('taking', 'AGPL-3.0-only')])).toThrow(
      /taking is under AGPL-3.0-only/,
    );
    expect(() => noticesOf([madePackage('unsaid', undefined)])).toThrow(/unsaid is under none/);
  });
});
