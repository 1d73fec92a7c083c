import { describe, expect, it } from 'vitest';
import { candidates, isNewEnough } from '../../../src/provision/devcontainers/cli.ts';

describe('the dev container command line on the path', () => {
  it('is a program of that name on Linux and macOS', () =>
    expect(candidates('/usr/local/bin:/home/me/bin/::', 'linux')).toEqual(['/usr/local/bin/devcontainer', '/home/me/bin/devcontainer']));

  it('is what npm’s command script starts on Windows, so that no shell is needed', () =>
    expect(candidates('C:\\Windows;"C:\\Users\\My Name\\AppData\\Roaming\\npm\\";', 'win32')).toEqual([
      'C:\\Windows\\node_modules\\@devcontainers\\cli\\devcontainer.js',
      'C:\\Users\\My Name\\AppData\\Roaming\\npm\\node_modules\\@devcontainers\\cli\\devcontainer.js',
    ]));

  it.each([
    ['0.87.0', true],
    ['0.89.0', true],
    ['1.0.0', true],
    ['0.86.9', false],
    ['0.9.99', false],
    ['dev', false],
    ['', false],
  ])('version %s: new enough is %s', (version, enough) => expect(isNewEnough(version)).toBe(enough));
});
