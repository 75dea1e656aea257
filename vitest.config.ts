import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

const integration = ['tests/**/*.integration.test.ts', 'tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts'];

/** Real files and many of them, but no servers. */
const long = ['tests/**/*.long.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...integration, ...long],
          // A process and its modules for each file were a third of all the work. Files share them, so each must undo what it changes.
          isolate: false,
          sequence: { groupOrder: 0 },
          // Some tests wait for a process instead of computing.
          maxWorkers: availableParallelism() + 1,
          // For what hangs; a busy machine alone must fail nothing.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'long',
          include: long,
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          sequence: { groupOrder: 2 },
          // One real stack for all of them, on two cores: side by side they would only wait for each other.
          globalSetup: 'tests/support/global-stack.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
