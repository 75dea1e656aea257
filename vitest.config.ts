import { defineConfig } from 'vitest/config';

const integration = ['tests/**/*.integration.test.ts', 'tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: integration,
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
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
