import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALLOWED_LICENCES, isAllowed } from '../../thirdPartyNotices.mjs';
import { ROOT } from '../harness/workspace.mjs';

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, Locked>> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

/** What tools may be under as well, since nothing of them is in what is published. */
const FOR_TOOLS = [...ALLOWED_LICENCES, 'Artistic-2.0', 'CC-BY-3.0', 'CC-BY-4.0', 'EPL-2.0', 'MPL-2.0', 'Python-2.0', 'WTFPL', 'Zlib'];
/** Under Microsoft's own terms: the signing of packages, which their publishing tool brings along. */
const READ_BY_HAND = /\/@vscode\/vsce-sign(-[\w-]+)?$/;
/** What the bundles leave out (`esbuild.config.mjs`): the first three say their licence (MIT) in their files only, the last (Python-2.0) is the command line of `js-yaml`. */
const LEFT_OUT = ['ssh2', 'cpu-features', 'buildcheck', 'argparse'].map((name) => `node_modules/${name}`);

describe('the dependencies', () => {
  it('that may be shipped are under a licence that asks for nothing but its notice', () => {
    const shipped = packages.filter(([path, { dev }]) => !dev && !LEFT_OUT.includes(path));
    expect(shipped.length).toBeGreaterThan(20);
    expect(shipped.filter(([, { license }]) => !isAllowed(license)).map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  it('that are tools are under one that was read', () => {
    const tools = packages.filter(([path, { dev }]) => dev && !READ_BY_HAND.test(path));
    expect(tools.filter(([, { license }]) => !isAllowed(license, FOR_TOOLS)).map(([path, { license }]) => `${path}: ${license}`)).toEqual(
      [],
    );
  });

  it('come from a registry, and none from a repository, an address or a weak digest', () => {
    const odd = packages.filter(
      ([, { resolved, integrity, link }]) =>
        link ||
        (resolved !== undefined && !/^https:\/\/registry\./.test(resolved)) ||
        (integrity !== undefined && !/^sha512-/.test(integrity)),
    );
    expect(odd.map(([path]) => path)).toEqual([]);
  });
});
