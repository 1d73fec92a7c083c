import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/host/cli/commands.ts';

const root = join(import.meta.dirname, '..');
const text = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  scripts: Record<string, string>;
  dependencies: object;
  devDependencies: object;
};

describe('the documents tell the truth', () => {
  const readme = text('README.md');
  it('README lists every command of the command line', () => {
    for (const name of Object.keys(COMMANDS)) expect(readme).toMatch(new RegExp(`\\| \`${name}[^|]*\\|`));
  });
  it('README’s npm scripts exist', () => {
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) expect(manifest.scripts).toHaveProperty([script as string]);
  });
  it('ARCHITECTURE says why each dependency is there', () => {
    const page = text('ARCHITECTURE.md');
    for (const name of [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)])
      expect(page).toContain(`\`${name}\``);
  });
  it('ARCHITECTURE’s paths exist', () => {
    for (const [, path] of text('ARCHITECTURE.md').matchAll(/`((?:src|media|test|resources)\/[\w./-]+)`/g))
      expect(existsSync(join(root, path as string)), path).toBe(true);
  });
});
