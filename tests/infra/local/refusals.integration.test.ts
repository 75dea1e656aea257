import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { embeddedPostgresUrl } from '../../../config/postgres-url.ts';
import { stateFiles } from '../../../config/state-folder.ts';
import { loadOrCreateSecrets } from '../../../infra/local/secrets.ts';
import { stackStatus } from '../../../infra/local/status.ts';
import { up } from '../../../infra/local/up.ts';
import { environmentWithoutServers, startTestStack } from '../../support/stack.ts';

let stateDir: string;
let taken: Server;
let port: number;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'forecastle-refusals-'));
  // It reads and never answers: a socket that nobody reads would not notice that the other side has gone.
  taken = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as AddressInfo).port;
});
afterEach(async () => {
  await new Promise((resolve) => taken.close(resolve));
  rmSync(stateDir, { recursive: true, force: true });
});

test('a fixed port that is taken stops the start with its number, its variable and the remedy', async () => {
  const env = { ...environmentWithoutServers(), FORECASTLE_POSTGRES_PORT: String(port) };
  await expect(up({ stateDir, env, services: ['postgres'] })).rejects.toThrow(
    `port ${port} of postgres (FORECASTLE_POSTGRES_PORT) is taken by another program: stop that program or set another port`,
  );
  expect(stackStatus({ stateDir }).state).toBe('failed');
});

test.each([
  ['postgres', { DATABASE_URL: 'postgres://me:hidden@127.0.0.1:9/sales' }, 'postgres://me@127.0.0.1:9/sales', 'DATABASE_URL'],
  ['seaweedfs', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9, bucket forecastle', 'AWS_ENDPOINT_URL_S3'],
  ['temporal', { TEMPORAL_ADDRESS: '127.0.0.1:9' }, '127.0.0.1:9', 'TEMPORAL_ADDRESS'],
  ['mlflow', { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9', 'MLFLOW_TRACKING_URI'],
] as const)('an own %s that does not answer stops the start with its address and the variable', async (name, own, address, variable) => {
  const services = name === 'mlflow' ? (['postgres', 'seaweedfs', 'mlflow'] as const) : [name];
  const attempt = up({ stateDir, env: { ...environmentWithoutServers(), AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', ...own }, services });
  await expect(attempt).rejects.toThrow(`your own ${name} at ${address} can't be used (`);
  await expect(attempt).rejects.toThrow(`correct ${variable}, or unset ${variable} to use the embedded one`);
  await expect(attempt).rejects.not.toThrow('hidden');
});

test('a service without what it needs is refused before anything starts', async () => {
  await expect(up({ stateDir, env: environmentWithoutServers(), services: ['mlflow'] })).rejects.toThrow('mlflow needs postgres and seaweedfs');
});

test('a server of the user’s own is checked, listed without its password, and not started', async () => {
  const theirs = await startTestStack({ services: ['postgres'] });
  const { postgresPassword } = loadOrCreateSecrets(stateFiles(theirs.stateDir).secrets);
  const DATABASE_URL = embeddedPostgresUrl(theirs.service('postgres').port ?? 0, postgresPassword);
  const ours = await startTestStack({ stateDir, services: ['postgres'], env: { DATABASE_URL } });
  try {
    const report = stackStatus({ stateDir });
    expect(report.services).toEqual([{ name: 'postgres', state: 'external', restarts: 0, url: expect.stringContaining('127.0.0.1') }]);
    expect(JSON.stringify(report)).not.toContain(postgresPassword);
  } finally {
    await ours.stop();
    await theirs.stop();
  }
});

test('something that listens but is no Temporal is told from one that does not answer', async () => {
  const env = { ...environmentWithoutServers(), TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
  await expect(up({ stateDir, env, services: ['temporal'] })).rejects.toThrow(
    `your own temporal at 127.0.0.1:${port} can't be used (what listens there does not answer as Temporal does): start it, correct TEMPORAL_ADDRESS`,
  );
});
