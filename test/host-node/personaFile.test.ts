import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPersonaFile } from '../../src/host/node/personaFile.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prewarm-file-'));
});
afterEach(() => rm(folder, { recursive: true }));
const path = () => join(folder, '.prewarm', 'personas.json');

describe('the persona document of a workspace', () => {
  it('may be absent, is made with its folder, and read again when it changed', async () => {
    const file = openPersonaFile(folder);
    expect(await file.read()).toEqual({ ok: true, value: undefined });
    expect(await file.write('one', undefined)).toEqual({ ok: true, value: undefined });
    expect(await file.read()).toEqual({ ok: true, value: 'one' });
    await writeFile(path(), 'two and more');
    expect(await file.read()).toEqual({ ok: true, value: 'two and more' });
    expect(await readdir(join(folder, '.prewarm'))).toEqual(['personas.json']);
  });

  it('is not written over when somebody else wrote it', async () => {
    const file = openPersonaFile(folder);
    await file.write('one', undefined);
    await writeFile(path(), 'theirs');
    const refused = await file.write('mine', 'one');
    expect(refused.ok ? undefined : refused.fault).toMatchObject({ code: 'held-by-other', retry: 'now' });
    expect(await readFile(path(), 'utf8')).toBe('theirs');
    expect(await readdir(join(folder, '.prewarm'))).toEqual(['personas.json']);
  });

  it('that is a folder, or cannot be written, is one fault that says so', async () => {
    await mkdir(path(), { recursive: true });
    const file = openPersonaFile(folder);
    const read = await file.read();
    expect(read.ok ? '' : read.fault.message).toMatch(/personas\.json is not read: it is no file/);
    await rm(join(folder, '.prewarm'), { recursive: true });
    await writeFile(join(folder, '.prewarm'), 'a file');
    const written = await openPersonaFile(folder).write('x', undefined);
    expect(written.ok ? '' : written.fault.message).toMatch(/could not be written \(E[A-Z]+\)/);
  });
});
