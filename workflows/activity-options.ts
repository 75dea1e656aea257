import type { ActivityOptions } from '@temporalio/workflow';
import { taskQueues } from '../contracts/task-queues.ts';

/**
 * A lost worker is noticed by the heartbeat and the activity goes on elsewhere; a server that is away is waited for. Errors that
 * another attempt can't mend are not retried at all: they arrive as non-retryable failures.
 */
const retry = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '20s', maximumAttempts: 30 } as const;

/** A run is cancelled when its work has stopped, not when it was asked to. */
const cancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Short reads and writes. */
export const light: ActivityOptions = { taskQueue: taskQueues.pipeline, startToCloseTimeout: '1 minute', retry };

/** Steps on the `pipeline` queue that talk to several servers. */
export const registry: ActivityOptions = { taskQueue: taskQueues.pipeline, startToCloseTimeout: '10 minutes', heartbeatTimeout: '15s', retry };

/**
 * What the champion workflow does is waited for, however long a server is away: it lives as long as its pipeline, and a decision that
 * failed for want of a server would have to be made again by a person.
 */
export const champion: ActivityOptions = { ...registry, retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '20s' } };

export const data: ActivityOptions = { taskQueue: taskQueues.data, startToCloseTimeout: '2 hours', heartbeatTimeout: '15s', cancellationType, retry };

export const embedding: ActivityOptions = { taskQueue: taskQueues.embedding, startToCloseTimeout: '6 hours', heartbeatTimeout: '30s', cancellationType, retry };

export const training: ActivityOptions = { taskQueue: taskQueues.training, startToCloseTimeout: '6 hours', heartbeatTimeout: '15s', cancellationType, retry };

/** Python; its three activities take milliseconds, and a lost worker is noticed when this time is over. */
export const sampler: ActivityOptions = { taskQueue: taskQueues.sampler, startToCloseTimeout: '20 seconds', retry };
