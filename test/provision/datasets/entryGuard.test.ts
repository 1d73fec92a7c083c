import { linkSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryGuard, type Named } from '../../../src/provision/datasets/entryGuard.ts';

describe('entries of archives', () => {
  it.each([
    [{ name: './a//b/', type: 'directory' }, 'a/b'],
    [{ name: './', type: 'directory' }, ''],
    [{ name: 'a/b', type: 'file' }, 'a/b'],
    [{ name: 'a/..b', type: 'file' }, 'a/..b'],
    [{ name: 'a/b', type: 'symlink', linkname: '../c' }, 'a/b'],
  ])('%j goes in', (entry, name) => expect(entryGuard()(entry)).toMatchObject({ name }));

  it.each<[Named]>([
    [{ name: '/etc/passwd', type: 'file' }],
    [{ name: 'a/../../b', type: 'file' }],
    [{ name: '..', type: 'directory' }],
    [{ name: 'a\0b', type: 'file' }],
    [{ name: '.', type: 'file' }],
    [{ name: 'a', type: 'symlink', linkname: '/etc' }],
    [{ name: 'a', type: 'symlink', linkname: '..' }],
    [{ name: 'a/b', type: 'symlink', linkname: 'c/../../../d' }],
    [{ name: 'a', type: 'link', linkname: '../b' }],
    [{ name: 'a', type: 'link', linkname: '/b' }],
    [{ name: 'a', type: 'block-device' }],
    [{ name: 'a', type: 'fifo' }],
    [{ name: 'a' }],
  ])('%j is refused', (entry) => expect(entryGuard()(entry)).toHaveProperty('refused'));

  it('wherever accepted links lead, they lead inside (property, on a real file system)', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c', '..', '.'), { minLength: 1, maxLength: 4 }).map((s) => s.join('/'));
    const entry = fc.record({
      name: path,
      type: fc.constantFrom('file', 'directory', 'symlink', 'symlink', 'link'),
      linkname: fc.oneof(path, fc.constantFrom('/', '/etc')),
    });
    const scratch = mkdtempSync(join(tmpdir(), 'prewarm-guard-'));
    let accepted = 0;
    let links = 0;
    try {
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
          const top = mkdtempSync(join(realpathSync(scratch), 'x-'));
          const inside = join(top, 'l1', 'root');
          mkdirSync(inside, { recursive: true });
          const guard = entryGuard();
          for (const it of entries) {
            const judged = guard(it);
            if ('refused' in judged) continue;
            accepted++;
            unpack(inside, it.type, judged.name, judged.linkname);
          }
          for (const file of filesIn(inside)) {
            const real = realOf(file);
            if (real === undefined) continue;
            links++;
            expect(real === inside || real.startsWith(inside + sep)).toBe(true);
          }
          // Nothing was written beside it.
          expect([readdirSync(top), readdirSync(join(top, 'l1'))]).toEqual([['l1'], ['root']]);
        }),
        { numRuns: 300 },
      );
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    expect(accepted).toBeGreaterThan(300);
    expect(links).toBeGreaterThan(100);
  });
});

/** Without following links: a ring of them has no end. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => {
    const path = join(folder, e.name);
    return e.isDirectory() ? [path, ...filesIn(path)] : [path];
  });
}

/** As an engine does: what is in the way is replaced, except a folder by a folder. What cannot be made is left out. */
function unpack(root: string, type: string, name: string, linkname: string | undefined): void {
  const at = join(root, name);
  if (name === '') return;
  try {
    mkdirSync(dirname(at), { recursive: true });
    if (type !== 'directory') rmSync(at, { recursive: true, force: true });
    if (type === 'directory') mkdirSync(at, { recursive: true });
    else if (type === 'file') writeFileSync(at, '');
    else if (type === 'symlink') symlinkSync(linkname ?? '', at);
    else linkSync(join(root, linkname ?? ''), at);
  } catch {}
}

/** Undefined: it leads nowhere, or in a circle. */
function realOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
