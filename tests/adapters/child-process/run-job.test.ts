import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compiledEntry } from '../../../adapters/child-process/compiled-entry.ts';
import { runJob } from '../../../adapters/child-process/run-job.ts';
import type { FitProgress } from '../../../contracts/training.ts';
import type { SampleJob } from './jobs/sample.ts';

const entry = new URL('./jobs/sample.ts', import.meta.url);

function run(
  act: SampleJob['act'],
  rest: {
    signal?: AbortSignal;
    timeoutIdleMs?: number;
    onProgress?: (p: FitProgress) => void;
    env?: Record<string, string>;
  } = {},
): Promise<unknown> {
  return runJob<SampleJob, unknown>({
    entry,
    job: { act },
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...rest,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 500 && isAlive(pid); tries += 1) await pause(10);
  return !isAlive(pid);
}

test('the outcome comes back as it is, typed arrays included, with progress in order, and the process is gone', async () => {
  const notes: string[] = [];
  const outcome = await run('echo', { onProgress: ({ note }) => notes.push(note) });
  const pid = Number(notes[0]);
  expect(outcome).toEqual({ pid, values: Float32Array.of(1, NaN) });
  expect(notes.slice(1)).toEqual(['half way']);
  expect(isAlive(pid)).toBe(false);
});

test('a refusal in the child is the same refusal in the parent', async () => {
  await expect(run('refuse')).rejects.toMatchObject({
    code: 'BadInput',
    retryable: false,
    message: 'sales.csv row 3: no',
  });
});

test('a bug in the child is a failure that can be tried again and quotes the stack', async () => {
  await expect(run('throw')).rejects.toMatchObject({
    code: 'TrainingFailed',
    retryable: true,
    message: expect.stringMatching(/a bug[^]*sample\.js/),
  });
});

test('a child that exits early is named by its exit code and last words', async () => {
  await expect(run('exit')).rejects.toMatchObject({
    code: 'TrainingFailed',
    message: expect.stringMatching(/exit code 9[^]*out of luck/),
  });
});

test('a child that is killed is named by the signal and can be tried again', async () => {
  await expect(run('die')).rejects.toMatchObject({
    code: 'TrainingFailed',
    retryable: true,
    message: expect.stringMatching(/SIGKILL[^]*last words/),
  });
});

test.each(['work for ever', 'hang'] as const)('a cancelled job stops at once, even while it does: %s', async (act) => {
  const controller = new AbortController();
  let pid = 0;
  const reason = new Error('cancelled by a person');
  const running = run(act, {
    signal: controller.signal,
    onProgress: ({ note }) => {
      pid = Number(note);
      controller.abort(reason);
    },
  });
  await expect(running).rejects.toBe(reason);
  expect(pid).toBeGreaterThan(0);
  expect(isAlive(pid)).toBe(false);
});

test('a job cancelled before it starts starts no process', async () => {
  const reason = new Error('too late');
  await expect(run('echo', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('a child that says nothing for too long is stopped', async () => {
  await expect(run('hang', { timeoutIdleMs: 1_500 })).rejects.toMatchObject({
    code: 'TrainingFailed',
    message: expect.stringContaining('said nothing for 1.5 s'),
  });
});

test('the child sees passive OpenMP threads and no credentials of its parent', async () => {
  process.env['AWS_SECRET_ACCESS_KEY'] = 'not for children';
  try {
    const seen = await run('environment', { env: { EXTRA: 'yes' } });
    expect(seen).toMatchObject({ OMP_WAIT_POLICY: 'passive', EXTRA: 'yes', PATH: process.env['PATH'] });
    expect(seen).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  } finally {
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
});

test('a child ends by itself when its parent is killed', async () => {
  const parent = spawn(process.execPath, [compiledEntry(new URL('./jobs/parent.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(printed.toString());
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await gone(pid)).toBe(true);
});

test('an entry that is not built is an error that says what to do', () => {
  expect(() => compiledEntry(new URL('./jobs/never-written.ts', import.meta.url))).toThrow(/Build first/);
});
