import { statSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { readStackFile, serverNames } from '../../../config/stack-file.schema.ts';
import { stateFiles } from '../../../config/state-folder.ts';
import { down } from '../../../infra/local/down.ts';
import { isRunning } from '../../../infra/local/process-identity.ts';
import { reset } from '../../../infra/local/reset.ts';
import { stackStatus } from '../../../infra/local/status.ts';
import { up } from '../../../infra/local/up.ts';
import { attachToStack, environmentWithoutServers, startTestStack, waitFor } from '../../support/stack.ts';
import type { TestStack } from '../../support/stack.ts';
import { eventually, writeEverywhere } from './kept-data.ts';
import type { KeptData } from './kept-data.ts';

let stack: TestStack;
let data: KeptData;

beforeAll(async () => {
  stack = await startTestStack();
  data = await writeEverywhere(stack.config, 'first');
});
afterAll(() => stack.stop());

function supervisor(): { pid: number; startTime: string } {
  const file = readStackFile(stateFiles(stack.stateDir).stack);
  if (file === undefined) throw new Error('no stack file');
  return file.supervisor;
}

test('two stacks run side by side on ports of their own', async () => {
  const shared = attachToStack(inject('stack').stateDir);
  const ports = serverNames.flatMap((name) => [stack.service(name).port, shared.service(name).port]);
  expect(new Set(ports).size).toBe(2 * serverNames.length);
  const theirs = await writeEverywhere(shared.config, `beside-${process.pid}`);
  expect(await theirs.postgres()).toBe(`beside-${process.pid}`);
  expect(await data.postgres()).toBe('first');
});

test.each(serverNames)('%s comes back after a kill, on the same port, with its data', async (name) => {
  const before = stack.service(name);
  const after = await stack.killAndWait(name);
  expect(after.port).toBe(before.port);
  expect(after.restarts).toBe(before.restarts + 1);
  expect(after.lastError).toBe('ended with SIGKILL');
  expect(await eventually(data[name])).toBe('first');
});

test('the status sums the memory of every service and tells where each one is', () => {
  const report = stackStatus({ stateDir: stack.stateDir });
  expect(report.state).toBe('ready');
  expect(report.services.map(({ name, state }) => `${name} ${state}`)).toEqual(serverNames.map((name) => `${name} ready`));
  const sum = report.services.reduce((total, service) => total + (service.memoryBytes ?? 0), 0);
  expect(report.memoryBytes).toBeGreaterThan(sum);
  expect(report.memoryBytes).toBeLessThan(2 * 2 ** 30);
});

test('secrets can be read by their owner alone', () => {
  expect(statSync(stateFiles(stack.stateDir).secrets).mode & 0o777).toBe(0o600);
});

test('reset refuses while the stack is up', async () => {
  await expect(reset({ stateDir: stack.stateDir })).rejects.toThrow('run `npx forecastle down` first');
});

test('after a kill of the supervisor the next up stops what was left and goes on with the data', async () => {
  const ports = serverNames.map((name) => stack.service(name).port);
  const orphans = serverNames.map((name) => stack.service(name));
  const killed = supervisor();
  process.kill(killed.pid, 'SIGKILL');
  await waitFor(() => (isRunning(killed) ? undefined : true));
  expect(stackStatus({ stateDir: stack.stateDir }).state).toBe('lost');

  await up({ stateDir: stack.stateDir, env: environmentWithoutServers(), services: serverNames });

  for (const { pid, startTime } of orphans) expect(isRunning({ pid: pid ?? 0, startTime: startTime ?? '' })).toBe(false);
  expect(serverNames.map((name) => stack.service(name).port)).toEqual(ports);
  for (const name of serverNames) expect(await eventually(data[name])).toBe('first');
});

describe('down', () => {
  test('ends everything within 15 seconds and keeps the data', async () => {
    const processes = [supervisor(), ...serverNames.map((name) => stack.service(name))];
    const began = performance.now();
    expect(await down({ stateDir: stack.stateDir })).toBe(true);
    expect(performance.now() - began).toBeLessThan(15_000);
    for (const { pid, startTime } of processes) expect(isRunning({ pid: pid ?? 0, startTime: startTime ?? '' })).toBe(false);
    expect(stackStatus({ stateDir: stack.stateDir }).state).toBe('down');
    expect(await down({ stateDir: stack.stateDir })).toBe(false);

    await up({ stateDir: stack.stateDir, env: environmentWithoutServers(), services: serverNames });
    for (const name of serverNames) expect(await eventually(data[name])).toBe('first');
  });
});
