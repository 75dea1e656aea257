import { readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createTextEncoder } from '../../../adapters/embeddings/text-encoder.ts';
import type { TextEncoder } from '../../../adapters/embeddings/text-encoder.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { filesOf, startFakeHub } from '../../support/fake-hub.ts';

const { modelsDir } = toolchainPaths();
const model = 'all-MiniLM-L6-v2';
const golden = join(import.meta.dirname, 'golden');
const texts = z.array(z.string()).parse(JSON.parse(readFileSync(join(golden, 'texts.json'), 'utf8')));
const reference = z
  .object({ rows: z.array(z.object({ tokens: z.number(), first: z.array(z.number()), sum: z.number() })) })
  .parse(JSON.parse(readFileSync(join(golden, 'minilm.json'), 'utf8')));

let encoder: TextEncoder;
beforeAll(async () => {
  encoder = await createTextEncoder({ modelsDir, model });
});
afterAll(() => encoder.close());

function row(vectors: Float32Array, index: number): Float32Array {
  return vectors.subarray(index * 384, (index + 1) * 384);
}
function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

test('vectors agree with Python onnxruntime, for empty, foreign and over-long texts too', async () => {
  const vectors = await encoder.embed(texts);
  reference.rows.forEach(({ first, sum }, index) => {
    const vector = row(vectors, index);
    expect(largestDifference(vector.subarray(0, 8), Float32Array.from(first)), texts[index]?.slice(0, 40)).toBeLessThan(1e-6);
    expect(Math.abs(vector.reduce((total, value) => total + value, 0) - sum), texts[index]?.slice(0, 40)).toBeLessThan(2e-5);
  });
  expect(reference.rows.some(({ tokens }) => tokens === 256)).toBe(true);
});

test('a vector does not depend on its batch mates, and order out is order in', async () => {
  const together = await encoder.embed(texts);
  for (const [index, text] of texts.entries()) {
    expect(largestDifference(row(together, index), await encoder.embed([text])), text).toBeLessThanOrEqual(1e-6);
  }
});

test('the number of threads does not change a vector', async () => {
  const single = await createTextEncoder({ modelsDir, model, threads: 1 });
  try {
    expect(largestDifference(await single.embed(texts), await encoder.embed(texts))).toBeLessThanOrEqual(1e-6);
  } finally {
    await single.close();
  }
});

test('every vector has length 1', async () => {
  const vectors = await encoder.embed(texts);
  texts.forEach((_, index) => expect(Math.hypot(...row(vectors, index))).toBeCloseTo(1, 6));
});

test('no texts give no vectors', async () => {
  expect(await encoder.embed([])).toHaveLength(0);
});

test('the description names model, revision, runtime and device', () => {
  expect(encoder.describe()).toMatchObject({ model, revision: '751bff37182d3f1213fa05d7196b954e230abad9', dtype: 'fp32', device: 'cpu', dims: 384 });
  expect(encoder.describe().id).toMatch(/^all-MiniLM-L6-v2@751bff37 fp32 mean 256 tokens onnxruntime \d+\.\d+\.\d+ cpu$/);
});

test('progress counts up to all texts, and the event loop lives meanwhile', async () => {
  const many = Array.from({ length: 300 }, (_, index) => `ceramic mug number ${index} ${'blue '.repeat(index % 9)}`);
  const counts: number[] = [];
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  await encoder.embed(many, { batch: (done) => counts.push(done) });
  clearInterval(timer);
  expect(counts.at(-1)).toBe(300);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(ticks).toBeGreaterThan(5);
});

test('an abort between two batches ends the work with its reason', async () => {
  const controller = new AbortController();
  const batches: number[] = [];
  const embedding = encoder.embed(Array.from({ length: 2000 }, (_, index) => `candle ${index}`), {
    signal: controller.signal,
    batch(done) {
      batches.push(done);
      controller.abort(new Error('enough'));
    },
  });
  await expect(embedding).rejects.toThrow('enough');
  expect(batches).toHaveLength(1);
});

