import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/provision/replaceFile.ts';

describe('a file replaced as a whole', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prewarm-replace-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('several that write at once leave one whole file and no draft', async () => {
    const file = join(root, 'deep', 'kept.json');
    const contents = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10_000));
    await Promise.all(contents.map((content) => replaceFile(file, content)));
    expect(contents).toContain(readFileSync(file, 'utf8'));
    expect(readdirSync(join(root, 'deep'))).toEqual(['kept.json']);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('what cannot be put in its place leaves no draft, and is told', async () => {
    await replaceFile(join(root, 'folder', 'inside'), '');
    await expect(replaceFile(join(root, 'folder'), 'x')).rejects.toThrow();
    expect(readdirSync(root)).toEqual(['folder']);
  });
});
