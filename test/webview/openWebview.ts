import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { pageDocument } from '../../src/host/vscode/pageDocument.ts';
import { THEMES, type Theme } from './themes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ORIGIN = 'http://webview.test';

/** A web view's script and style sheet, made as the build makes them. */
export async function buildWebview(name: string): Promise<{ readonly js: string; readonly css: string }> {
  const shared = { bundle: true, write: false, outdir: 'out', logLevel: 'warning' } as const;
  const [js, css] = await Promise.all([
    esbuild.build({
      ...shared,
      entryPoints: [join(ROOT, 'media', name, 'main.tsx')],
      platform: 'browser',
      mainFields: ['browser', 'module', 'main'],
      target: 'es2022',
      format: 'iife',
      jsx: 'automatic',
      jsxImportSource: 'preact',
    }),
    esbuild.build({ ...shared, entryPoints: [join(ROOT, 'media', name, 'style.css')] }),
  ]);
  return { js: js.outputFiles[0]?.text ?? '', css: css.outputFiles[0]?.text ?? '' };
}

export interface OpenOptions {
  readonly theme: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What `getState` gives: what an earlier life of the page has kept. */
  readonly state?: object;
  /** Translations by the English text. */
  readonly words?: object;
  /** What the extension answers to a message. */
  readonly answer: (message: { readonly type: string }) => readonly object[];
}

export interface Webview {
  readonly page: Page;
  /** From the page to the extension, in order. */
  readonly sent: readonly { readonly type: string }[];
  /** What the page or its policy complained of. */
  readonly complaints: readonly string[];
  post(message: object): Promise<void>;
  /** What `setState` was last given. */
  kept(): Promise<unknown>;
  axe(): Promise<readonly string[]>;
}

/**
 * The page as VS Code shows it, but without VS Code: the document that the extension makes, with its own policy, in a theme. What it
 * keeps stays through a reload.
 */
export async function openWebview(
  browser: Browser,
  { js, css }: { readonly js: string; readonly css: string },
  { theme, width = 1100, height = 900, state, words = {}, answer }: OpenOptions,
): Promise<Webview> {
  const page = await browser.newPage({ viewport: { width, height } });
  const sent: { type: string }[] = [];
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const post = (message: object): Promise<void> => page.evaluate((m) => window.postMessage(m, '*'), message);
  await page.exposeFunction('toExtension', async (message: { type: string }) => {
    sent.push(message);
    for (const reply of answer(message)) await post(reply);
  });
  await page.addInitScript(
    ({ first, kind, variables }) => {
      const host = window as unknown as { toExtension(message: unknown): void; acquireVsCodeApi: unknown };
      if (first && sessionStorage.getItem('state') === null) sessionStorage.setItem('state', JSON.stringify(first));
      host.acquireVsCodeApi = () => ({
        postMessage: (message: unknown) => host.toExtension(JSON.parse(JSON.stringify(message))),
        getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
        setState: (next: unknown) => sessionStorage.setItem('state', JSON.stringify(next)),
      });
      document.addEventListener('DOMContentLoaded', () => {
        for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
        document.documentElement.style.background = variables['editor-background'] ?? '';
        document.body.className = kind;
      });
    },
    { first: state, ...THEMES[theme] },
  );
  const html = pageDocument({
    nonce: 'bm9uY2U',
    source: ORIGIN,
    style: `${ORIGIN}/page.css`,
    script: `${ORIGIN}/page.js`,
    language: 'en',
    words,
  });
  const files: Record<string, readonly [string, string]> = {
    '/': ['text/html', html],
    '/page.css': ['text/css', `body { margin: 0; }\n${css}`],
    '/page.js': ['text/javascript', js],
  };
  await page.route(`${ORIGIN}/**`, (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    return route.fulfill({ contentType, body });
  });
  await page.goto(`${ORIGIN}/`);
  return {
    page,
    sent,
    complaints,
    post,
    kept: () => page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown),
    async axe() {
      // By the debugger, which the page's policy does not bind.
      await page.evaluate(AXE);
      const found = (await page.evaluate(() => (window as unknown as { axe: { run(): Promise<unknown> } }).axe.run())) as AxeResults;
      return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
    },
  };
}
