import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'tests/tools/**'],
    globalSetup: ['tests/support/build.ts'],
    setupFiles: ['tests/support/own-files.mjs', 'tests/support/properties.ts'],
    testTimeout: 30_000,
    // Two workers: a machine with two cores is the smallest that the suite is meant for.
    maxWorkers: 2,
  },
});
