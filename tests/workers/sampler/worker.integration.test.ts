import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { sqlAlchemyUrl } from '../../../config/postgres-url.ts';
import type { AskInput } from '../../../contracts/modelling.ts';
import { packageRoot, toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { startTestStack, waitFor } from '../../support/stack.ts';
import type { TestStack } from '../../support/stack.ts';
import * as examples from './examples.ts';
import { createOptunaDatabase } from './sampler-process.ts';
import { askSampler, pruneSampler, tellSampler } from './sampler-workflow.ts';

/** A stack of its own: its servers are killed. */
let stack: TestStack;
let database: Awaited<ReturnType<typeof createOptunaDatabase>>;
let client: Client;
let stopWorkflowWorker: () => Promise<void>;
let sampler: SamplerWorker;
const scratch = mkdtempSync(join(tmpdir(), 'forecastle-sampler-'));

beforeAll(async () => {
  // The failures that these tests provoke would fill the screen.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  stack = await startTestStack();
  const { temporal, postgres } = stack.config;
  database = await createOptunaDatabase(postgres.url, 'sampler_worker_test');
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  const connection = await NativeConnection.connect({ address: temporal.address });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, 'sampler-workflow.ts') });
  const worker = await Worker.create({ connection, taskQueue: 'sampler-test', workflowBundle });
  const running = worker.run();
  stopWorkflowWorker = async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
  sampler = await startSampler(temporal.address, database.url);
});
afterAll(async () => {
  await sampler.end('SIGKILL');
  await stopWorkflowWorker();
  await client.connection.close();
  await stack.stop();
  rmSync(scratch, { recursive: true, force: true });
});

interface SamplerWorker {
  readonly process: ChildProcess;
  readonly output: readonly string[];
  /** @returns the exit code; null after a kill */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

async function startSampler(address: string, optunaUrl: string): Promise<SamplerWorker> {
  const health = join(scratch, `health-${Math.random()}`);
  const child = spawn(toolchainPaths().python, [join(packageRoot, 'workers', 'sampler', 'main.py')], {
    env: { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default', OPTUNA_STORAGE_URL: optunaUrl, FORECASTLE_HEALTH_FILE: health, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(...text.trimEnd().split('\n')));
  await waitFor(() => (existsSync(health) ? true : undefined));
  return {
    process: child,
    output,
    end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

let calls = 0;
function execute<I, O>(workflow: (input: I) => Promise<O>, input: I): Promise<O> {
  return client.workflow.execute(workflow, { taskQueue: 'sampler-test', workflowId: `sampler-test/${(calls += 1)}`, args: [input] });
}
const asking = (study: string, numbers: readonly number[], change: Partial<AskInput> = {}): AskInput => ({ ...examples.askInput, study, numbers, ...change });

test('asks, tells and prunes over Temporal, and says so in its log', async () => {
  const { trials } = await execute(askSampler, asking('a', [0, 1]));
  expect(trials[0]?.parameters).toEqual(examples.askInput.first);
  const told = trials.map((trial) => ({ ...trial, folds: [0.5], state: 'complete' as const, value: 0.5 }));
  expect(await execute(tellSampler, { study: 'a', trials: told })).toEqual({ told: 2 });
  expect(await execute(pruneSampler, { study: 'a', pruner: 'median', trials: [{ number: 2, folds: [0.9] }] })).toEqual({ stop: [] });
  expect(sampler.output).toContain('sampler ready');
  expect(sampler.output.some((line) => /INFO ask study=a trials=0,1 ms=\d+$/.test(line))).toBe(true);
});

test('bad input fails at once with its code and its place', async () => {
  const failure = await execute(askSampler, asking('b', [-1])).catch((error: unknown) => error);
  const activity = failure instanceof WorkflowFailedError ? failure.cause : failure;
  const cause = activity instanceof ActivityFailure ? activity.cause : activity;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  expect(cause).toMatchObject({ type: 'BadInput', nonRetryable: true, message: 'AskInput $.numbers[0]: -1 is less than the minimum of 0' });
});

test('kill -9 with requests on their way: the next sampler gives what the search has without a kill', async () => {
  const { temporal } = stack.config;
  const wanted = [];
  for (let number = 0; number < 6; number += 2) wanted.push(...(await execute(askSampler, asking('unharmed', [number, number + 1]))).trials);
  const got = [];
  for (let number = 0; number < 6; number += 2) {
    const answer = execute(askSampler, asking('killed', [number, number + 1]));
    await sampler.end('SIGKILL');
    sampler = await startSampler(temporal.address, database.url);
    got.push(...(await answer).trials);
  }
  expect(got).toEqual(wanted);
});

test('goes on by itself when PostgreSQL and Temporal were killed and are back', async () => {
  const before = await execute(askSampler, asking('restarts', [0]));
  await stack.killAndWait('postgres');
  expect(await execute(askSampler, asking('restarts', [0]))).toEqual(before);
  await stack.killAndWait('temporal');
  expect(await execute(askSampler, asking('restarts', [0]))).toEqual(before);
  expect(sampler.process.exitCode).toBeNull();
});

test('is ready only once it can work: it waits for its database', async () => {
  const { temporal, postgres } = stack.config;
  const later = sqlAlchemyUrl(postgres.url, 'sampler_later_test');
  const starting = startSampler(temporal.address, later);
  const created = await createOptunaDatabase(postgres.url, 'sampler_later_test');
  const late = await starting;
  expect(await late.end('SIGTERM')).toBe(0);
  await created.drop();
});

test('SIGTERM ends it with 0 before the supervisor would kill it', async () => {
  const began = performance.now();
  expect(await sampler.end('SIGTERM')).toBe(0);
  expect(performance.now() - began).toBeLessThan(5000);
});
