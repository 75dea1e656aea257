import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { ServiceState } from '../../../config/stack-file.schema.ts';
import { startTimeOf } from '../../../infra/local/process-identity.ts';
import { SupervisedProcess } from '../../../infra/local/supervised-process.ts';
import { waitFor } from '../../support/stack.ts';

let folder: string;
let running: SupervisedProcess | undefined;
let states: ServiceState[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-process-'));
  states = [];
});
afterEach(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A service that is ready once its script has written the file "ready". */
function supervise(script: string, options: { startTimeoutSeconds?: number; graceSeconds?: number } = {}): SupervisedProcess {
  const ready = join(folder, 'ready');
  const supervised: SupervisedProcess = new SupervisedProcess(
    {
      name: 'api',
      command: { file: process.execPath, args: ['--eval', `const fs = require('fs'); ${script}`], env: process.env, cwd: folder },
      async prepare() {
        rmSync(ready, { force: true });
      },
      async probe() {
        if (!existsSync(ready)) throw new Error('no file yet');
      },
      startTimeoutSeconds: options.startTimeoutSeconds ?? 20,
      stop: { signal: 'SIGTERM', graceSeconds: options.graceSeconds ?? 5 },
    },
    join(folder, 'api.log'),
    () => states.push(supervised.status.state),
  );
  running = supervised;
  return supervised;
}

const becomeReady = `fs.writeFileSync('ready', ''); setInterval(() => undefined, 1000);`;

test('a process that dies is started again under a new number', async () => {
  const service = supervise(becomeReady);
  await service.start();
  const { pid = 0 } = service.status;
  process.kill(pid, 'SIGKILL');
  const after = await waitFor(() => (service.status.state === 'ready' && service.status.pid !== pid ? service.status : undefined));
  expect(after).toMatchObject({ restarts: 1, lastError: 'ended with SIGKILL' });
  expect(states).toEqual(['starting', 'ready', 'restarting', 'restarting', 'ready']);
});

test('what a dead process had started ends with it', async () => {
  const service = supervise(`
    const child = require('child_process').spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    fs.writeFileSync('child', String(child.pid)); ${becomeReady}`);
  await service.start();
  const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
  expect(startTimeOf(child)).toBeDefined();
  process.kill(service.status.pid ?? 0, 'SIGKILL');
  expect(await waitFor(() => (startTimeOf(child) === undefined ? 'gone' : undefined))).toBe('gone');
});

test('a process that always ends at once is given up, with the last words of its log', async () => {
  const service = supervise(`console.error('the disk is full'); process.exit(7);`);
  await expect(service.start()).rejects.toThrow(/^api didn't come up: ended with code 7: .*the disk is full; see .*api\.log$/);
  expect(service.status.state).toBe('failed');
}, 30_000);

test('a process that never gets ready is ended after its time', async () => {
  const service = supervise('setInterval(() => undefined, 1000);', { startTimeoutSeconds: 0.5 });
  await expect(service.start()).rejects.toThrow('not ready after 0.5 s (no file yet)');
  expect(service.status.state).toBe('failed');
});

test('a program that is not there is named', async () => {
  const service = new SupervisedProcess(
    {
      name: 'mlflow',
      command: { file: join(folder, 'nothing'), args: [], env: {}, cwd: folder },
      probe: () => Promise.reject(new Error('never')),
      startTimeoutSeconds: 0.1,
      stop: { signal: 'SIGTERM', graceSeconds: 1 },
    },
    join(folder, 'log'),
    () => undefined,
  );
  await expect(service.start()).rejects.toThrow('ENOENT');
});

test('stop lets a process end by itself, and kills one that does not', async () => {
  const polite = supervise(`process.on('SIGTERM', () => { fs.writeFileSync('tidied', ''); process.exit(0); }); ${becomeReady}`);
  await polite.start();
  await polite.stop();
  expect(existsSync(join(folder, 'tidied'))).toBe(true);
  expect(polite.status).toMatchObject({ state: 'stopped', restarts: 0 });

  const deaf = supervise(`process.on('SIGTERM', () => undefined); ${becomeReady}`, { graceSeconds: 0.3 });
  await deaf.start();
  const { pid = 0 } = deaf.status;
  await deaf.stop();
  expect(startTimeOf(pid)).toBeUndefined();
});
