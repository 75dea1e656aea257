import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';

import { createMlflow } from '../../../adapters/mlflow/client.ts';
import type { Mlflow } from '../../../adapters/mlflow/client.ts';
import { loadConfig } from '../../../config/load.ts';

const suffix = `${process.pid}-${Date.now()}`;
let base: string;
let mlflow: Mlflow;
let experimentId: string;

beforeAll(async () => {
  const config = loadConfig({ ...process.env, FORECASTLE_STATE: inject('stack').stateDir });
  base = config.mlflow.trackingUri;
  mlflow = createMlflow(config.mlflow);
  experimentId = await mlflow.ensureExperiment(`client-test-${suffix}`);
});

const entries = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const stored = z.object({
  run: z.object({
    info: z.object({ status: z.string() }),
    data: z.object({ params: entries, tags: entries }),
    inputs: z.object({ dataset_inputs: z.array(z.object({ dataset: z.object({ name: z.string(), digest: z.string(), profile: z.string() }) })) }),
  }),
});

async function ask(path: string, query: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${base}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`);
  expect(response.status).toBe(200);
  return response.json();
}

async function historyLength(runId: string, key: string): Promise<number> {
  const answer = await ask('metrics/get-history', { run_id: runId, metric_key: key, max_results: '25000' });
  return z.object({ metrics: z.array(z.unknown()) }).parse(answer).metrics.length;
}

test('experiments, runs, models and versions are made once, however often they are asked for', async () => {
  expect(await mlflow.ensureExperiment(`client-test-${suffix}`)).toBe(experimentId);
  const key = 'retrain/shop/1';
  const run = await mlflow.ensureRun({ experimentId, key, name: 'retrain' });
  expect(await mlflow.ensureRun({ experimentId, key, name: 'again' })).toBe(run);
  expect(await mlflow.ensureRun({ experimentId, key: `${key}0`, name: 'other' })).not.toBe(run);

  const name = `model-${suffix}`;
  await mlflow.ensureModel(name);
  await mlflow.ensureModel(name);
  const version = { name, source: 's3://models/abc', runId: run, key: 'candidate-1', tags: { gate: 'pass' } };
  expect(await mlflow.ensureModelVersion(version)).toBe('1');
  expect(await mlflow.ensureModelVersion(version)).toBe('1');
  expect(await mlflow.ensureModelVersion({ ...version, key: 'candidate-2' })).toBe('2');
});

test('an alias moves; a missing alias and a missing model are undefined', async () => {
  const name = `aliased-${suffix}`;
  expect(await mlflow.versionByAlias(name, 'champion')).toBeUndefined();
  const runId = await mlflow.ensureRun({ experimentId, key: 'aliased', name: 'aliased' });
  await mlflow.ensureModel(name);
  expect(await mlflow.versionByAlias(name, 'champion')).toBeUndefined();
  for (const key of ['1', '2']) {
    await mlflow.setAlias(name, 'champion', await mlflow.ensureModelVersion({ name, source: 's3://m/x', runId, key }));
    expect(await mlflow.versionByAlias(name, 'champion')).toBe(key);
  }
});

test('a large batch arrives whole, and sending it again adds nothing', async () => {
  const parentRunId = await mlflow.ensureRun({ experimentId, key: 'parent', name: 'parent' });
  const runId = await mlflow.ensureRun({ experimentId, key: 'large', name: 'large', parentRunId, tags: { family: 'lightgbm' } });
  const batch = {
    metrics: Array.from({ length: 1500 }, (_, step) => ({ key: 'loss', value: 1 / (1 + step), step })),
    params: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`p${i}`, String(i)])),
    tags: { snapshot: 'abc' },
  };
  await mlflow.logBatch(runId, batch);
  await mlflow.logBatch(runId, batch);
  const dataset = { name: 'sales', digest: 'a'.repeat(64), source: 's3://bucket/sales', profile: { rows: 10 } };
  await mlflow.logDataset(runId, dataset);
  await mlflow.logDataset(runId, dataset);
  await mlflow.finishRun(runId, 'FINISHED');

  expect(await historyLength(runId, 'loss')).toBe(1500);
  const { run } = stored.parse(await ask('runs/get', { run_id: runId }));
  expect(run.info.status).toBe('FINISHED');
  expect(run.data.params).toHaveLength(150);
  expect(run.data.tags).toEqual(expect.arrayContaining([
    { key: 'mlflow.parentRunId', value: parentRunId }, { key: 'family', value: 'lightgbm' }, { key: 'snapshot', value: 'abc' },
  ]));
  expect(run.inputs.dataset_inputs).toEqual([{ dataset: { name: 'sales', digest: 'a'.repeat(36), profile: '{"rows":10}' } }]);
});

test('an artifact is stored below its run', async () => {
  const runId = await mlflow.ensureRun({ experimentId, key: 'artifact', name: 'artifact' });
  const artifact = { experimentId, runId, path: 'report/a b.txt', bytes: new TextEncoder().encode('hello') };
  expect(await mlflow.uploadArtifact(artifact)).toBe(`mlflow-artifacts:/${experimentId}/${runId}/artifacts/report/a b.txt`);
  const listed = z.object({ files: z.array(z.object({ path: z.string(), file_size: z.number() })) });
  expect(listed.parse(await ask('artifacts/list', { run_id: runId, path: 'report' })).files).toEqual([{ path: 'report/a b.txt', file_size: 5 }]);
  await expect(mlflow.uploadArtifact({ ...artifact, path: '../x' })).rejects.toMatchObject({ code: 'BadInput' });
});

test('what cannot be stored is refused in one line', async () => {
  const runId = await mlflow.ensureRun({ experimentId, key: 'refused', name: 'refused' });
  await expect(mlflow.logBatch(runId, { metrics: [{ key: 'loss', value: NaN }] })).rejects.toMatchObject({ code: 'BadInput' });
  await mlflow.logBatch(runId, { params: { rate: '0.1' } });
  await expect(mlflow.logBatch(runId, { params: { rate: '0.2' } })).rejects.toMatchObject({ code: 'BadInput', message: expect.not.stringContaining('\n') });
  await expect(mlflow.finishRun('f'.repeat(32), 'FAILED')).rejects.toMatchObject({ code: 'NotFound' });
});

test('a busy server is asked again, and one that does not recover is named', async () => {
  const answersToGive = [400, 503, 429, 200];
  const server = createServer((_, response) => {
    const status = answersToGive.shift() ?? 500;
    response.writeHead(status).end(JSON.stringify({ error_code: 'BAD_REQUEST', message: 'QueuePool limit of size 5 reached' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const trackingUri = `http://127.0.0.1:${port}/`;
  const busy = createMlflow({ trackingUri });
  await busy.health();
  expect(answersToGive).toEqual([]);
  await expect(busy.health()).rejects.toMatchObject({ code: 'ServiceUnavailable', message: expect.stringContaining('failed 5 times') });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(busy.health()).rejects.toMatchObject({ code: 'ServiceUnavailable', message: expect.stringContaining(`${trackingUri} does not answer (ECONNREFUSED): start it with`) });
});
