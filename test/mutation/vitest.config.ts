import { defineConfig } from 'vitest/config';

/** The unit tests of the rooms that Stryker changes, and no others: they run once per change. */
export default defineConfig({
  test: { include: ['test/{learn,predict,plan}/**/*.test.ts'], testTimeout: 30_000 },
});
