import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';

import { PipelineError } from '../contracts/failure.ts';

/** Programming errors: another attempt would fail the same way. */
const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Turns our own errors into Temporal's, so that what can't be mended by another attempt isn't tried again. */
export function createFailureInterceptor(): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof PipelineError) throw ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable: !error.retryable, cause: error });
          if (bugs.some((bug) => error instanceof bug)) throw ApplicationFailure.create({ message: String(error), type: 'Bug', nonRetryable: true, ...(error instanceof Error && { cause: error }) });
          throw error;
        }
      },
    },
  };
}
