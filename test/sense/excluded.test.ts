import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { createExclusion } from '../../src/sense/excluded.ts';

const FOLDER = '/work/shop (old)';
const HOME = '/home/ada';
const excludes = (patterns: readonly string[], path: string, folder = FOLDER): boolean =>
  createExclusion(patterns, { folder, home: HOME }).excludes({ type: 'file', at: 0, did: 'saved', path, language: 'sql' });

describe('excluded folders', () => {
  it.each([
    ['a path in the workspace', ['clients'], `${FOLDER}/clients/acme/a.sql`, true],
    ['the folder itself', ['clients'], `${FOLDER}/clients`, true],
    ['written with dots and a slash at the end', ['./clients/'], `${FOLDER}/clients/a.sql`, true],
    ['not what only begins alike', ['clients'], `${FOLDER}/clients-list/a.sql`, false],
    ['not the same name deeper down', ['clients'], `${FOLDER}/src/clients/a.sql`, false],
    ['a glob at any depth', ['**/clients/*'], `${FOLDER}/src/clients/acme/deep/a.sql`, true],
    ['hidden files below it', ['clients'], `${FOLDER}/clients/.env`, true],
    ['an absolute path', ['/srv/secret'], '/srv/secret/x/a.sql', true],
    ['a path from home', ['~/private'], '/home/ada/private/a.sql', true],
    ['another home', ['~/private'], '/home/bob/private/a.sql', false],
    ['braces', ['{a,b}/data'], `${FOLDER}/b/data/x`, true],
    ['letters in another case', ['Clients'], `${FOLDER}/clients/a.sql`, true],
    ['an empty pattern excludes nothing', ['', ' ', '.', './'], `${FOLDER}/a.sql`, false],
    ['one of several', ['x', 'clients'], `${FOLDER}/clients/a.sql`, true],
  ])('%s', (_what, patterns, path, expected) => expect(excludes(patterns, path)).toBe(expected));

  it('knows paths of Windows', () => {
    expect(excludes(['clients'], 'C:\\shop\\clients\\acme.sql', 'C:\\shop')).toBe(true);
    expect(excludes(['C:\\other'], 'c:\\other\\acme.sql', 'C:\\shop')).toBe(true);
    expect(excludes(['clients'], 'C:\\shop\\src\\acme.sql', 'C:\\shop')).toBe(false);
  });

  it('holds for commands, tasks, debugging and branches there', () => {
    const { excludes: is } = createExclusion(['clients'], { folder: FOLDER });
    const folder = `${FOLDER}/clients/acme`;
    expect(is({ type: 'command', at: 0, did: 'started', line: 'ls', confidence: 'high', cwd: folder })).toBe(true);
    expect(is({ type: 'command', at: 0, did: 'started', line: 'ls', confidence: 'high' })).toBe(false);
    expect(is({ type: 'task', at: 0, did: 'started', name: 'build', folder })).toBe(true);
    expect(is({ type: 'debug', at: 0, did: 'started', kind: 'node', name: 'x', folder: FOLDER })).toBe(false);
    expect(is({ type: 'branch', at: 0, to: 'main', folder })).toBe(true);
  });

  it('holds for what is declared there', () => {
    const { declares } = createExclusion(['clients'], { folder: FOLDER });
    expect(declares({ declaredIn: 'clients/acme/compose.yaml' } as Resource)).toBe(true);
    expect(declares({ declaredIn: 'compose.yaml' } as Resource)).toBe(false);
    expect(declares(undefined)).toBe(false);
  });
});
