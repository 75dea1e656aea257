import { describe, expect, test } from 'vitest';

import type { ApiDependencies, WorkflowState } from '../../api/dependencies.ts';
import { ServiceUnavailable } from '../../contracts/failure.ts';
import * as http from '../../contracts/http.schema.ts';
import { actor } from './fake-dependencies.ts';
import { setUp } from './harness.ts';

/** The API while Temporal says this of every run; `run-2` is the one whose row says `running`, for four hours. */
function whileTemporalSays(answer: WorkflowState | Error, replaced: Partial<ApiDependencies> = {}) {
  const workflows = {
    async stateOf(): Promise<WorkflowState> {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return setUp({ workflows, ...replaced });
}

const terminated: WorkflowState = { state: 'cancelled', reason: 'terminated in Temporal: by hand' };

describe('a run that was ended from outside', () => {
  test('is cancelled in the list, with no step left running, and can be retried', async () => {
    const { get, post } = whileTemporalSays(terminated);
    const { runs } = http.runListSchema.parse(await (await get('/v1/runs')).json());
    expect(runs.find(({ runId }) => runId === 'run-2')).toMatchObject({
      status: 'cancelled',
      error: terminated.reason,
    });
    const { steps } = http.runDetailSchema.parse(await (await get('/v1/runs/run-2')).json());
    expect(steps.find(({ step }) => step === 'ingest')).toMatchObject({ status: 'cancelled' });
    expect((await post('/v1/runs/run-2/retry', {}, actor)).status).toBe(202);
  });
  test('is told by its own page first', async () => {
    const detail = http.runDetailSchema.parse(await (await whileTemporalSays(terminated).get('/v1/runs/run-2')).json());
    expect(detail.run).toMatchObject({ status: 'cancelled', error: terminated.reason });
  });
  test('is no longer listed among the running ones', async () => {
    const { runs } = http.runListSchema.parse(
      await (await whileTemporalSays(terminated).get('/v1/runs?status=running')).json(),
    );
    expect(runs).toEqual([]);
  });
  test('keeps the code of its failure', async () => {
    const failed: WorkflowState = { state: 'failed', reason: 'sales.csv: empty', code: 'BadInput' };
    const { run } = http.runDetailSchema.parse(await (await whileTemporalSays(failed).get('/v1/runs/run-2')).json());
    expect(run).toMatchObject({ status: 'failed', code: 'BadInput', error: 'sales.csv: empty' });
  });
});

test('a run that Temporal does not know has failed, but not while it may still be on its way there', async () => {
  const unknown: WorkflowState = { state: 'unknown' };
  const { run } = http.runDetailSchema.parse(await (await whileTemporalSays(unknown).get('/v1/runs/run-2')).json());
  expect(run).toMatchObject({ status: 'failed', error: expect.stringContaining('runs retry run-2') as string });
  const soon = () => new Date('2025-11-24T08:00:10.000Z');
  const young = http.runDetailSchema.parse(
    await (await whileTemporalSays(unknown, { now: soon }).get('/v1/runs/run-2')).json(),
  );
  expect(young.run.status).toBe('running');
});

test('a run that Temporal runs is running, and so is every one while Temporal is silent', async () => {
  for (const answer of [{ state: 'running' } as const, new ServiceUnavailable('no answer')]) {
    const { get, reported } = whileTemporalSays(answer);
    const { run } = http.runDetailSchema.parse(await (await get('/v1/runs/run-2')).json());
    expect(run.status).toBe('running');
    expect(reported).toEqual([]);
  }
});

test('a run that ended by itself while Temporal was asked keeps its own words', async () => {
  const { deps } = setUp();
  const finished: string[] = [];
  const runs: ApiDependencies['runs'] = {
    ...deps.runs,
    async finish({ runId }) {
      finished.push(runId);
    },
  };
  const workflows = {
    async stateOf(): Promise<WorkflowState> {
      await deps.runs.finish({ runId: 'run-2', status: 'done' });
      return { state: 'failed', reason: 'late' };
    },
  };
  const { run } = http.runDetailSchema.parse(await (await setUp({ runs, workflows }).get('/v1/runs/run-2')).json());
  expect(run.status).toBe('done');
  expect(finished).toEqual([]);
});
