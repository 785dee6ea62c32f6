import { defineConfig } from 'vitest/config';

// Tests against the real programs. They install what they need (scripts/install-tools.sh), which takes minutes the first
// time, and skip with a reason what cannot be had.
export default defineConfig({
  test: {
    include: ['tests/tools/**/*.test.ts'],
    globalSetup: ['tests/support/build.ts'],
    reporters: ['verbose'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // One file at a time: the programs are large, and the installer lets one run after the other anyway.
    fileParallelism: false,
  },
});
