import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, WorkflowNotFoundError } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';

import { NotFound } from '../../contracts/failure.ts';
import type { ChampionState, Decision, DecisionOutcome, Proposal, ProposeResult } from '../../contracts/governance.ts';
import { championMessages, workflowIds } from '../../contracts/runs.ts';
import type { RetrainInput } from '../../contracts/runs.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { translateFailure } from './failures.ts';
import { freeUpdateId } from './update-id.ts';

export interface TemporalOptions {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  /** Default: on with an API key, off without. */
  readonly tls?: boolean;
}

/** What Forecastle asks of Temporal from outside its workflows. Every call ends within its deadline. */
export interface TemporalGateway {
  /** @throws Conflict when a run with this id runs already */
  startRetrain(input: RetrainInput): Promise<{ readonly workflowId: string }>;
  /** Asks; the run ends by itself. @throws NotFound when it is not known or has ended */
  cancelRun(pipeline: string, runId: string): Promise<void>;
  /** Hands a proposal to the champion workflow, which is started if it isn't there. */
  propose(proposal: Proposal): Promise<ProposeResult>;
  /** Sends the `decide` Update. @throws the PipelineError that the workflow refused with, NotFound when there is no such workflow */
  decide(pipeline: string, decision: Decision): Promise<DecisionOutcome>;
  checkHealth(): Promise<void>;
  close(): Promise<void>;
}

const pipelineAttribute = defineSearchAttributeKey('ForecastlePipeline', SearchAttributeType.KEYWORD);
const runIdAttribute = defineSearchAttributeKey('ForecastleRunId', SearchAttributeType.KEYWORD);

/** A person waits; a promotion writes every forecast before it answers. */
const deadlineMs = 8_000;
const decisionDeadlineMs = 120_000;
const healthDeadlineMs = 2_500;

export function createTemporalGateway({ address, namespace, apiKey, tls }: TemporalOptions): TemporalGateway {
  // Lazy, and never `ensureConnected`: that one remembers a failed first attempt for ever; the channel itself reconnects.
  const connection = Connection.lazy({
    address,
    ...(apiKey !== undefined && { apiKey }),
    ...(tls !== undefined && { tls }),
  });
  const client = new Client({ connection, namespace });
  const within = async <T>(ms: number, doing: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await connection.withDeadline(Date.now() + ms, call);
    } catch (error) {
      throw translateFailure(error, { address, doing });
    }
  };
  return {
    startRetrain: (input) =>
      within(deadlineMs, `run ${input.runId}`, async () => {
        const workflowId = workflowIds.retrain(input.pipeline.name, input.runId);
        await client.workflow.start('retrain', {
          workflowId,
          taskQueue: taskQueues.pipeline,
          args: [input],
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          typedSearchAttributes: [...attributes(input.pipeline.name), { key: runIdAttribute, value: input.runId }],
        });
        return { workflowId };
      }),
    cancelRun: (pipeline, runId) =>
      within(deadlineMs, `run ${runId}`, async () => {
        await client.workflow.getHandle(workflowIds.retrain(pipeline, runId)).cancel();
      }),
    propose: (proposal) =>
      within(decisionDeadlineMs, `the champion workflow of ${proposal.pipeline}`, async () => {
        const updateId = await freeUpdateId(client, workflowIds.champion(proposal.pipeline), proposal);
        const state: ChampionState = { pipeline: proposal.pipeline, open: [] };
        return client.workflow.executeUpdateWithStart<ChampionWorkflow, ProposeResult, [Proposal]>(
          championMessages.propose,
          {
            args: [proposal],
            updateId,
            startWorkflowOperation: new WithStartWorkflowOperation<ChampionWorkflow>('champion', {
              workflowId: workflowIds.champion(proposal.pipeline),
              taskQueue: taskQueues.pipeline,
              args: [state],
              workflowIdConflictPolicy: 'USE_EXISTING',
              typedSearchAttributes: attributes(proposal.pipeline),
            }),
          },
        );
      }),
    decide: (pipeline, decision) =>
      within(decisionDeadlineMs, `the champion workflow of ${pipeline}`, async () => {
        const workflowId = workflowIds.champion(pipeline);
        const updateId = await freeUpdateId(client, workflowId, decision);
        return client.workflow
          .getHandle(workflowId)
          .executeUpdate<DecisionOutcome, [Decision]>(championMessages.decide, { args: [decision], updateId })
          .catch((error: unknown) => {
            if (!(error instanceof WorkflowNotFoundError)) throw error;
            throw new NotFound(
              `Temporal has no champion workflow of ${pipeline} to decide: run the pipeline again, which starts one that takes up the open proposal`,
              { cause: error },
            );
          });
      }),
    checkHealth: () =>
      within(healthDeadlineMs, `namespace ${namespace}`, async () => {
        await connection.workflowService.describeNamespace({ namespace });
      }),
    close: () => connection.close(),
  };
}

type ChampionWorkflow = (state: ChampionState) => Promise<unknown>;

function attributes(pipeline: string): SearchAttributePair[] {
  return [{ key: pipelineAttribute, value: pipeline }];
}
