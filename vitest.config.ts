import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], more = {}) => ({ test: { name, include, setupFiles: ['test/harness/seeded.ts'], ...more } });

/** Tests of real engines and windows are tried once more, as their makers do with theirs; `npm test` names at its end what needed that. */
const retry = 1;

/** `unit` is pure and fast; the others need real parts, which `npm test` brings up. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts'], { testTimeout: 30_000, exclude: ['test/contract/**', 'test/host/**', 'test/e2e/**', 'test/webview/**', '**/node_modules/**'] }),
      project('webview', ['test/webview/**/*.test.ts'], { testTimeout: 60_000, hookTimeout: 60_000, retry, fileParallelism: false }),
      project('contract', ['test/contract/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000, retry, fileParallelism: false }),
      project('host', ['test/host/**/*.test.ts'], { testTimeout: 180_000, hookTimeout: 180_000, retry }),
      project('e2e', ['test/e2e/**/*.test.ts'], { testTimeout: 300_000, hookTimeout: 300_000, retry, fileParallelism: false }),
    ],
  },
});
