import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { must } from '../harness/run.mjs';
import { ROOT } from '../harness/workspace.mjs';

const KB = 1024;
const bundle = (name: string): string => readFileSync(join(ROOT, 'dist', name), 'utf8');

/** What a user downloads, and what the editor's thread loads of it at its start. */
describe('the package', async () => {
  const vsce = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
  const files: readonly string[] = (await must(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: ROOT }))
    .split('\n')
    .filter(Boolean);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { main: string; bin: Record<string, string> };

  it.each([
    manifest.main.slice(2),
    ...Object.values(manifest.bin),
    'dist/core.cjs',
    'dist/worker.cjs',
    'dist/embedded.cjs',
    'dist/webview/workflow.js',
    'dist/webview/workflow.css',
    'resources/schemas/persona.schema.json',
    'README.md',
    'LICENSE',
  ])('holds %s', (file) => expect(files).toContain(file));

  it('holds no source, no test, no source map and nothing of node_modules', () => {
    expect(files.filter((f) => /\.map$|\.tsx?$|^(src|test|media|node_modules|\.)/.test(f))).toEqual([]);
  });

  it('starts without the engines: what `activate` loads is small and names no container library', () => {
    expect(statSync(join(ROOT, 'dist', 'extension.cjs')).size).toBeLessThan(100 * KB);
    expect(bundle('extension.cjs')).not.toMatch(/docker-modem|node_modules\/dockerode|ml-distance/);
  });

  it('starts a command line that needs no editor', async () => {
    expect(bundle('cli.js').startsWith('#!/usr/bin/env node\n')).toBe(true);
    const help = await must(process.execPath, [join(ROOT, 'dist', 'cli.js'), '--help'], { cwd: tmpdir() });
    expect(help).toContain('prewarm');
  });
});
