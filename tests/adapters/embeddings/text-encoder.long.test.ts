import { readFileSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { Encoder } from '../../../adapters/embeddings/encoder.ts';
import { createTextEncoder } from '../../../adapters/embeddings/text-encoder.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { filesOf, startFakeHub } from '../../support/fake-hub.ts';

const { modelsDir } = toolchainPaths();
const model = 'all-MiniLM-L6-v2';
const golden = join(import.meta.dirname, 'golden');
const texts = z.array(z.string()).parse(JSON.parse(readFileSync(join(golden, 'texts.json'), 'utf8')));
const reference = z
  .object({ rows: z.array(z.object({ tokens: z.number(), first: z.array(z.number()), sum: z.number() })) })
  .parse(JSON.parse(readFileSync(join(golden, 'minilm.json'), 'utf8')));

let encoder: Encoder<string>;
beforeAll(async () => {
  encoder = await createTextEncoder({ modelsDir, model, workers: 2 });
});
afterAll(() => encoder.close());

function row(vectors: Float32Array, index: number): Float32Array {
  return vectors.subarray(index * 384, (index + 1) * 384);
}
async function vectorsOf(of: Encoder<string>, items: readonly string[]): Promise<Float32Array> {
  return (await of.embed(items)).vectors;
}
function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

test('vectors agree with Python onnxruntime, for empty, foreign and over-long texts too', async () => {
  const { vectors } = await encoder.embed(texts);
  reference.rows.forEach(({ first, sum }, index) => {
    const vector = row(vectors, index);
    expect(largestDifference(vector.subarray(0, 8), Float32Array.from(first)), texts[index]?.slice(0, 40)).toBeLessThan(1e-6);
    expect(Math.abs(vector.reduce((total, value) => total + value, 0) - sum), texts[index]?.slice(0, 40)).toBeLessThan(2e-5);
  });
  expect(reference.rows.some(({ tokens }) => tokens === 256)).toBe(true);
});

test('a vector does not depend on its batch mates, and order out is order in', async () => {
  const { vectors: together } = await encoder.embed(texts);
  for (const [index, text] of texts.entries()) {
    expect(largestDifference(row(together, index), await vectorsOf(encoder, [text])), text).toBeLessThanOrEqual(1e-6);
  }
});

test.each(['fp32', 'int8'] as const)('neither the number of threads nor the order of the texts changes a vector at %s', async (dtype) => {
  const [one, three] = [await createTextEncoder({ modelsDir, model, dtype, workers: 1 }), await createTextEncoder({ modelsDir, model, dtype, workers: 3 })];
  try {
    const single = await vectorsOf(one, texts);
    expect(await vectorsOf(three, texts)).toEqual(single);
    const backwards = await vectorsOf(three, texts.toReversed());
    texts.forEach((text, index) => expect(largestDifference(row(backwards, texts.length - 1 - index), row(single, index)), text).toBeLessThanOrEqual(dtype === 'int8' ? 0 : 1e-6));
  } finally {
    await Promise.all([one.close(), three.close()]);
  }
});

test('int8 vectors are near those of fp32, and say what they are', async () => {
  const small = await createTextEncoder({ modelsDir, model, dtype: 'int8', workers: 1 });
  try {
    expect(small.describe()).toMatchObject({ model, dtype: 'int8', dims: 384 });
    expect(small.describe().id).not.toBe(encoder.describe().id);
    const { vectors } = await encoder.embed(texts);
    const near = await vectorsOf(small, texts);
    texts.forEach((text, index) => expect(row(vectors, index).reduce((sum, value, at) => sum + value * (row(near, index)[at] ?? Number.NaN), 0), text).toBeGreaterThan(0.9));
  } finally {
    await small.close();
  }
});

test('every vector has length 1', async () => {
  const { vectors } = await encoder.embed(texts);
  texts.forEach((_, index) => expect(Math.hypot(...row(vectors, index))).toBeCloseTo(1, 6));
});

test('no texts give no vectors', async () => {
  expect(await encoder.embed([])).toEqual({ vectors: new Float32Array(), problems: new Map() });
});

test('the description names model, revision, runtime and device', () => {
  expect(encoder.describe()).toMatchObject({ model, revision: '751bff37182d3f1213fa05d7196b954e230abad9', dtype: 'fp32', device: 'cpu', dims: 384 });
  expect(encoder.describe().id).toMatch(/^all-MiniLM-L6-v2@751bff37 fp32 mean 256 tokens onnxruntime \d+\.\d+\.\d+ cpu$/);
});

test('every text is told once with its vector, one batch at a time, and the event loop lives meanwhile', async () => {
  const many = Array.from({ length: 300 }, (_, index) => `ceramic mug number ${index} ${'blue '.repeat(index % 9)}`);
  const told = new Map<number, Float32Array>();
  let [ticks, within] = [0, 0];
  const timer = setInterval(() => (ticks += 1), 5);
  const { vectors } = await encoder.embed(many, {
    async batch(positions, part) {
      within += 1;
      expect(within).toBe(1);
      positions.forEach((position, index) => {
        expect(told.has(position)).toBe(false);
        told.set(position, row(part, index));
      });
      await new Promise((resolve) => setImmediate(resolve));
      within -= 1;
    },
  });
  clearInterval(timer);
  expect(told.size).toBe(300);
  for (const [position, vector] of told) expect(vector).toEqual(row(vectors, position));
  expect(ticks).toBeGreaterThan(5);
});

test('an abort between two batches ends the work with its reason, and the encoder can be used again', async () => {
  const controller = new AbortController();
  let batches = 0;
  const embedding = encoder.embed(Array.from({ length: 2000 }, (_, index) => `candle ${index}`), {
    signal: controller.signal,
    batch() {
      batches += 1;
      controller.abort(new Error('enough'));
    },
  });
  await expect(embedding).rejects.toThrow('enough');
  expect(batches).toBe(1);
  expect(await vectorsOf(encoder, ['lamp'])).toHaveLength(384);
});

test('what a caller throws on a batch ends the work with it', async () => {
  const full = encoder.embed(['lamp', 'mug'], { batch: () => Promise.reject(new Error('the disk is full')) });
  await expect(full).rejects.toThrow('the disk is full');
});

test('a text of megabytes is embedded by its beginning', async () => {
  const long = 'a lamp of oak '.repeat(300_000);
  expect(await vectorsOf(encoder, [long])).toEqual(await vectorsOf(encoder, [long.slice(0, 50_000)]));
});

test('asked for CUDA without CUDA, it says so once and gives the same vectors on the CPU', async ({ skip }) => {
  const warnings: string[] = [];
  const other = await createTextEncoder({ modelsDir, model, device: 'cuda', workers: 2, warn: (line) => warnings.push(line) });
  try {
    if (other.describe().device === 'cuda') skip('this machine has CUDA');
    expect(warnings).toEqual([expect.stringContaining("CUDA can't be used")]);
    expect(largestDifference(await vectorsOf(other, ['lamp']), await vectorsOf(encoder, ['lamp']))).toBeLessThanOrEqual(1e-6);
  } finally {
    await other.close();
  }
});

test.each(['../../etc', 'a/b/c', '', 'x y'])('%s is no model: bad input that names the known ones', async (name) => {
  await expect(createTextEncoder({ modelsDir, model: name })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining(model) });
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
    await expect(missing).rejects.toThrow(/^no weights for all-MiniLM-L6-v2: [^\n]*config\.json isn't there\. [^\n]*npx forecastle install[^\n]*FORECASTLE_MODELS[^\n]*$/);
  });

  test('the hub is asked for the pinned revision, once; the second time nothing is fetched', async () => {
    const hub = await startFakeHub({ repository, revision, files: filesOf(join(modelsDir, model)) });
    const options = { modelsDir: empty, model, allowRemote: true, hubEndpoint: hub.endpoint };
    try {
      const remote = await createTextEncoder(options);
      expect(remote.describe()).toEqual(encoder.describe());
      expect(largestDifference(await vectorsOf(remote, texts), await vectorsOf(encoder, texts))).toBeLessThanOrEqual(1e-6);
      await remote.close();
      const asked = hub.requests.length;
      expect(hub.requests.filter((line) => line.startsWith('GET'))).toEqual([...filesOf('').keys()].map((name) => `GET /${repository}/resolve/${revision}/${name}`));
      expect(hub.requests.every((line) => line.includes(`/${revision}/`))).toBe(true);
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

  test('any sentence encoder is loaded by its id: pooled and cut as its files say, at the commit that its branch had', async () => {
    const modelsDirOfItsOwn = await mkdtemp(join(empty, 'any-'));
    const files = new Map(filesOf(join(modelsDir, model)));
    for (const [name, content] of [['1_Pooling/config.json', { pooling_mode_cls_token: true }], ['sentence_bert_config.json', { max_seq_length: 16 }]] as const) {
      const file = join(modelsDirOfItsOwn, name.replace('/', '-'));
      await writeFile(file, JSON.stringify(content));
      files.set(name, file);
    }
    const hub = await startFakeHub({ repository: 'someone/sentences', revision, branch: 'main', files });
    const options = { modelsDir: modelsDirOfItsOwn, model: 'someone/sentences', allowRemote: true, hubEndpoint: hub.endpoint, workers: 1 };
    try {
      const any = await createTextEncoder(options);
      expect(any.describe()).toMatchObject({ model: 'someone/sentences', revision, dims: 384 });
      expect(any.describe().id).toContain('cls 16 tokens');
      const [short, cut] = [await vectorsOf(any, ['lamp '.repeat(14)]), await vectorsOf(any, ['lamp '.repeat(30)])];
      expect(cut).toEqual(short);
      expect(largestDifference(short, await vectorsOf(encoder, ['lamp '.repeat(14)]))).toBeGreaterThan(0.01);
      await any.close();
      const asked = hub.requests.length;
      await (await createTextEncoder(options)).close();
      expect(hub.requests).toHaveLength(asked);
    } finally {
      await hub.close();
    }
  });

  test('a folder of that name serves as well, known by the digest of its files', async () => {
    const modelsDirOfItsOwn = await mkdtemp(join(empty, 'folder-'));
    await cp(join(modelsDir, model), join(modelsDirOfItsOwn, 'our-own'), { recursive: true });
    const own = await createTextEncoder({ modelsDir: modelsDirOfItsOwn, model: 'our-own', workers: 1 });
    try {
      expect(own.describe()).toMatchObject({ model: 'our-own', dims: 384 });
      expect(own.describe().revision).toMatch(/^sha256:[0-9a-f]{16}$/);
    } finally {
      await own.close();
    }
  });

  test('weights that are no network are told as such', async () => {
    const modelsDirOfItsOwn = await mkdtemp(join(empty, 'broken-'));
    await cp(join(modelsDir, model), join(modelsDirOfItsOwn, model), { recursive: true });
    await writeFile(join(modelsDirOfItsOwn, model, 'onnx', 'model.onnx'), 'no network');
    const broken = createTextEncoder({ modelsDir: modelsDirOfItsOwn, model, workers: 2 });
    await expect(broken).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringMatching(/model\.onnx can't be loaded \([^\n]+\): fetch or copy it again$/) });
  });

  test('int8 where a model has none, and the model of many languages where it is not installed, say what to do', async () => {
    await expect(createTextEncoder({ modelsDir, model: 'bge-small-zh-v1.5', dtype: 'int8' })).rejects.toThrow(/^no int8 weights for bge-small-zh-v1\.5: .*model_quantized\.onnx isn't there.*dtype: fp32/);
    await expect(createTextEncoder({ modelsDir: empty, model: 'multilingual-e5-small' })).rejects.toThrow(/^no weights for multilingual-e5-small: .*HF_ENDPOINT.*all-MiniLM-L6-v2 for English/);
  });
});
