/**
 * `npm run mutation`: Stryker changes the learning core in one place at a time and runs the unit tests of these rooms; what no
 * test notices is listed, and in test-results/mutation/report.html. Later runs look only at what has changed since. For one
 * room: `npm run mutation -- --mutate 'src/predict/**'`.
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate: ['src/learn/**/*.ts', 'src/predict/**/*.ts', 'src/plan/**/*.ts'],
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 1500,
  incremental: true,
  incrementalFile: 'test-results/mutation/incremental.json',
  tempDirName: 'test-results/mutation/sandbox',
  reporters: ['progress', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'test-results/mutation/report.html' },
  jsonReporter: { fileName: 'test-results/mutation/report.json' },
  thresholds: { high: 90, low: 80, break: 80 },
  ignorePatterns: ['biome.json', 'dist', 'test-results', 'resources', 'l10n', '*.vsix', '.prewarm-cache'],
  // TypeScript 7 has no compiler API in its package, by which Stryker would rewrite the paths in tsconfig.json; there are none.
  tsconfigFile: 'test/mutation/none.json',
};
