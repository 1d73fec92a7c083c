import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { readConfig, substituted } from '../../../src/provision/devcontainers/config.ts';

function workspace(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-config-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const configFile = join(folder, '.devcontainer/devcontainer.json');
  const resource = {
    id: 'devcontainer:a',
    declaredIn: '.devcontainer/devcontainer.json',
    spec: { type: 'devcontainer', folder, configFile },
  } as Resource;
  return { folder, write, read: () => readConfig(resource) };
}
const FILE = '.devcontainer/devcontainer.json';

describe('what a dev container is made from', () => {
  it.each<[string, string, object]>([
    ['an image', '{ "image": "debian:12", /* ours */ }', { form: 'image', image: 'debian:12', builds: false }],
    ['an image with features', '{ "image": "debian:12", "features": { "./f": {} } }', { form: 'image', builds: true }],
    ['a Dockerfile', '{ "build": { "dockerfile": "Dockerfile" } }', { form: 'dockerfile', builds: true }],
    ['a Dockerfile, the older way', '{ "dockerFile": "Dockerfile" }', { form: 'dockerfile', builds: true }],
    ['compose', '{ "dockerComposeFile": ["../compose.yaml"], "service": "app" }', { form: 'compose', builds: true }],
  ])('%s', async (_, text, value) => expect(await workspace({ [FILE]: text }).read()).toMatchObject({ ok: true, value }));

  it.each<[string, string | undefined, RegExp]>([
    ['no file', undefined, /devcontainer\.json cannot be read \(ENOENT\)/],
    ['no JSON', '{\n  "image": \n}', /devcontainer\.json:3 is not valid JSON with comments \(ValueExpected\)/],
    ['a list', '[]', /devcontainer\.json:1 is not a JSON object/],
    ['no form', '{ "name": "x" }', /has none of “image”, “build” and “dockerComposeFile”/],
  ])('%s is a fault that names the file', async (_, text, message) =>
    expect(await workspace(text === undefined ? {} : { [FILE]: text }).read()).toMatchObject({
      ok: false,
      fault: { code: 'bad-file', message: expect.stringMatching(message) },
    }),
  );

  it('changes its digest with each file that goes in, and with nothing else', async () => {
    const at = workspace({
      [FILE]: '{ "build": { "dockerfile": "Dockerfile" }, "features": { "./f": {} } }',
      '.devcontainer/Dockerfile': 'FROM a',
      '.devcontainer/f/install.sh': 'one',
      'README.md': 'a',
    });
    const digest = async () => {
      const config = await at.read();
      return config.ok ? config.value.digest : config.fault.message;
    };
    const seen = [await digest()];
    for (const path of [
      '.devcontainer/Dockerfile',
      '.devcontainer/f/install.sh',
      '.devcontainer/f/more.sh',
      '.devcontainer/devcontainer-lock.json',
    ]) {
      at.write(path, 'changed');
      seen.push(await digest());
    }
    expect(new Set(seen).size).toBe(5);
    at.write('README.md', 'changed');
    at.write(FILE, '{ // a comment\n "build": { "dockerfile": "Dockerfile" }, "features": { "./f": {} } }');
    expect(await digest()).toBe(seen.at(-1));
  });

  it('reads the variables of paths', () => {
    process.env.PREWARM_TEST_VARIABLE = 'v';
    const text =
      '${localWorkspaceFolder}|${localWorkspaceFolderBasename}|${localEnv:PREWARM_TEST_VARIABLE}|${localEnv:PREWARM_NONE:d}|${other}';
    expect(substituted(text, '/a/b')).toBe('/a/b|b|v|d|${other}');
  });
});
