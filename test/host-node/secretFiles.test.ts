import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/domain/index.ts';
import { othersIn } from '../../src/host/node/privateFolder.ts';
import { openSecretFiles } from '../../src/host/node/secretFiles.ts';

const fresh = (): string => join(mkdtempSync(join(tmpdir(), 'prewarm-secrets-')), 'state', 'secrets');

it('keeps, replaces and erases; what was never there is undefined', async () => {
  const folder = fresh();
  const secrets = openSecretFiles(folder);
  expect(await secrets.get('prewarm.w.compose:shop/db')).toEqual(ok(undefined));
  for (const value of ['one', 'two']) {
    await secrets.set('prewarm.w.compose:shop/db', value);
    expect(await openSecretFiles(folder).get('prewarm.w.compose:shop/db')).toEqual(ok(value));
  }
  await secrets.set('prewarm.w.compose:shop_db', 'another');
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await secrets.delete('prewarm.w.compose:shop/db')).toEqual(ok(undefined));
  expect(await secrets.get('prewarm.w.compose:shop/db')).toEqual(ok(undefined));
  expect(await secrets.get('prewarm.w.compose:shop_db')).toEqual(ok('another'));
});

describe.skipIf(process.platform === 'win32')('is for this user alone', () => {
  it('makes the folder 0700 and the files 0600, whatever the mask', async () => {
    const folder = fresh();
    const mask = process.umask(0);
    await openSecretFiles(folder).set('a', 'b');
    process.umask(mask);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
  });

  it('refuses a folder and a file that others can read, and says what to do', async () => {
    const folder = fresh();
    const secrets = openSecretFiles(folder);
    await secrets.set('a', 'b');
    const file = join(folder, readdirSync(folder)[0] as string);
    chmodSync(file, 0o640);
    expect(await secrets.get('a')).toMatchObject({
      ok: false,
      fault: {
        message: `${file} can be read by others (mode 640), so it is not used. \`chmod 600 "${file}"\`, then rotate the credentials.`,
      },
    });
    chmodSync(folder, 0o711);
    for (const result of [await secrets.get('a'), await secrets.set('a', 'c')])
      expect(result).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/mode 711.*`chmod 700 /) } });
  });

  it('follows no link', async () => {
    const folder = fresh();
    mkdirSync(join(folder, '..'), { recursive: true });
    symlinkSync(mkdtempSync(join(tmpdir(), 'prewarm-elsewhere-')), folder);
    expect(await openSecretFiles(folder).set('a', 'b')).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/is a link/) },
    });
  });

  it('what cannot be written is a fault', async () => {
    const folder = fresh();
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, '');
    expect(await openSecretFiles(folder).set('a', 'b')).toMatchObject({ ok: false, fault: { code: 'storage-failed' } });
  });
});

describe('Windows: whom `icacls` names besides the user', () => {
  const path = 'C:\\Users\\me\\AppData\\Local\\prewarm\\Data\\secrets';
  const done = '\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n';
  it.each([
    [`${path} DESKTOP-1\\me:(OI)(CI)(F)\r\n${done}`, []],
    [`${path} DESKTOP-1\\Me:(F)\r\n${done}`, []],
    [
      `${path} NT AUTHORITY\\SYSTEM:(I)(OI)(CI)(F)\r\n${' '.repeat(51)}BUILTIN\\Users:(I)(OI)(CI)(RX)\r\n${' '.repeat(51)}DESKTOP-1\\me:(I)(OI)(CI)(F)\r\n${done}`,
      ['NT AUTHORITY\\SYSTEM', 'BUILTIN\\Users'],
    ],
    [
      `${path} Jeder:(OI)(CI)(RX)\r\n         DESKTOP-1\\me:(OI)(CI)(F)\r\n\r\n1 Dateien erfolgreich verarbeitet, bei 0 Dateien ist ein Verarbeitungsfehler aufgetreten.\r\n`,
      ['Jeder'],
    ],
  ])('%j', (output, others) => expect(othersIn(output, path, 'me')).toEqual(others));
});
