import { activityInfo } from '@temporalio/activity';
import type { WorkflowClient } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime, Worker } from '@temporalio/worker';

import { createTemporalGateway } from '../../adapters/temporal/client.ts';
import type { TemporalGateway } from '../../adapters/temporal/client.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { searchAttributes } from '../../infra/local/services/temporal.ts';
import { toolchainPaths } from '../../infra/toolchain/paths.ts';
import { createFailureInterceptor } from '../../workers/failure-interceptor.ts';
import { bundleWorkflows, quiet } from './bundle.ts';
import type { FakeActivities } from './fake-activities.ts';

/**
 * A Temporal server of a test file's own, in memory: its queues carry the real names without meeting anybody else's workers, and it
 * can be told to suggest continue-as-new early.
 */
export interface TestTemporal {
  readonly client: WorkflowClient;
  /** What the rest of the program speaks to Temporal through. */
  readonly gateway: TemporalGateway;
  /** What activities do from now on. */
  use(activities: FakeActivities): void;
  /** One per task queue; does nothing while they run. */
  startWorkers(): Promise<void>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTemporal({ suggestContinueAsNewAfter }: { readonly suggestContinueAsNewAfter?: number } = {}): Promise<TestTemporal> {
  Runtime.install({ logger: quiet });
  const [environment, workflowBundle] = await Promise.all([
    TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: toolchainPaths().temporal },
        ...(suggestContinueAsNewAfter !== undefined && { extraArgs: ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${suggestContinueAsNewAfter}`] }),
        searchAttributes: Object.keys(searchAttributes).map((name) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)),
        log: { format: 'json', level: 'error' },
      },
    }),
    bundleWorkflows(),
  ]);
  const gateway = createTemporalGateway({ address: environment.address, namespace: environment.namespace ?? 'default' });
  let current: FakeActivities | undefined;
  let stopWorkers: (() => Promise<void>) | undefined;

  /** Temporal calls `default` for every activity without a function of its own. */
  async function perform(input: never): Promise<unknown> {
    if (current === undefined) throw new Error('no activities yet: call use()');
    return current.perform(activityInfo(), input);
  }

  return {
    client: environment.client.workflow,
    gateway,
    use(activities) {
      current = activities;
    },
    async startWorkers() {
      if (stopWorkers !== undefined) return;
      const workers = await Promise.all(
        Object.values(taskQueues).map((taskQueue) =>
          Worker.create({
            connection: environment.nativeConnection,
            taskQueue,
            activities: { default: perform },
            interceptors: { activity: [createFailureInterceptor] },
            // A cancelled activity hears of it with its next heartbeat.
            maxHeartbeatThrottleInterval: '50ms',
            ...(taskQueue === taskQueues.pipeline && { workflowBundle }),
          }),
        ),
      );
      const running = Promise.all(workers.map((worker) => worker.run()));
      stopWorkers = async () => {
        stopWorkers = undefined;
        for (const worker of workers) worker.shutdown();
        await running;
      };
    },
    stopWorkers: async () => stopWorkers?.(),
    async stop() {
      await stopWorkers?.();
      await gateway.close();
      await environment.teardown();
    },
  };
}
