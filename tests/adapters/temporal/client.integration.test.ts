import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { createTemporalGateway } from '../../../adapters/temporal/client.ts';
import { Conflict, DecisionRefused, EvidenceStale, NotFound, ServiceUnavailable } from '../../../contracts/failure.ts';
import type { Decision, Proposal } from '../../../contracts/governance.ts';
import { pipelineSchema } from '../../../contracts/pipeline.schema.ts';
import { workflowIds } from '../../../contracts/runs.ts';
import type { RetrainInput } from '../../../contracts/runs.ts';
import { attachToStack } from '../../support/stack.ts';

const { temporal } = attachToStack(inject('stack').stateDir).config;
const gateway = createTemporalGateway(temporal);
// Ids of its own: a stack that a developer keeps has met these tests before.
const name = `gateway-${randomUUID().slice(0, 8)}`;
let worker: Worker;
let running: Promise<void>;
let native: NativeConnection;

beforeAll(async () => {
  native = await NativeConnection.connect({ address: temporal.address });
  worker = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue: 'pipeline',
    workflowsPath: new URL('./refusing-champion.ts', import.meta.url).pathname,
  });
  running = worker.run();
});
afterAll(async () => {
  const connection = await Connection.connect({ address: temporal.address });
  await new Client({ connection, namespace: temporal.namespace }).workflow
    .getHandle(workflowIds.champion(name))
    .terminate('the test is over');
  await connection.close();
  worker.shutdown();
  await running;
  await native.close();
  await gateway.close();
});

const run = (runId: string): RetrainInput => ({
  runId,
  baseFolder: '/data',
  actor: 'ana',
  requestedAt: '2025-11-24T08:00:00.000Z',
  pipeline: pipelineSchema.parse({
    name,
    task: 'forecast',
    frequency: 'week',
    horizon: 4,
    sources: { sales: { uri: 's.csv', columns: { series: 'a', time: 'b', target: 'c' } } },
  }),
});
const evidence = { candidate: 'c', snapshot: 's', metrics: 'm', pipeline: 'p', code: 'k' };
const proposal: Proposal = {
  id: 'p1',
  pipeline: name,
  candidate: 'c',
  version: 1,
  runId: 'r',
  evidence,
  gates: [],
  status: 'open',
  proposedBy: 'system:retrain',
  proposedAt: '2025-11-24T08:00:00.000Z',
  expiresAt: '2025-11-27T08:00:00.000Z',
  quorum: 1,
  decisions: [],
};
const decision = (changed: Partial<Decision> = {}): Decision => ({
  proposalId: 'p1',
  verdict: 'approve',
  reason: 'better',
  actor: 'ana',
  evidence,
  ...changed,
});

test('a run is started once per id, and asked to stop', async () => {
  expect(await gateway.startRetrain(run('r1'))).toEqual({ workflowId: `retrain/${name}/r1` });
  await expect(gateway.startRetrain(run('r1'))).rejects.toThrow(Conflict);
  await gateway.cancelRun(name, 'r1');
  await expect(gateway.cancelRun(name, 'r9')).rejects.toThrow(NotFound);
});

describe('decisions', () => {
  test('nobody decides for a pipeline without a champion workflow', async () => {
    const lost = gateway.decide(`${name}-none`, decision());
    await expect(lost).rejects.toThrow(NotFound);
    await expect(lost).rejects.toThrow(/run the pipeline again/);
  });
  test('a proposal starts the champion workflow, and a decision sent twice is one', async () => {
    expect(await gateway.propose(proposal)).toEqual({ proposal, created: true });
    expect((await gateway.decide(name, decision())).message).toBe('decision 1');
    expect((await gateway.decide(name, decision())).message).toBe('decision 1');
    expect((await gateway.decide(name, decision({ reason: 'still better' }))).message).toBe('decision 2');
  });
  test('a request that failed is made anew when it is repeated, and one that succeeded is not', async () => {
    const flaky = decision({ reason: 'fails twice' });
    await expect(gateway.decide(name, flaky)).rejects.toThrow('failure 1');
    await expect(gateway.decide(name, flaky)).rejects.toThrow('failure 2');
    const { message } = await gateway.decide(name, flaky);
    expect(message).toMatch(/^decision \d+$/);
    expect((await gateway.decide(name, flaky)).message).toBe(message);
  });
  test('requests that are the same and arrive together are one', async () => {
    const same = decision({ reason: 'sent by two windows' });
    const answers = await Promise.all([gateway.decide(name, same), gateway.decide(name, same), gateway.decide(name, same)]);
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1);
  });
  test('a proposal whose storing failed is made anew when it is repeated', async () => {
    const flaky = { ...proposal, id: 'fails once' };
    await expect(gateway.propose(flaky)).rejects.toThrow(ServiceUnavailable);
    expect(await gateway.propose(flaky)).toEqual({ proposal: flaky, created: true });
  });
  test('refusals of the validator and of the handler keep their code and words', async () => {
    await expect(gateway.decide(name, decision({ reason: '' }))).rejects.toThrow(
      new DecisionRefused('a decision needs a reason'),
    );
    const stale = gateway.decide(name, decision({ evidence: { ...evidence, metrics: 'old' } }));
    await expect(stale).rejects.toThrow(EvidenceStale);
    await expect(stale).rejects.toThrow('the metrics changed since');
  });
});

describe('health', () => {
  test('it is well where the namespace is', async () => {
    await expect(gateway.checkHealth()).resolves.toBeUndefined();
  });
  test('a namespace that is not there is named', async () => {
    const lost = createTemporalGateway({ ...temporal, namespace: 'nowhere' });
    await expect(lost.checkHealth()).rejects.toThrow(/nowhere.*TEMPORAL_NAMESPACE/);
    await lost.close();
  });
  test('a server that is not there is told soon', async () => {
    const closed = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    const lost = createTemporalGateway({ ...temporal, address: `127.0.0.1:${closed}` });
    const began = performance.now();
    await expect(lost.checkHealth()).rejects.toThrow(ServiceUnavailable);
    expect(performance.now() - began).toBeLessThan(10_000);
    await lost.close();
  });
});
