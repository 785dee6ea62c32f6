import { configDefaults, defineConfig } from 'vitest/config';
import { loadedSources } from './tests/support/loaded-sources.ts';
import { LongestFirst } from './tests/support/order.ts';

/**
 * They put other modules in the place of ours, which holds for every file that the same process reads after them, or measure what the
 * process took or has left: work, and the stack.
 */
const ISOLATED = [
  'tests/golden/golden.test.ts',
  'tests/sops/limits.test.ts',
  'tests/sops/witness.test.ts',
  'tests/workspace/faults.test.ts',
  'tests/upgrade/registry.test.ts',
  'tests/system/files.test.ts',
];

const shared = {
  setupFiles: ['own-files.mjs', 'properties.ts', 'forget.ts', 'source-maps.ts'].map((name) => `tests/support/${name}`),
  // No limit is tight: none is there to find out what is slow, and a machine may be busy with something else.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 120_000 } },
  tags: [
    {
      name: 'long',
      description: 'takes long by its nature: left out by `npm test`, run by `npm run test:long`',
      timeout: 600_000,
    },
  ],
};

export default defineConfig({
  test: {
    globalSetup: ['tests/support/build.ts'],
    // Two workers: a machine with two cores is the smallest that the suite is meant for.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [loadedSources()],
        test: {
          ...shared,
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'tests/tools/**', ...ISOLATED],
          // One process reads many files: loading what is tested takes longer than most tests do.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'isolated', include: ISOLATED } },
    ],
  },
});
