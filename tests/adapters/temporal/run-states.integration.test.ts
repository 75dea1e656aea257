import { randomUUID } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { afterAll, expect, inject, test } from 'vitest';

import { createTemporalGateway } from '../../../adapters/temporal/client.ts';
import { createRunStates } from '../../../adapters/temporal/run-states.ts';
import { pipelineSchema } from '../../../contracts/pipeline.schema.ts';
import { workflowIds } from '../../../contracts/runs.ts';
import { attachToStack } from '../../support/stack.ts';

const { temporal } = attachToStack(inject('stack').stateDir).config;
const gateway = createTemporalGateway(temporal);
const states = createRunStates(temporal);
const name = `states-${randomUUID().slice(0, 8)}`;
const pipeline = pipelineSchema.parse({
  name,
  task: 'forecast',
  frequency: 'week',
  horizon: 4,
  sources: { sales: { uri: 's.csv', columns: { series: 'a', time: 'b', target: 'c' } } },
});

afterAll(() => Promise.all([gateway.close(), states.close()]));

test('a run that was terminated from outside is cancelled, with the reason that was given', async () => {
  await gateway.startRetrain({
    runId: 'run-1',
    pipeline,
    baseFolder: '/data',
    actor: 'ana',
    requestedAt: '2025-11-24T08:00:00.000Z',
  });
  expect(await states.stateOf(name, 'run-1')).toEqual({ state: 'running' });
  const connection = await Connection.connect({ address: temporal.address });
  await new Client({ connection, namespace: temporal.namespace }).workflow
    .getHandle(workflowIds.retrain(name, 'run-1'))
    .terminate('by hand');
  await connection.close();
  expect(await states.stateOf(name, 'run-1')).toEqual({
    state: 'cancelled',
    reason: 'terminated in Temporal: by hand',
  });
});

test('a run that was never started is unknown', async () => {
  expect(await states.stateOf(name, 'run-2')).toEqual({ state: 'unknown' });
});

test('a Temporal that does not answer says so within its deadline', async () => {
  const nobody = createRunStates({ ...temporal, address: '127.0.0.1:9' });
  await expect(nobody.stateOf(name, 'run-1')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  await nobody.close();
});
