import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import esbuild from 'esbuild';
import sqlite from 'node-sqlite3-wasm';
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
    'dist/core.js',
    'dist/worker.js',
    'dist/dockerode.cjs',
    'dist/embedded.js',
    'dist/parquet.js',
    'dist/rehearser.js',
    'dist/sweeper.js',
    'dist/node-sqlite3-wasm.wasm.br',
    'dist/webview/workflow.js',
    'dist/webview/workflow.css',
    'resources/schemas/datasets.schema.json',
    'resources/schemas/persona.schema.json',
    'resources/schemas/practices.schema.json',
    'resources/schemas/service-model.schema.json',
    'resources/schemas/prices.schema.json',
    'dist/ThirdPartyNotices.txt',
    'l10n/bundle.l10n.de.json',
    'package.nls.json',
    'package.nls.de.json',
    'README.md',
    'CHANGELOG.md',
    'SUPPORT.md',
    'LICENSE',
  ])('holds %s', (file) => expect(files).toContain(file));

  it('holds no source, no test, no source map and nothing of node_modules', () => {
    expect(files.filter((f) => /\.map$|\.tsx?$|^(src|test|media|node_modules|resources\/readme|\.)/.test(f))).toEqual([]);
  });

  it('starts without the engines: what `activate` loads is small and names no container library', () => {
    // As it is shipped, whichever build lies there.
    const { code } = esbuild.transformSync(bundle('extension.cjs'), { minify: true });
    expect(code.length).toBeLessThan(150 * KB);
    expect(bundle('extension.cjs')).not.toMatch(/docker-modem|node_modules\/dockerode|ml-distance/);
  });

  it('starts a command line that needs no editor', async () => {
    expect(bundle('cli.js').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(bundle('cli.js')).not.toMatch(/modelcontextprotocol|protocolVersion/);
    const help = await must(process.execPath, [join(ROOT, 'dist', 'cli.js'), '--help'], { cwd: tmpdir() });
    expect(help).toContain('prewarm');
  });

  it('reads a history on standard input, and an SQLite database with the WebAssembly that lies beside it', () => {
    const database = join(mkdtempSync(join(tmpdir(), 'prewarm-package-')), 'history.db');
    const history = new sqlite.Database(database);
    history.exec("CREATE TABLE history (timestamp INTEGER, command TEXT); INSERT INTO history VALUES (1700000000000000000, 'npm test')");
    history.close();
    const imported = (format: string, file: string, input: string | Buffer): unknown =>
      JSON.parse(
        execFileSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'import', format, file, '--json'], {
          cwd: tmpdir(),
          input,
          encoding: 'utf8',
        }),
      );
    expect(imported('bash', '-', 'npm test\npsql\n')).toMatchObject({ read: 2, written: 2 });
    expect(imported('atuin', database, '')).toMatchObject({ read: 1, written: 1 });
    expect(imported('atuin', '-', readFileSync(database))).toMatchObject({ read: 1, written: 1 });
    rmSync(dirname(database), { recursive: true });
  });
});
