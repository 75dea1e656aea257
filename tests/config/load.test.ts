import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadConfig } from '../../config/load.ts';
import type { StackFile } from '../../config/stack-file.schema.ts';
import { identityOf } from '../../infra/local/process-identity.ts';
import { loadOrCreateSecrets } from '../../infra/local/secrets.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'forecastle-config-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const ownServers = {
  DATABASE_URL: 'postgres://me:secret@db.example.com:5433/sales?sslmode=require',
  FORECASTLE_BUCKET: 'models',
  TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  MLFLOW_TRACKING_URI: 'https://mlflow.example.com',
  FORECASTLE_API_KEY: 'a-key-of-sixteen-characters',
};

function writeStack(changes: Partial<StackFile> = {}): void {
  const ready = (port: number) => ({ state: 'ready', port, restarts: 0 }) as const;
  const stack: StackFile = {
    version: 1,
    state: 'ready',
    supervisor: identityOf(process.pid),
    startedAt: new Date(0).toISOString(),
    notes: [],
    services: { postgres: ready(2001), seaweedfs: ready(2002), temporal: ready(2003), mlflow: ready(2004), api: ready(2005) },
    ...changes,
  };
  writeFileSync(join(stateDir, 'stack.json'), JSON.stringify(stack));
}

describe('servers of the user’s own', () => {
  test('four named servers make a configuration without any stack', () => {
    const config = loadConfig({ ...ownServers, FORECASTLE_STATE: stateDir });
    expect(config.postgres.url).toBe(ownServers.DATABASE_URL);
    expect(config.s3).toEqual({ region: 'us-east-1', bucket: 'models' });
    expect(config.temporal).toEqual({ address: 'temporal.example.com:7233', namespace: 'default' });
    expect(config.mlflow).toEqual({ trackingUri: 'https://mlflow.example.com' });
  });

  test('PGHOST and its kin name a server like DATABASE_URL does', () => {
    const { DATABASE_URL: _, ...others } = ownServers;
    const env = { ...others, PGHOST: 'db', PGUSER: 'ann', PGPASSWORD: 'a/b@c', FORECASTLE_STATE: stateDir };
    expect(loadConfig(env).postgres.url).toBe('postgres://ann:a%2Fb%40c@db:5432/forecastle');
  });
});

describe('the embedded stack', () => {
  test('everything unset comes from the running stack', () => {
    writeStack();
    const secrets = loadOrCreateSecrets(join(stateDir, 'secrets.json'));
    const config = loadConfig({ FORECASTLE_STATE: stateDir });
    expect(config.postgres.url).toBe(`postgres://forecastle:${secrets.postgresPassword}@127.0.0.1:2001/forecastle`);
    expect(config.s3).toMatchObject({ endpoint: 'http://127.0.0.1:2002', accessKeyId: secrets.s3AccessKeyId });
    expect(config.temporal.address).toBe('127.0.0.1:2003');
    expect(config.mlflow.trackingUri).toBe('http://127.0.0.1:2004');
    expect(config.api).toMatchObject({ url: 'http://127.0.0.1:2005', key: secrets.apiKey });
  });

  test('stray AWS keys switch nothing', () => {
    writeStack();
    const secrets = loadOrCreateSecrets(join(stateDir, 'secrets.json'));
    const stray = { AWS_ACCESS_KEY_ID: 'STRAY', AWS_SECRET_ACCESS_KEY: 'stray', AWS_SESSION_TOKEN: 'stray', AWS_REGION: 'eu-west-1' };
    expect(loadConfig({ ...stray, FORECASTLE_STATE: stateDir }).s3).toEqual({
      endpoint: 'http://127.0.0.1:2002',
      region: 'us-east-1',
      bucket: 'forecastle',
      accessKeyId: secrets.s3AccessKeyId,
      secretAccessKey: secrets.s3SecretAccessKey,
    });
  });

  test('one named server replaces that one alone', () => {
    writeStack();
    loadOrCreateSecrets(join(stateDir, 'secrets.json'));
    const config = loadConfig({ TEMPORAL_ADDRESS: 'elsewhere:7233', FORECASTLE_STATE: stateDir });
    expect(config.temporal.address).toBe('elsewhere:7233');
    expect(config.mlflow.trackingUri).toBe('http://127.0.0.1:2004');
  });
});

describe('refusals', () => {
  test.each([
    ['no stack was ever started', () => undefined],
    ['the stack was stopped', () => writeStack({ state: 'stopped' })],
    ['its supervisor is gone', () => writeStack({ supervisor: { pid: process.pid, startTime: 'another time' } })],
  ])('says how to bring the stack up when %s', (_, arrange) => {
    arrange();
    expect(() => loadConfig({ FORECASTLE_STATE: stateDir })).toThrow(/^the stack is not up: run `npx forecastle up`, or set DATABASE_URL or PGHOST, /);
  });

  test('names the switch when the stack was started with a server of the user’s own', () => {
    writeStack({ services: { postgres: { state: 'external', restarts: 0 } } });
    loadOrCreateSecrets(join(stateDir, 'secrets.json'));
    expect(() => loadConfig({ FORECASTLE_STATE: stateDir })).toThrow('set DATABASE_URL or PGHOST here');
  });

  test.each([
    [{ FORECASTLE_API_PORT: 'eighty' }, 'environment variable FORECASTLE_API_PORT="eighty" is not a port: set a number from 1 to 65535'],
    [{ TEMPORAL_ADDRESS: 'http://temporal' }, 'environment variable TEMPORAL_ADDRESS="http://temporal" is not an address: write it as host:port'],
    [{ FORECASTLE_TENSORFLOW: 'gpu' }, 'environment variable FORECASTLE_TENSORFLOW="gpu" is no TensorFlow.js engine: set wasm, node or node-gpu'],
    [{ DATABASE_URL: 'mysql://secret@db' }, 'environment variable DATABASE_URL is not an address: write it as postgres://'],
  ])('%j is one line that says what to write, and shows no password', (env, message) => {
    expect(() => loadConfig({ ...env, FORECASTLE_STATE: stateDir })).toThrow(message);
  });

  test('a state folder that is a file is refused as what it is', () => {
    const file = join(stateDir, 'file');
    writeFileSync(file, '');
    expect(() => loadConfig({ FORECASTLE_STATE: file })).toThrow(`${file} is no folder: correct FORECASTLE_STATE`);
  });
  test('a stack file that was tampered with is refused with its name', () => {
    writeFileSync(join(stateDir, 'stack.json'), '{"version": 1}');
    loadOrCreateSecrets(join(stateDir, 'secrets.json'));
    expect(() => loadConfig({ FORECASTLE_STATE: stateDir })).toThrow(join(stateDir, 'stack.json'));
  });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['0.0.0.0', 'http://127.0.0.1:80'],
  ['::', 'http://127.0.0.1:80'],
  ['::1', 'http://[::1]:80'],
  ['192.0.2.7', 'http://192.0.2.7:80'],
  ['shop.example.com', 'http://shop.example.com:80'],
])('an API that listens on %s is called at %s', (host, url) => {
  const config = loadConfig({ ...ownServers, FORECASTLE_API_HOST: host, FORECASTLE_API_PORT: '80', FORECASTLE_STATE: stateDir });
  expect(config.api.url).toBe(url);
});
