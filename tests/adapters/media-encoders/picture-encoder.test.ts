import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createMediaEncoder } from '../../../adapters/media-encoders/create-media-encoder.ts';
import { startHubLike } from './hub-like.ts';
import type { HubLike } from './hub-like.ts';
import { fixtures, golden, quarters } from './pictures.ts';

const config = Buffer.from(JSON.stringify({ size: { height: 32, width: 32 }, resample: 0, image_mean: [0, 0, 0], image_std: [1, 1, 1] }));
const commit = 'a'.repeat(40);
const later = 'b'.repeat(40);
const repository = 'someone/tiny-vit';
let folder: string;
let modelsDir: string;
let picture: string;
let hub: HubLike;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-picture-encoder-'));
  picture = join(folder, 'quarters.png');
  await quarters(32).png().toFile(picture);
  hub = await startHubLike(repository);
  hub.push(commit, await filesOf('vit'));
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  modelsDir = await mkdtemp(join(folder, 'models-'));
});

async function filesOf(model: string): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map([['preprocessor_config.json', config], ['onnx/model.onnx', await readFile(join(golden, `${model}.onnx`))]]);
}

async function place(model: string, name: string): Promise<void> {
  for (const [file, bytes] of await filesOf(model)) {
    await mkdir(dirname(join(modelsDir, name, file)), { recursive: true });
    await writeFile(join(modelsDir, name, file), bytes);
  }
}

async function vectorOf(model: string): Promise<number[]> {
  await place(model, model);
  const encoder = await createMediaEncoder('image', { modelsDir, model });
  const { vectors, problems } = await encoder.embed([{ file: picture }]);
  await encoder.close();
  expect(problems.size).toBe(0);
  return [...vectors];
}

test('a vision transformer gives its class token: here the means of the first quarter, which is red', async () => {
  expect((await vectorOf('vit')).map((value) => Number(value.toFixed(5)))).toEqual([1, 0, 0]);
});

test('what a model calls its pooled output comes before that: the means of the whole', async () => {
  expect((await vectorOf('pooled')).map((value) => Number(value.toFixed(5)))).toEqual([0.5, 0.5, 0.25]);
});

test('a map is averaged over height and width', async () => {
  expect((await vectorOf('map')).map((value) => Number(value.toFixed(5)))).toEqual([0.5, 0.5, 0.25]);
});

test('a model that wants texts as well is refused with what it takes', async () => {
  await expect(vectorOf('texts')).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('takes pixel_values, input_ids') });
});

test('a model of the hub is fetched once and pinned to the commit that its branch had', async () => {
  const settings = { modelsDir, model: repository, allowRemote: true, hubEndpoint: hub.endpoint };
  const first = await createMediaEncoder('image', settings);
  expect(first.describe()).toMatchObject({ model: repository, revision: commit, dtype: 'fp32', device: 'cpu', dims: 3 });
  await first.close();
  hub.push(later, await filesOf('pooled'));
  const asked = hub.requests.length;
  const second = await createMediaEncoder('image', settings);
  expect(second.describe()).toEqual(first.describe());
  expect(hub.requests).toHaveLength(asked);
  await second.close();
  const pinned = await createMediaEncoder('image', { ...settings, model: `${repository}@${later}` });
  expect(pinned.describe().revision).toBe(later);
  expect(pinned.describe().id).not.toBe(first.describe().id);
  await pinned.close();
  hub.push(commit, await filesOf('vit'));
});

test('bytes that are not what the hub says they are are thrown away', async () => {
  const lying = await startHubLike(repository, { lie: true });
  lying.push(commit, await filesOf('vit'));
  await expect(createMediaEncoder('image', { modelsDir, model: repository, allowRemote: true, hubEndpoint: lying.endpoint })).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringContaining('SHA-256') });
  await lying.close();
});

