import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowNotFoundError,
} from '@temporalio/common';

import { workflowIds } from '../../contracts/runs.ts';
import type { TemporalOptions } from './client.ts';
import { translateFailure } from './failures.ts';

/** How a run's workflow stands. `unknown`: Temporal has no such workflow (any more). */
export type WorkflowState =
  | { readonly state: 'running' }
  | { readonly state: 'done' }
  | { readonly state: 'unknown' }
  | { readonly state: 'failed' | 'cancelled'; readonly reason: string; readonly code?: string };

/** Temporal's own word on runs: the rows in PostgreSQL are written by the workflow, so they miss how it ended when it was ended from outside. */
export interface RunStates {
  /** @throws ServiceUnavailable when Temporal does not answer within seconds */
  stateOf(pipeline: string, runId: string): Promise<WorkflowState>;
  close(): Promise<void>;
}

/** Somebody waits for a list that is otherwise there. */
const deadlineMs = 2_000;

export function createRunStates({ address, namespace, apiKey, tls }: TemporalOptions): RunStates {
  const connection = Connection.lazy({
    address,
    ...(apiKey !== undefined && { apiKey }),
    ...(tls !== undefined && { tls }),
  });
  const client = new Client({ connection, namespace });
  return {
    async stateOf(pipeline, runId) {
      const handle = client.workflow.getHandle(workflowIds.retrain(pipeline, runId));
      try {
        return await connection.withDeadline(Date.now() + deadlineMs, async () => {
          const { status } = await handle.describe();
          if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW' || status.name === 'PAUSED')
            return { state: 'running' };
          return await handle.result().then((): WorkflowState => ({ state: 'done' }), endOf);
        });
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
        throw translateFailure(error, { address, doing: `run ${runId}` });
      }
    },
    close: () => connection.close(),
  };
}

/** A closed workflow's failure in words; anything else is thrown again. */
function endOf(error: unknown): WorkflowState {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof TerminatedFailure)
    return { state: 'cancelled', reason: `terminated in Temporal: ${cause.message}` };
  if (cause instanceof CancelledFailure) return { state: 'cancelled', reason: 'cancelled in Temporal' };
  if (cause instanceof TimeoutFailure) return { state: 'failed', reason: 'its time in Temporal ran out' };
  const said = cause instanceof ApplicationFailure && cause.type ? { code: cause.type } : {};
  return { state: 'failed', reason: cause?.message ?? error.message, ...said };
}
