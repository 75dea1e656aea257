import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

import { stackStatus } from '../../infra/local/status.ts';
import { startTestStack } from './stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The real stack that all integration tests share: `attachToStack(inject('stack').stateDir)`. */
    stack: { readonly stateDir: string };
  }
}

/** Starts one stack for all integration tests, or takes the running one that FORECASTLE_STATE names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env['FORECASTLE_STATE'];
  if (named !== undefined && named !== '' && stackStatus({ stateDir: named }).state === 'ready') {
    project.provide('stack', { stateDir: named });
    return async () => undefined;
  }
  const stack = await startTestStack();
  project.provide('stack', { stateDir: stack.stateDir });
  return () => stack.stop();
}