test('asked for CUDA without CUDA, it says so once and gives the same vectors on the CPU', async ({ skip }) => {
  const warnings: string[] = [];
  const other = await createTextEncoder({ modelsDir, model, device: 'cuda', warn: (line) => warnings.push(line) });
  try {
    if (other.describe().device === 'cuda') skip('this machine has CUDA');
    expect(warnings).toEqual([expect.stringContaining("CUDA can't be used")]);
    expect(await other.embed(['lamp'])).toEqual(await encoder.embed(['lamp']));
  } finally {
    await other.close();
  }
});

test('a model that nobody knows is bad input that names the known ones', async () => {
  await expect(createTextEncoder({ modelsDir, model: 'bert' })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining(model) });
});

describe('without local weights', () => {
  const repository = 'Xenova/all-MiniLM-L6-v2';
  const revision = '751bff37182d3f1213fa05d7196b954e230abad9';
  let empty: string;
  beforeAll(async () => {
    empty = await mkdtemp(join(tmpdir(), 'forecastle-models-'));
  });
  afterAll(() => rm(empty, { recursive: true, force: true }));

  test('and without leave to ask the hub, one line says how to provide them', async () => {
    const missing = createTextEncoder({ modelsDir: empty, model });
    await expect(missing).rejects.toMatchObject({ code: 'ModelWeightsMissing', retryable: false });
    await expect(missing).rejects.toThrow(/^no weights for all-MiniLM-L6-v2: [^\n]*config\.json isn't there\.[^\n]*FORECASTLE_MODELS[^\n]*$/);
  });

  test('the hub is asked for the pinned revision, once; the second time nothing is fetched', async () => {
    const hub = await startFakeHub({ repository, revision, files: filesOf(join(modelsDir, model)) });
    const options = { modelsDir: empty, model, allowRemote: true, hubEndpoint: hub.endpoint };
    try {
      const remote = await createTextEncoder(options);
      expect(remote.describe()).toEqual(encoder.describe());
      expect(largestDifference(await remote.embed(texts), await encoder.embed(texts))).toBeLessThanOrEqual(1e-6);
      await remote.close();
      const asked = hub.requests.length;
      expect(hub.requests).toEqual([...filesOf('').keys()].map((name) => `GET /${repository}/resolve/${revision}/${name}`));
      await (await createTextEncoder(options)).close();
      expect(hub.requests).toHaveLength(asked);
    } finally {
      await hub.close();
    }
  });

  test('a hub with other weights is refused and its file not kept', async () => {
    const files = new Map(filesOf(join(modelsDir, model)));
    const changed = join(empty, 'changed.onnx');
    await copyFile(join(modelsDir, model, 'onnx', 'model.onnx'), changed);
    await appendFile(changed, 'x');
    files.set('onnx/model.onnx', changed);
    const modelsDirOfItsOwn = await mkdtemp(join(empty, 'other-'));
    const hub = await startFakeHub({ repository, revision, files });
    try {
      const refused = createTextEncoder({ modelsDir: modelsDirOfItsOwn, model, allowRemote: true, hubEndpoint: hub.endpoint });
      await expect(refused).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringContaining('SHA-256') });
      expect(await readdir(join(modelsDirOfItsOwn, '.hub', repository, revision, 'onnx'))).toEqual([]);
    } finally {
      await hub.close();
    }
  });

  test('a hub without the model is ModelWeightsMissing, a hub that does not answer can be tried again', async () => {
    const modelsDirOfItsOwn = await mkdtemp(join(empty, 'none-'));
    const hub = await startFakeHub({ repository, revision, files: new Map() });
    const options = { modelsDir: modelsDirOfItsOwn, model, allowRemote: true, hubEndpoint: hub.endpoint };
    await expect(createTextEncoder(options)).rejects.toMatchObject({ code: 'ModelWeightsMissing' });
    await hub.close();
    await expect(createTextEncoder(options)).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
  });
});
