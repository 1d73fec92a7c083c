import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../harness/workspace.mjs';

describe('the container image', () => {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const of = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `));

  it('runs as nobody in particular, by number, so that a cluster can see it', () =>
    expect(of('USER').at(-1)).toMatch(/^USER [1-9]\d+:[1-9]\d+$/));

  it('holds what is published, and nothing that was fetched or run while it was built', () => {
    expect(of('RUN')).toEqual([]);
    expect(of('ADD')).toEqual([]);
    for (const copied of of('COPY')) expect(copied).toMatch(/^COPY (package\.json LICENSE|dist) /);
  });

  it('takes no secret', () => expect(lines.join('\n')).not.toMatch(/SECRET|TOKEN|PASSWORD/i));

  it('gets no more of the folder than that', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n');
    expect(ignored[0]).toBe('*');
    expect(ignored.slice(1)).toEqual([
      '!dist',
      '!package.json',
      '!LICENSE',
      'dist/**/*.map',
      'dist/extension.cjs',
      'dist/core.js',
      'dist/webview',
    ]);
  });
});