test('where nothing has the model, one line says what to do', async () => {
  const missing = { modelsDir, model: 'someone/none', allowRemote: true, hubEndpoint: hub.endpoint };
  await expect(createMediaEncoder('image', missing)).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringMatching(/^the model hub hasn't got [^\n]*preprocessor_config\.json, onnx\/model\.onnx$/) });
  await expect(createMediaEncoder('image', { modelsDir, model: repository })).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringMatching(/^no weights for someone\/tiny-vit: [^\n]*HF_ENDPOINT[^\n]*$/) });
  await expect(createMediaEncoder('image', { modelsDir, model: repository, allowRemote: true, hubEndpoint: 'http://127.0.0.1:9' })).rejects.toMatchObject({ code: 'ServiceUnavailable', message: expect.stringMatching(/^the model hub doesn't give [^\n]*HF_ENDPOINT[^\n]*$/) });
  await expect(createMediaEncoder('image', { modelsDir, model: 'efficientnet-lite0' })).rejects.toThrow(/npx forecastle install/);
  await expect(createMediaEncoder('image', { modelsDir, model: 'efficientnet-lite0', dtype: 'int8' })).rejects.toThrow(/fp32 only, not in int8/);
});

test('a name never reaches out of the folder of models', async () => {
  for (const model of ['../vit', '/etc', 'a/../../b', 'a/b/c', '.hidden', '', 'a/b@../../c']) await expect(createMediaEncoder('image', { modelsDir, model }), model).rejects.toMatchObject({ code: 'BadInput' });
});

test('CUDA that is not there is said once, and the CPU does it', async () => {
  await place('vit', 'vit');
  const lines: string[] = [];
  const encoder = await createMediaEncoder('image', { modelsDir, model: 'vit', device: 'cuda', warn: (line) => lines.push(line) });
  // On a machine with a GPU there is nothing to say.
  expect(lines).toHaveLength(encoder.describe().device === 'cuda' ? 0 : 1);
  await encoder.close();
});

test('vectors come in the order of the items, batch by batch, and bad files have NaN and a reason', async () => {
  await place('vit', 'vit');
  const encoder = await createMediaEncoder('image', { modelsDir, model: 'vit' });
  const files = ['dress_00.jpg', 'hat_03.jpg', 'shoes_05.jpg'].map((name) => join(fixtures, name));
  const items = Array.from({ length: 40 }, (_, index) => ({ file: index % 7 === 3 ? join(folder, 'nowhere.jpg') : (files[index % 3] ?? '') }));
  const seen: number[] = [];
  const told = new Float32Array(items.length * 3);
  const { vectors, problems } = await encoder.embed(items, {
    batch(positions, some) {
      seen.push(...positions);
      positions.forEach((position, index) => told.set(some.subarray(index * 3, (index + 1) * 3), position * 3));
    },
  });
  expect(seen).toEqual(items.map((_, index) => index));
  expect(told).toEqual(vectors);
  expect([...problems.keys()]).toEqual([3, 10, 17, 24, 31, 38]);
  expect(problems.get(3)).toBe('is not there');
  for (const [index, item] of items.entries()) {
    const own = vectors.subarray(index * 3, (index + 1) * 3);
    if (problems.has(index)) expect([...own]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    else expect(own).toEqual((await encoder.embed([item])).vectors);
  }
  expect((await encoder.embed([])).vectors).toHaveLength(0);
  await encoder.close();
});

test('an aborted signal ends it with its reason, before the first batch or after some', async () => {
  await place('vit', 'vit');
  const encoder = await createMediaEncoder('image', { modelsDir, model: 'vit' });
  const items = Array.from({ length: 100 }, () => ({ file: picture }));
  await expect(encoder.embed(items, { signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
  const controller = new AbortController();
  let batches = 0;
  const stopped = encoder.embed(items, {
    signal: controller.signal,
    batch() {
      batches += 1;
      controller.abort(new Error('enough'));
    },
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(batches).toBe(1);
  await encoder.close();
});
