import { join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';

import { packageRoot } from '../../infra/toolchain/paths.ts';

/** Keeps the failures that tests provoke off the screen. */
export const quiet = new DefaultLogger('ERROR');

/** The workflows as they are in the sources, whatever was built last. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath: join(packageRoot, 'workflows', 'index.ts'), logger: quiet });
}
